using Npgsql;
using Tollgate.Data.Postgres;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Tests.Postgres;

public sealed class PostgresUrlTests
{
    private static readonly StorageSettings Settings = new();

    [Fact]
    public void PrismaParameters_AreTranslatedOrLeftOut()
    {
        var url = PostgresUrl.Parse(
            "postgres://us%65r:p%40ss@db.example:6543/lite%6Clm?schema=gate&connection_limit=7&pool_timeout=9&pgbouncer=true&sslmode=require"
            + "&socket_timeout=11&statement_cache_size=0",
            "DATABASE_URL",
            Settings);

        url.Connection.Host.ShouldBe("db.example");
        url.Connection.Port.ShouldBe(6543);
        url.Connection.Username.ShouldBe("user");
        url.Connection.Password.ShouldBe("p@ss");
        url.Connection.Database.ShouldBe("litellm");
        url.Connection.MaxPoolSize.ShouldBe(7);
        url.Connection.Timeout.ShouldBe(9);
        url.Connection.CommandTimeout.ShouldBe(11);
        url.Connection.SslMode.ShouldBe(SslMode.Require);
        url.Connection.ApplicationName.ShouldBe("tollgate");
        url.Connection.Timezone.ShouldBe("UTC");
        url.Schema.ShouldBe("gate");
        url.IsPooler.ShouldBeTrue();
        url.Place.ShouldBe("db.example:6543/litellm");
    }

    [Theory]
    [InlineData("postgresql://u:p@ss@w@h/d", "p@ss@w", "h", 5432)]
    [InlineData("postgresql://u:a%2Fb%3Fc@[::1]:5433/d", "a/b?c", "::1", 5433)]
    [InlineData("postgresql://u@h/d", null, "h", 5432)]
    [InlineData(" POSTGRESQL://u:p:q@h:5432/d\n", "p:q", "h", 5432)]
    public void Credentials_AreReadAsWritten(string text, string? password, string host, int port)
    {
        var url = PostgresUrl.Parse(text, "DATABASE_URL", Settings);

        (url.Connection.Password, url.Connection.Host, url.Connection.Port).ShouldBe((password, host, port));
    }

    [Theory]
    [InlineData("mysql://u:s3cret@h/d")]
    [InlineData("postgresql://u:s3cret@h:port/d")]
    [InlineData("postgresql://u:s3cret@/d")]
    [InlineData("postgresql://u:s3cret@h/d?sslmode=maybe")]
    [InlineData("postgresql://u:s3cret@h/d?connection_limit=s3cret")]
    public void BadUrl_NamesTheVariableWithoutThePassword(string text)
    {
        var error = Should.Throw<StorageStartException>(() => PostgresUrl.Parse(text, "DATABASE_URL", Settings));

        error.Message.ShouldStartWith("DATABASE_URL");
        error.Message.ShouldNotContain("s3cret");
    }
}
