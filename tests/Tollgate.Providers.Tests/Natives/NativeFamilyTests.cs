using System.Collections.Frozen;
using System.Net;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Tests.Natives;

public sealed class NativeFamilyTests
{
    private const string Body = """{"model":"x","messages":[{"role":"user","content":"Hi"}],"tool_choice":"auto","stream":true}""";

    [Theory]
    [InlineData("ollama/llama3:8b", null, Surface.OllamaChat, "http://localhost:11434/api/chat")]
    [InlineData("ollama_chat/q", "http://h:1/", Surface.OllamaChat, "http://h:1/api/chat")]
    [InlineData("ollama_chat/q", "http://h:1/v1", Surface.OllamaChat, "http://h:1/api/chat")]
    [InlineData("ollama/q", "http://h:1/api/generate", Surface.OllamaChat, "http://h:1/api/chat")]
    [InlineData("cohere_chat/command-r", null, Surface.CohereChat, "https://api.cohere.com/v2/chat")]
    [InlineData("cohere_chat/v1/command-r", null, Surface.CohereChatV1, "https://api.cohere.com/v1/chat")]
    [InlineData("cohere_chat/command-r", "https://h/v1/chat", Surface.CohereChatV1, "https://h/v1/chat")]
    [InlineData("huggingface/org/m", null, Surface.Chat, "https://router.huggingface.co/v1/chat/completions")]
    [InlineData("huggingface/tgi", "http://h:8080", Surface.Chat, "http://h:8080/v1/chat/completions")]
    [InlineData("huggingface/tgi", "http://h:8080/v1/chat/completions", Surface.Chat, "http://h:8080/v1/chat/completions")]
    [InlineData("oobabooga/m", "http://h:5000", Surface.Chat, "http://h:5000/v1/chat/completions")]
    [InlineData("watsonx/ibm/g", "https://h", Surface.Chat, "https://h/ml/v1/text/chat?version=2024-03-13")]
    [InlineData("watsonx/deployment/d 1", "https://h", Surface.Chat, "https://h/ml/v1/deployments/d%201/text/chat?version=2024-03-13")]
    [InlineData("watsonx_text/ibm/g", "https://h", Surface.WatsonxText, "https://h/ml/v1/text/generation?version=2024-03-13")]
    [InlineData("cloudflare/@cf/meta/llama-3-8b-instruct", "https://h/ai/run/", Surface.WorkersAi, "https://h/ai/run/@cf/meta/llama-3-8b-instruct")]
    public void ChatCalls_SpeakADialectAtAnAddress(string model, string? apiBase, Surface spoken, string address)
    {
        var connection = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
        connection.SpokenFor(Surface.Messages).ShouldBe(spoken);
        connection.EndpointFor(spoken, stream: false, apiVersion: null).Uri.ShouldNotBeNull().AbsoluteUri.ShouldBe(address);
    }

    [Theory]
    [InlineData("watsonx/ibm/g", Surface.Chat, "/ml/v1/text/chat_stream")]
    [InlineData("watsonx_text/ibm/g", Surface.WatsonxText, "/ml/v1/text/generation_stream")]
    public void Streams_MayHaveAnAddressOfTheirOwn(string model, Surface spoken, string path)
        => Providers.Connect(model, static deployment => deployment with { ApiBase = "https://h" })
            .EndpointFor(spoken, stream: true, apiVersion: null).Uri.ShouldNotBeNull().AbsolutePath.ShouldBe(path);

    [Fact]
    public void OllamaThatBringsATemplate_IsAskedToGenerate()
    {
        var connection = Providers.Connect("ollama/q", static deployment => deployment with { DefaultParams = [new JsonMember("raw", "true"u8.ToArray())] });
        connection.SpokenFor(Surface.Chat).ShouldBe(Surface.OllamaGenerate);
        connection.EndpointFor(Surface.OllamaGenerate).Uri.ShouldNotBeNull().AbsolutePath.ShouldBe("/api/generate");
    }

    [Fact]
    public void DeploymentsParameters_ReachClientsOfAllDialects()
    {
        var connection = Providers.Connect("ollama/q", static deployment => deployment with
        {
            DefaultParams =
            [
                new JsonMember("num_ctx", "8192"u8.ToArray()), new JsonMember("temperature", "0.5"u8.ToArray()), new JsonMember("max_tokens", "9"u8.ToArray()),
                new JsonMember("stop", """["a"]"""u8.ToArray()), new JsonMember("logit_bias", "{}"u8.ToArray()),
            ],
            ExtraBody = [new JsonMember("keep_alive", "-1"u8.ToArray())],
        });
        var request = new ChatRequest { Origin = Surface.Messages, MaxOutputTokens = 5 };
        connection.ApplyDefaults(request);
        (request.MaxOutputTokens, request.Temperature).ShouldBe((5, 0.5));
        request.Stop.ShouldBe(["a"]);
        request.Configured.Select(static member => $"{member.Name}={member.Value}").ShouldBe(["num_ctx=8192", "keep_alive=-1"]);
    }

    [Fact]
    public async Task OllamaWithoutAKey_SendsNone()
    {
        var (headers, fault) = await Providers.Connect("ollama/q", static deployment => deployment with { ApiKey = null }).AuthorizeAsync();
        fault.ShouldBeNull();
        headers.ShouldNotContainKey("Authorization");
    }

    [Fact]
    public void OllamaErrors_HaveTheirClass()
    {
        var connection = Providers.Connect("ollama/q");
        connection.Classify(404, """{"error":"model 'x' not found"}""").ShouldBe(UpstreamErrorKind.NotFound);
        connection.Classify(400, """{"error":"\"x\" does not support tools"}""").ShouldBe(UpstreamErrorKind.BadRequest);
        connection.Classify(503, """{"error":"server busy, please try again.  maximum pending requests exceeded"}""").ShouldBe(UpstreamErrorKind.ServiceUnavailable);
    }

