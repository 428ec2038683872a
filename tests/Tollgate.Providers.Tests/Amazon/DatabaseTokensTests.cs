using Tollgate.Providers.Amazon;

namespace Tollgate.Providers.Tests.Amazon;

/// <summary>Tokens that managed databases take for passwords; the signatures are those of Amazon's own client for the same moment.</summary>
public sealed class DatabaseTokensTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RegionOfTheHost_AndNamesWithSpaces()
    {
        var token = await Tokens(("AWS_REGION", "us-east-1")).TokenAsync("db.abc.eu-central-1.rds.amazonaws.com", 5432, "gate way", Stop);
        token.ShouldStartWith("db.abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=gate%20way&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Feu-central-1%2Frds-db%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=900");
        token.ShouldEndWith("&X-Amz-Signature=a662c46e370cedeeec298b84d849386bd21c82be357faab264e92f0fa556b04a");
    }

    [Fact]
    public async Task SessionsOfTheEnvironment_AreSignedAlong()
    {
        var token = await Tokens(("AWS_REGION_NAME", "us-east-1"), ("AWS_SESSION_TOKEN", "tok/en+=")).TokenAsync("db.internal", 5433, "gate", Stop);
        token.ShouldContain("&X-Amz-Security-Token=tok%2Fen%2B%3D&");
        token.ShouldEndWith("&X-Amz-Signature=9ce8a457b2b8640b0f6882b79ccd8e3aa0b07e2de9583c02c2642388cfe0f18f");
    }

    [Fact]
    public async Task UnknownRegion_IsSaid()
        => (await Should.ThrowAsync<InvalidOperationException>(async () => await Tokens().TokenAsync("db.internal", 5432, "u", Stop))).Message.ShouldContain("AWS_REGION");

    private static DatabaseTokens Tokens(params (string Name, string Value)[] more)
    {
        var variables = more.Append(("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")).Append(("AWS_SECRET_ACCESS_KEY", Secret)).ToDictionary(static pair => pair.Item1, static pair => pair.Item2);
        return new DatabaseTokens(variables.GetValueOrDefault, new Fixed());
    }

    private sealed class Fixed : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
