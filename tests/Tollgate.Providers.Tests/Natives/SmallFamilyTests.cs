using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

public sealed class SmallFamilyTests
{
    [Theory]
    [InlineData("snowflake/mistral-large2", "https://a.snowflakecomputing.com/api/v2", Surface.SnowflakeComplete, "https://a.snowflakecomputing.com/api/v2/cortex/inference:complete")]
    [InlineData("nlp_cloud/dolphin", null, Surface.NlpCloudGeneration, "https://api.nlpcloud.io/v1/gpu/dolphin/generation")]
    [InlineData("aleph_alpha/luminous-base", null, Surface.AlephAlphaComplete, "https://api.aleph-alpha.com/complete")]
    [InlineData("bytez/google/gemma-3-4b-it", null, Surface.BytezRun, "https://api.bytez.com/models/v2/google/gemma-3-4b-it")]
    [InlineData("triton/m", "http://h/v2/models/m/generate", Surface.TritonGenerate, "http://h/v2/models/m/generate")]
    [InlineData("triton/m", "http://h/v2/models/m/infer", Surface.TritonInfer, "http://h/v2/models/m/infer")]
    [InlineData("custom/m", "http://h/run", Surface.CustomServer, "http://h/run")]
    [InlineData("langgraph/agent", null, Surface.LangGraphRun, "http://localhost:2024/runs/wait")]
    [InlineData("langflow/flow-1", "http://h:7860", Surface.LangFlowRun, "http://h:7860/api/v1/run/flow-1")]
    [InlineData("a2a/agent", "http://h:9999/", Surface.AgentMessage, "http://h:9999")]
    [InlineData("petals/x", "https://chat.petals.dev/api/v1/generate", Surface.PetalsGenerate, "https://chat.petals.dev/api/v1/generate")]
    [InlineData("gigachat/GigaChat-2", null, Surface.GigaChat, "https://gigachat.devices.sberbank.ru/api/v1/chat/completions")]
    [InlineData("oci/meta.llama", null, Surface.OciChat, "https://inference.generativeai.us-ashburn-1.oci.oraclecloud.com/20231130/actions/chat")]
    [InlineData("replicate/meta/llama-2-70b-chat", null, Surface.ReplicatePrediction, "https://api.replicate.com/v1/models/meta/llama-2-70b-chat/predictions")]
    [InlineData("replicate/deployments/o/n", null, Surface.ReplicatePrediction, "https://api.replicate.com/v1/deployments/o/n/predictions")]
    [InlineData("replicate/o/n:2796ee9483c3fd7aa2e171d38f4ca12251a30609463dcfd4cd76703f22e96cdf", null, Surface.ReplicatePrediction, "https://api.replicate.com/v1/predictions")]
    [InlineData("github_copilot/gpt-4o", null, Surface.Chat, "https://api.githubcopilot.com/chat/completions")]
    [InlineData("github_copilot/gpt-5-codex", null, Surface.Responses, "https://api.githubcopilot.com/responses")]
    public void ChatCalls_SpeakADialectAtAnAddress(string model, string? apiBase, Surface spoken, string address)
    {
        var connection = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
        connection.SpokenFor(Surface.Chat).ShouldBe(spoken);
        connection.EndpointFor(spoken, stream: false, apiVersion: null).Uri.ShouldNotBeNull().AbsoluteUri.TrimEnd('/').ShouldBe(address);
    }

