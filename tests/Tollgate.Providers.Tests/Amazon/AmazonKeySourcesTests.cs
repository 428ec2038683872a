using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tollgate.Providers.Amazon;

namespace Tollgate.Providers.Tests.Amazon;

/// <summary>Roles and web identities through Amazon's library, with a token service of our own.</summary>
public sealed class AmazonKeySourcesTests : IAsyncLifetime
{
    private const string Role = "arn:aws:iam::123456789012:role/callers";

    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _calls = [];
    private WebApplication _service = null!;
    private bool _refuses;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _service = builder.Build();
        _service.Urls.Add("http://127.0.0.1:0");
        _service.MapPost("/", AnswerAsync);
        await _service.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task Role_IsTakenOnWithTheGivenKeys()
    {
        var keys = await FetchAsync(new AmazonIdentity(AmazonSource.Role, "eu-west-1")
        {
            Role = Role,
            Session = "gateway",
            ExternalId = "ext",
            Tags = """[{"Key":"team","Value":"a"}]""",
            Keys = new AmazonKeys("BASE", "s", null),
        });
        keys.ShouldBe(new AmazonKeys("ASIAROLE", "role-secret", "role-session")
        {
            RenewAt = new DateTimeOffset(2031, 1, 1, 0, 55, 0, TimeSpan.Zero),
            GoodUntil = new DateTimeOffset(2031, 1, 1, 1, 0, 0, TimeSpan.Zero),
        });
        var call = _calls.ShouldHaveSingleItem();
        call["Action"].ShouldBe("AssumeRole");
        call["RoleArn"].ShouldBe(Role);
        call["RoleSessionName"].ShouldBe("gateway");
        call["ExternalId"].ShouldBe("ext");
        call["DurationSeconds"].ShouldBe("3600");
        call["Tags.member.1.Key"].ShouldBe("team");
        call["authorization"].ShouldContain("Credential=BASE/");
        call["authorization"].ShouldContain("/eu-west-1/sts/");
    }

    [Fact]
    public async Task WebIdentity_IsReadFromItsFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "the-token\n", TestContext.Current.CancellationToken);
            var keys = await FetchAsync(new AmazonIdentity(AmazonSource.WebIdentity, "us-east-1") { Role = Role, WebToken = "oidc/file/" + file });
            keys.AccessKey.ShouldBe("ASIAROLE");
            var call = _calls.ShouldHaveSingleItem();
            call["Action"].ShouldBe("AssumeRoleWithWebIdentity");
            call["WebIdentityToken"].ShouldBe("the-token");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Refusal_NamesTheCodeAndNoAccount()
    {
        _refuses = true;
        var failure = await Should.ThrowAsync<AmazonKeyException>(
            () => FetchAsync(new AmazonIdentity(AmazonSource.Role, "us-east-1") { Role = Role, Keys = new AmazonKeys("BASE", "s", null) }));
        failure.Message.ShouldContain("AccessDenied");
        failure.Message.ShouldNotContain("123456789012");
    }

    [Theory]
    [InlineData("""{"team":1""")]
    [InlineData("[1]")]
    public async Task TagsThatAreNone_AreNamed(string tags)
        => (await Should.ThrowAsync<AmazonKeyException>(
            () => FetchAsync(new AmazonIdentity(AmazonSource.Role, "us-east-1") { Role = Role, Tags = tags, Keys = new AmazonKeys("BASE", "s", null) })))
            .Message.ShouldContain("aws_session_tags");

    [Fact]
    public async Task ProfileThatIsNotThere_IsNamed()
        => (await Should.ThrowAsync<AmazonKeyException>(() => FetchAsync(new AmazonIdentity(AmazonSource.Profile, "us-east-1") { Profile = "no-such-profile" })))
            .Message.ShouldBe("Unable to locate credentials: there is no profile 'no-such-profile'.");

    private Task<AmazonKeys> FetchAsync(AmazonIdentity identity)
        => new AmazonKeySources(TimeProvider.System).FetchAsync(identity with { TokenService = _service.Urls.First() }, TestContext.Current.CancellationToken);

    private async Task AnswerAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var call = form.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal);
        call["authorization"] = context.Request.Headers.Authorization.ToString();
        _calls.Enqueue(call);
        context.Response.ContentType = "text/xml";
        if (_refuses)
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync(
                """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User 123456789012 may not</Message></Error><RequestId>r</RequestId></ErrorResponse>""");
            return;
        }

        var action = call["Action"];
        await context.Response.WriteAsync(
            $"""
            <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-session</SessionToken><Expiration>2031-01-01T01:00:00Z</Expiration></Credentials></{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>
            """);
    }
}