    [Fact]
    public void CohereErrors_HaveTheirClass()
    {
        var connection = Providers.Connect("cohere_chat/command-r");
        connection.Classify(401, """{"message":"invalid api token"}""").ShouldBe(UpstreamErrorKind.Authentication);
        connection.Classify(400, """{"message":"too many tokens: total number of tokens in the prompt exceeds the limit"}""")
            .ShouldBe(UpstreamErrorKind.ContextWindowExceeded);
    }

    [Fact]
    public void HuggingFaceRouter_TakesTheProviderAsASuffix()
        => Providers.Connect("huggingface/together/org/m").Rewrite("""{"model":"x","messages":[]}""").ShouldBe("""{"model":"org/m:together","messages":[]}""");

    [Fact]
    public async Task HuggingFaceBill_IsSentWhereToldTo()
        => (await Providers.Connect("huggingface/org/m", config: Providers.Config(("HF_BILL_TO", "acme"))).AuthorizeAsync()).Headers["X-HF-Bill-To"]
            .ShouldBe("acme");

    [Fact]
    public async Task DatabricksServicePrincipal_GetsAToken()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"access_token":"dapi-t","expires_in":3600}"""));
        var connection = Providers.Connect(
            Providers.With(issuer), "databricks/m", static deployment => deployment with { ApiBase = "https://w.cloud.databricks.com" },
            Providers.Config(("DATABRICKS_CLIENT_ID", "id"), ("DATABRICKS_CLIENT_SECRET", "secret"), ("DATABRICKS_USER_AGENT", "acme/1")));
        connection.UrlOf().ShouldBe("https://w.cloud.databricks.com/serving-endpoints/chat/completions");
        var (headers, _) = await connection.AuthorizeAsync();
        headers["Authorization"].ShouldBe("Bearer dapi-t");
        headers["User-Agent"].ShouldBe("acme/1");
        issuer.Asked.ShouldHaveSingleItem().ShouldBe(
            "POST https://w.cloud.databricks.com/oidc/v1/token grant_type=client_credentials&scope=all-apis");
        issuer.FirstHeaders["Authorization"].ShouldBe("Basic " + Convert.ToBase64String("id:secret"u8));
    }

    [Fact]
    public async Task DatabricksWithoutOne_SendsItsKey()
        => (await Providers.Connect("databricks/m", static deployment => deployment with { ApiBase = "https://h" }).AuthorizeAsync())
            .Headers["Authorization"].ShouldBe("Bearer sk-own");

    [Fact]
    public void WatsonxBody_NamesModelAndProject()
    {
        var connection = Providers.Connect(
            "watsonx/ibm/granite", static deployment => deployment with { ApiBase = "https://h" }, Providers.Config(("WATSONX_PROJECT_ID", "p1")));
        connection.Rewrite(Body, stream: true).ShouldBe(
            """{"model_id":"ibm/granite","project_id":"p1","messages":[{"role":"user","content":"Hi"}],"tool_choice_option":"auto"}""");
    }

    [Fact]
    public void WatsonxDeployment_KnowsItsModel()
        => Providers.Connect("watsonx/deployment/d1", static deployment => deployment with { ApiBase = "https://h" })
            .Rewrite("""{"model":"x","messages":[],"tool_choice":{"type":"function","function":{"name":"f"}}}""")
            .ShouldBe("""{"messages":[],"tool_choice":{"type":"function","function":{"name":"f"}}}""");

    [Fact]
    public async Task WatsonxKey_IsChangedForAToken()
    {
        using var issuer = new Issuer(static (_, _) => (HttpStatusCode.OK, """{"access_token":"iam","expires_in":3600,"expiration":1}"""));
        var connection = Providers.Connect(Providers.With(issuer), "watsonx/m", static deployment => deployment with { ApiBase = "https://h" });
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer iam");
        issuer.Asked.ShouldHaveSingleItem().ShouldBe(
            "POST https://iam.cloud.ibm.com/identity/token grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=sk-own");
    }

    [Theory]
    [InlineData("token", "Bearer v")]
    [InlineData("zen_api_key", "ZenApiKey v")]
    public async Task WatsonxCredentialsOfOtherKinds_AreSentAsTheyAre(string param, string header)
        => (await Providers.Connect("watsonx/m", deployment => deployment with
        {
            ApiBase = "https://h",
            ProviderParams = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create(param, "v")], StringComparer.Ordinal),
        }).AuthorizeAsync()).Headers["Authorization"].ShouldBe(header);

    [Fact]
    public void CloudflareAccount_StandsInTheAddress()
    {
        Providers.Connect("cloudflare/@cf/m", config: Providers.Config(("CLOUDFLARE_ACCOUNT_ID", "acc")))
            .EndpointFor(Surface.WorkersAi).Uri.ShouldNotBeNull().AbsoluteUri.ShouldBe("https://api.cloudflare.com/client/v4/accounts/acc/ai/run/@cf/m");
        Providers.Connect("cloudflare/@cf/m").EndpointFor(Surface.WorkersAi).Fault.ShouldNotBeNull().Message.ShouldContain("CLOUDFLARE_ACCOUNT_ID");
    }

    [Fact]
    public async Task OobaboogaKey_IsAToken()
        => (await Providers.Connect("oobabooga/m", static deployment => deployment with { ApiBase = "http://h" }).AuthorizeAsync())
            .Headers["Authorization"].ShouldBe("Token sk-own");
}