    [Theory]
    [InlineData("triton/m", "http://h/v2/models/m/generate", Surface.TritonGenerate, "/v2/models/m/generate_stream")]
    [InlineData("langgraph/agent", "http://h", Surface.LangGraphRun, "/runs/stream")]
    public void Streams_MayHaveAnAddressOfTheirOwn(string model, string apiBase, Surface spoken, string path)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase })
            .EndpointFor(spoken, stream: true, apiVersion: null).Uri.ShouldNotBeNull().AbsolutePath.ShouldBe(path);

    [Fact]
    public void PredibaseTenant_StandsInTheAddress()
    {
        var connection = Providers.Connect("predibase/llama", config: Providers.Config(("PREDIBASE_TENANT_ID", "t1")));
        connection.EndpointFor(Surface.TextGeneration, stream: true, null).Uri.ShouldNotBeNull().AbsoluteUri
            .ShouldBe("https://serving.app.predibase.com/t1/deployments/v2/llms/llama/generate_stream");
        Providers.Connect("predibase/llama").EndpointFor(Surface.TextGeneration).Fault.ShouldNotBeNull().Message.ShouldContain("predibase_tenant_id");
    }

    [Theory]
    [InlineData("nlp_cloud/m", "Authorization", "Token sk-own")]
    [InlineData("bytez/m", "Authorization", "Key sk-own")]
    [InlineData("langgraph/m", "x-api-key", "sk-own")]
    [InlineData("replicate/o/n", "Authorization", "Bearer sk-own")]
    public async Task Keys_AreSentInTheirForm(string model, string header, string value)
        => (await Providers.Connect(model).AuthorizeAsync()).Headers[header].ShouldBe(value);

    [Theory]
    [InlineData("jwt-1", "Bearer jwt-1", "KEYPAIR_JWT")]
    [InlineData("pat/token-1", "Bearer token-1", "PROGRAMMATIC_ACCESS_TOKEN")]
    public async Task SnowflakeKeys_SayTheirType(string key, string authorization, string type)
    {
        var connection = Providers.Connect(
            "snowflake/m", deployment => deployment with { ApiKey = key }, Providers.Config(("SNOWFLAKE_ACCOUNT_ID", "acc")));
        var (headers, _) = await connection.AuthorizeAsync();
        headers["Authorization"].ShouldBe(authorization);
        headers["X-Snowflake-Authorization-Token-Type"].ShouldBe(type);
        connection.EndpointFor(Surface.SnowflakeComplete).Uri.ShouldNotBeNull().Host.ShouldBe("acc.snowflakecomputing.com");
    }

    [Fact]
    public async Task GigaChatCredentials_AreChangedForAToken()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"access_token":"g","expires_at":4102444800000}"""));
        var connection = Providers.Connect(Providers.With(issuer), "gigachat/G", config: Providers.Config(("GIGACHAT_SCOPE", "GIGACHAT_API_CORP")));
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer g");
        issuer.Asked.ShouldHaveSingleItem().ShouldBe("POST https://ngw.devices.sberbank.ru:9443/api/v2/oauth scope=GIGACHAT_API_CORP");
        issuer.FirstHeaders["Authorization"].ShouldBe("Basic sk-own");
        Guid.TryParse(issuer.FirstHeaders["RqUID"], out _).ShouldBeTrue();
    }

    [Fact]
    public async Task OciRequest_IsSigned()
    {
        using var key = RSA.Create(2048);
        var connection = Providers.Connect("oci/meta.llama", deployment => deployment with
        {
            ProviderParams = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["oci_region"] = "eu-frankfurt-1",
                ["oci_user"] = "ocid1.user",
                ["oci_tenancy"] = "ocid1.tenancy",
                ["oci_fingerprint"] = "aa:bb",
                ["oci_key"] = key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("\\n"),
            }.ToFrozenDictionary(StringComparer.Ordinal),
        });
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.OciChat).Uri)
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        string Header(string name) => message.Headers.NonValidated[name].ToString();
        var hash = Convert.ToBase64String(SHA256.HashData("{}"u8));
        Header("x-content-sha256").ShouldBe(hash);
        var authorization = Header("Authorization");
        authorization.ShouldContain("""Signature version="1",keyId="ocid1.tenancy/ocid1.user/aa:bb",algorithm="rsa-sha256",headers="date (request-target) host""");
        var signature = authorization[(authorization.IndexOf("signature=\"", StringComparison.Ordinal) + 11)..^1];
        var text = $"date: {Header("date")}\n(request-target): post /20231130/actions/chat\nhost: inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com\n"
            + $"content-length: 2\ncontent-type: application/json; charset=utf-8\nx-content-sha256: {hash}";
        key.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeTrue();
    }

    [Fact]
    public async Task OciWithoutAKey_SaysWhatIsMissing()
        => (await Providers.Connect("oci/m").AuthorizeAsync()).Fault.ShouldNotBeNull().Message.ShouldContain("oci_key_file");

    [Fact]
    public async Task SapDeployment_IsLookedUpWithTheToken()
    {
        using var issuer = new Issuer(static (request, _) => request.Method == HttpMethod.Post
            ? (HttpStatusCode.OK, """{"access_token":"s","expires_in":43199}""")
            : (HttpStatusCode.OK, """{"count":1,"resources":[{"id":"d1","deploymentUrl":"https://api.ai.example/v2/inference/deployments/d1","status":"RUNNING"}]}"""));
        var connection = Providers.Connect(Providers.With(issuer), "sap/gpt-4o", static deployment => deployment with { ApiKey = null }, Providers.Config(
            ("AICORE_SERVICE_KEY", """{"clientid":"c","clientsecret":"x","url":"https://auth.example","serviceurls":{"AI_API_URL":"https://api.ai.example"}}"""),
            ("AICORE_RESOURCE_GROUP", "rg")));
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(Surface.SapOrchestration).Uri);
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        message.RequestUri!.AbsoluteUri.ShouldBe("https://api.ai.example/v2/inference/deployments/d1/v2/completion");
        message.Headers.NonValidated["AI-Resource-Group"].ToString().ShouldBe("rg");
        message.Headers.NonValidated["Authorization"].ToString().ShouldBe("Bearer s");
        issuer.Asked.ShouldBe(
        [
            "POST https://auth.example/oauth/token grant_type=client_credentials&client_id=c&client_secret=x",
            "GET https://api.ai.example/v2/lm/deployments?scenarioId=orchestration&status=RUNNING",
        ]);
    }

    [Fact]
    public void SapWithoutCredentials_SaysWhatIsMissing()
        => Providers.Connect("sap/m", static deployment => deployment with { ApiKey = null }).EndpointFor(Surface.SapOrchestration).Fault.ShouldNotBeNull()
            .Message.ShouldContain("AICORE_SERVICE_KEY");

    [Theory]
    [InlineData("succeeded", HttpStatusCode.OK)]
    [InlineData("failed", HttpStatusCode.InternalServerError)]
    public async Task ReplicatePrediction_IsAskedForUntilItIsOver(string end, HttpStatusCode expected)
    {
        var asked = 0;
        using var upstream = new Issuer((_, _) => (HttpStatusCode.Created, $$"""
            {"id":"p","status":"{{(asked++ < 2 ? "processing" : end)}}","output":["Hi"],"urls":{"get":"https://api.replicate.com/v1/predictions/p"} }
            """));
        using var response = await Exchange("replicate/o/n", upstream, "{}", ("REPLICATE_POLLING_DELAY_SECONDS", "0.001"));
        response.StatusCode.ShouldBe(expected);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain($"\"status\":\"{end}\"");
        upstream.Asked.ShouldBe(
        [
            "POST https://api.replicate.com/v1/models/o/n/predictions {}", "GET https://api.replicate.com/v1/predictions/p",
            "GET https://api.replicate.com/v1/predictions/p",
        ]);
    }

    [Fact]
    public async Task ReplicatePredictionElsewhere_IsNotAskedFor()
    {
        using var upstream = new Issuer(static (_, _) => (HttpStatusCode.Created, """{"status":"starting","urls":{"get":"https://evil.example/p"}}"""));
        using var response = await Exchange("replicate/o/n", upstream, "{}");
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        upstream.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task PetalsBody_IsSentAsAForm()
    {
        using var upstream = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"outputs":"x"}"""));
        using var response = await Exchange("petals/x", upstream, """{"model":"x","inputs":"Hi there","max_new_tokens":9}""");
        upstream.Asked.ShouldHaveSingleItem().ShouldBe("POST https://h/ model=x&inputs=Hi+there&max_new_tokens=9");
    }

    private static async Task<HttpResponseMessage> Exchange(string model, Issuer upstream, string body, params (string Name, string Value)[] environment)
    {
        var connection = Providers.Connect(
            model, deployment => model.StartsWith("petals", StringComparison.Ordinal) ? deployment with { ApiBase = "https://h/" } : deployment,
            Providers.Config(environment));
        var spoken = connection.SpokenFor(Surface.Chat);
        using var http = new HttpMessageInvoker(upstream);
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var message = new HttpRequestMessage(HttpMethod.Post, connection.EndpointFor(spoken).Uri) { Content = new ByteArrayContent(json) };
        return await connection.ExchangeAsync(
            http, message, new UpstreamRequest(json, members, spoken, false, RequestPolicy.Default, null), TestContext.Current.CancellationToken);
    }
}
