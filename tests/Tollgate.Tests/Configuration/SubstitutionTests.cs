using Tollgate.Configuration;

namespace Tollgate.Tests.Configuration;

public class SubstitutionTests
{
    private static string Params(string value, params (string, string)[] variables) => ConfigFixture.LoadOne(
        $"model_list: [{{model_name: m, litellm_params: {{model: openai/m, v: {value}}}}}]", variables).DefaultParams.Json();

    [Theory]
    [InlineData("os.environ/X", "v=\"val\"")]
    [InlineData("'${X}'", "v=\"val\"")]
    [InlineData("'a-${X}-b-${X}'", "v=\"a-val-b-val\"")]
    [InlineData("'${NOPE:-d e}'", "v=\"d e\"")]
    [InlineData("'${EMPTY:-d}'", "v=\"d\"")]
    [InlineData("'${EMPTY}'", "v=\"\"")]
    [InlineData("'$${X}'", "v=\"${X}\"")]
    [InlineData("'pa$$word$X'", "v=\"pa$$word$X\"")]
    [InlineData("'${1X} ${X'", "v=\"${1X} ${X\"")]
    [InlineData("os.environ/YES", "v=true")]
    [InlineData("[os.environ/X, {k: ['${X}']}]", "v=[\"val\",{\"k\":[\"val\"]}]")]
    [InlineData("{os.environ/X: a}", "v={\"os.environ/X\":\"a\"}")]
    public void References_AreReplacedAtAnyDepth(string written, string expected) =>
        Params(written, ("X", "val"), ("EMPTY", ""), ("YES", "True")).ShouldBe(expected);

    [Fact]
    public void UnsetReference_IsAWarningAndNull()
    {
        var result = ConfigFixture.Load("litellm_settings:\n  langfuse_host: os.environ/NOPE\n");
        result.At("CFG007").ShouldBe("Warning 2:18 litellm_settings.langfuse_host");
        result.Single("CFG007").Message.ShouldBe("environment variable NOPE is not set");
    }

    [Fact]
    public void RequiredReference_IsFatalWithItsMessage()
    {
        var result = ConfigFixture.Load("litellm_settings: {langfuse_host: '${NOPE:?ask the platform team}'}");
        result.HasFatal.ShouldBeTrue();
        result.Single("CFG007").Message.ShouldBe("NOPE is not set: ask the platform team");
    }

    [Fact]
    public void OidcReference_IsNotSentAsAKey()
    {
        var result = ConfigFixture.Load("model_list: [{model_name: m, litellm_params: {model: openai/m, api_key: oidc/google/aud}}]");
        result.At("CFG034").ShouldBe("Error 1:73 model_list[0] (m).litellm_params.api_key");
        result.Config!.Deployments.ShouldBeEmpty();
    }

    [Fact]
    public void FreeText_KeepsUnknownBraces()
    {
        var result = ConfigFixture.Load("litellm_settings: {budget_exceeded_error_message: 'spent ${amount}'}");
        result.Codes().ShouldBe([]);
    }

    [Fact]
    public void SecretFromAFile_IsTrimmedAndUsed()
    {
        using var fixture = new ConfigFixture();
        var secret = fixture.Write("secret", "sk-from-file\n");
        fixture.Write("config.yaml", "model_list: [{model_name: m, litellm_params: {model: openai/m, api_key: os.environ/KEY}}]");
        fixture.LoadFile("config.yaml", ("KEY_FILE", secret)).Config!.Deployments[0].ApiKey.ShouldBe("sk-from-file");
    }

    [Fact]
    public void TrailingLineBreakOfASecret_IsTrimmedWithNotice()
    {
        var result = ConfigFixture.Load(
            "model_list: [{model_name: m, litellm_params: {model: openai/m, api_key: os.environ/KEY, v: os.environ/KEY}}]",
            ("KEY", "sk-k\r\n"));
        result.Config!.Deployments[0].ApiKey.ShouldBe("sk-k");
        result.Config.Deployments[0].DefaultParams.Json().ShouldBe("v=\"sk-k\\r\\n\"");
        result.Single("CFG036").Message.ShouldBe("trailing line break of KEY trimmed");
    }

    [Fact]
    public void EnvironmentSection_GoesBeforeEverythingElse()
    {
        var result = ConfigFixture.Load("""
            general_settings: {master_key: os.environ/MK}
            environment_variables:
              MK: sk-from-section
              COPY: os.environ/MK
              ROUTER_MAX_FALLBACKS: 9
              LITELLM_MODE: DEV
              bad-name: x
              GONE: os.environ/NOPE
            """);
        var config = result.Config.ShouldNotBeNull();
        config.General.MasterKey.ShouldBe("sk-from-section");
        (config.Environment["COPY"], config.Environment["LITELLM_MODE"], config.Router.MaxFallbacks)
            .ShouldBe(("sk-from-section", "DEV", 9));
        config.Environment.ContainsKey("GONE").ShouldBeFalse();
        result.Diagnostics.Where(d => d.Level >= DiagnosticLevel.Warning).Select(d => $"{d.Code} {d.Position.Line}")
            .ShouldBe(["CFG005 7", "CFG007 8"]);
        Environment.GetEnvironmentVariable("COPY").ShouldBeNull();
    }

    [Fact]
    public void EnvironmentSectionAsList_IsFatal() =>
        ConfigFixture.Load("environment_variables: [A=b]").At("CFG002").ShouldBe("Fatal 1:24 environment_variables");

    [Fact]
    public void UnclosedReferences_AreTextAndCheap() =>
        Params($"'{string.Concat(Enumerable.Repeat("${A:-", 50_000))}'").Length.ShouldBe(250_004);

    [Fact]
    public void ResolvedSecret_IsNeverShown()
    {
        var result = ConfigFixture.Load("""
            model_list:
              - model_name: m
                litellm_params: {model: openai/m, api_base: os.environ/S, rpm: os.environ/S, api_key: {a: os.environ/S}}
            general_settings: {database_url: os.environ/S, allowed_ips: [os.environ/S]}
            """, ("S", "very-secret-value"));
        result.Diagnostics.Count(d => d.Level >= DiagnosticLevel.Error).ShouldBeGreaterThanOrEqualTo(4);
        DiagnosticPrinter.ToText(result.Diagnostics).ShouldNotContain("very-secret");
    }

    [Fact]
    public void NumericVariableThatIsNone_IsAWarningAndTheDefault()
    {
        var result = ConfigFixture.Load("{}", ("MAX_RETRY_DELAY", "slow"), ("JITTER", "-1"), ("DEFAULT_MAX_RETRIES", "4"));
        result.Config!.Router.MaxRetryDelay.ShouldBe(TimeSpan.FromSeconds(8));
        result.Config.Router.NumRetries.ShouldBe(4);
        result.Diagnostics.Where(d => d.Code == "CFG019").Select(d => $"{d.Position.File}: {d.Message}").ShouldBe(
            ["env:JITTER: JITTER='-1' is out of range; using the default",
                "env:MAX_RETRY_DELAY: MAX_RETRY_DELAY='slow' is not a number; using the default"],
            ignoreOrder: true);
    }
}
