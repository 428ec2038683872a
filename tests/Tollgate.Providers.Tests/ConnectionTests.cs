using System.Collections.Frozen;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("http://h:1", "http://h:1/chat/completions")]
    [InlineData("http://h:1/", "http://h:1/chat/completions")]
    [InlineData("http://h:1/v1//", "http://h:1/v1/chat/completions")]
    [InlineData("http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions")]
    [InlineData("http://h:1/v1/chat/completions/?k=v", "http://h:1/v1/chat/completions?k=v")]
    [InlineData("http://h:1/v1/embeddings", "http://h:1/v1/chat/completions")]
    [InlineData("http://h:1/v1?k=v&x=y", "http://h:1/v1/chat/completions?k=v&x=y")]
    [InlineData("http://h:1/deep/root/v2", "http://h:1/deep/root/v2/chat/completions")]
    [InlineData("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions")]
    public void Base_GetsThePathOnce(string apiBase, string expected)
        => Providers.Connect("openai/m", deployment => deployment with { ApiBase = apiBase }).UrlOf().ShouldBe(expected);

    [Theory]
    [InlineData(Surface.Completions, "http://h/v1/completions")]
    [InlineData(Surface.Embeddings, "http://h/v1/embeddings")]
    [InlineData(Surface.Models, "http://h/v1/models")]
    public void PastedOperation_GivesWayToTheOneCalled(Surface surface, string expected)
        => Providers.Connect("openai/m", static deployment => deployment with { ApiBase = "http://h/v1/chat/completions" }).UrlOf(
            surface).ShouldBe(expected);

    [Theory]
    [InlineData("not a url")]
    [InlineData("ftp://h/v1")]
    [InlineData("file:///etc/passwd")]
    public void BaseThatIsNoUrl_IsAClearError(string apiBase)
        => Providers.Connect("openai/m", deployment => deployment with { ApiBase = apiBase }).EndpointFor(Surface.Chat).Fault
            .ShouldNotBeNull().Message.ShouldContain("api_base is not an absolute http(s) URL");

    [Fact]
    public void ExtraQuery_IsAppendedEscaped()
        => Providers.Connect("openai/m", static deployment => deployment with
        {
            ApiBase = "http://h/v1?a=1",
            ExtraQuery = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("b c", "d&e")], StringComparer.Ordinal),
        }).UrlOf().ShouldBe("http://h/v1/chat/completions?a=1&b%20c=d%26e");

    [Fact]
    public void Endpoint_IsMadeOnce()
    {
        var connection = Providers.Connect("openai/m");
        connection.EndpointFor(Surface.Chat).Uri.ShouldBeSameAs(connection.EndpointFor(Surface.Chat).Uri);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = connection.EndpointFor(Surface.Embeddings);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Headers_CarryOrganizationProjectAndExtrasButNotAnotherKey()
    {
        var connection = Providers.Connect("openai/m", static deployment => deployment with
        {
            Organization = "org",
            Project = "proj",
            ExtraHeaders = FrozenDictionary.ToFrozenDictionary(
                [KeyValuePair.Create("authorization", "Bearer other"), KeyValuePair.Create("User-Agent", "mine"),
                    KeyValuePair.Create("x-a", "1")], StringComparer.Ordinal),
        });
        var (headers, fault) = await connection.AuthorizeAsync();
        fault.ShouldBeNull();
        headers["Authorization"].ShouldBe("Bearer sk-own");
        headers["OpenAI-Organization"].ShouldBe("org");
        headers["OpenAI-Project"].ShouldBe("proj");
        headers["User-Agent"].ShouldBe("mine");
        headers["x-a"].ShouldBe("1");
    }

    [Fact]
    public async Task ExtraHeaders_MayBeTheOnlyCredential()
        => (await Providers.Connect("openai/m", static deployment => deployment with
        {
            ApiKey = null,
            ExtraHeaders = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("Authorization", "Custom x")], StringComparer.Ordinal),
        }).AuthorizeAsync()).Headers["Authorization"].ShouldBe("Custom x");

    [Fact]
    public async Task Organization_FromTheEnvironment_GoesOnlyToItsOwnProvider()
    {
        var config = Providers.Config(("OPENAI_ORGANIZATION", "org"));
        (await Providers.Connect("openai/m", config: config).AuthorizeAsync()).Headers["OpenAI-Organization"].ShouldBe("org");
        (await Providers.Connect("groq/m", config: config).AuthorizeAsync()).Headers.ShouldNotContainKey("OpenAI-Organization");
    }

    [Fact]
    public async Task TemplatedHeaders_AreFilledOrLeftOut()
    {
        var (headers, _) = await Providers.Connect("openrouter/m", config: Providers.Config(("OR_APP_NAME", "app"))).AuthorizeAsync();
        headers["X-Title"].ShouldBe("app");
        headers.ShouldNotContainKey("HTTP-Referer");
        (await Providers.Connect("novita/m").AuthorizeAsync()).Headers["X-Novita-Source"].ShouldBe("tollgate");
    }

    [Fact]
    public async Task ClientKey_ReplacesTheDeployments()
    {
        var (headers, fault) = await Providers.Connect("sarvam/m").AuthorizeAsync("sk-client");
        fault.ShouldBeNull();
        headers["Authorization"].ShouldBe("Bearer sk-client");
        headers["api-subscription-key"].ShouldBe("sk-client");
        (await Providers.Connect("openai/m").AuthorizeAsync("sk\r\nx: y")).Fault.ShouldNotBeNull().Kind.ShouldBe(
            UpstreamErrorKind.Authentication);
        (await Providers.Connect("openai/m", static deployment => deployment with { ApiKey = null }).AuthorizeAsync(
            "sk-client")).Fault.ShouldBeNull();
    }

    [Fact]
    public async Task UnresolvedKey_IsNamedAndNothingElseIsUsed()
    {
        var (_, fault) = await Providers.Connect(
            "openai/m", static deployment
                => deployment with { ApiKey = null, ApiKeyUnresolved = true },
                Providers.Config(("OPENAI_API_KEY", "sk-env"))).AuthorizeAsync();
        fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);
        fault.Message.ShouldContain("litellm_params.api_key of model 'group'");
    }

    [Fact]
    public async Task EmptyKey_SendsNoHeader()
        => (await Providers.Connect(
            "lm_studio/m", static deployment => deployment with { ApiKey = "", ApiBase = "http://h/v1" }).AuthorizeAsync(
            )).Headers.ShouldNotContainKey("Authorization");

    [Fact]
    public void Region_FillsTheBase()
    {
        Providers.Connect("bedrock_mantle/m").UrlOf().ShouldBe("https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions");
        Providers.Connect("bedrock_mantle/m", config: Providers.Config(("AWS_REGION", "eu-west-1"))).UrlOf().ShouldStartWith(
            "https://bedrock-mantle.eu-west-1.");
    }

    [Fact]
    public void Names_AreThoseOfErrorMessages()
    {
        Providers.Connect("groq/m").ExceptionName.ShouldBe("GroqException");
        Providers.Connect("openai/m").ExceptionName.ShouldBe("OpenAIException");
        Providers.Connect("hosted_vllm/m", static deployment => deployment with { ApiBase = "http://h/v1" }).ExceptionName.ShouldBe(
            "Hosted_vllmException");
        Providers.Connect("litellm_proxy/m", static deployment => deployment with { ApiBase = "http://h/v1" }).ExceptionName.ShouldBe(
            "Litellm_proxyException");
        Providers.Connect("together_ai/m").ExceptionName.ShouldBe("Together_aiException");
    }

    [Fact]
    public void DisplayBase_ShowsNoSecret()
        => Providers.Connect(
            "openai/m", static deployment => deployment with { ApiBase = "http://user:pass@h:1/v1/?key=s" }).DisplayBase.ShouldBe(
            "http://h:1/v1");

    [Fact]
    public void Transport_IsTheDeploymentsElseTheGlobal()
    {
        var config = Providers.Config() with { Models = new ModelSettings { SslVerify = false, SslCaFile = "/ca" } };
        Providers.Connect("openai/m", config: config).Transport.ShouldBe(new TransportOptions(false, "/ca", null));
        Providers.Connect(
            "openai/m", static deployment => deployment with { SslVerify = true, Proxy = "http://p" }, config).Transport.ShouldBe(
            new TransportOptions(true, null, "http://p"));
    }

    [Fact]
    public void Body_FollowsDeploymentAndGlobalPolicy()
    {
        var config = Providers.Config(("LITELLM_DROP_PARAMS", "True")) with
        {
            Router = new RouterSettings
            {
                DefaultParams = [new JsonMember("temperature", "0.9"u8.ToArray()),
                new JsonMember("seed", "4"u8.ToArray())]
            },
        };
        var connection = Providers.Connect(
            "groq/llama",
            static deployment => deployment with
            {
                DefaultParams = [new JsonMember("temperature", "0.1"u8.ToArray())],
                ExtraBody = [new JsonMember("priority", "1"u8.ToArray())],
                AdditionalDropParams = ["user"],
                AllowedOpenAiParams = ["logit_bias"],
            },
            config);
        connection.Rewrite("""{"model":"group","user":"u","logprobs":true,"logit_bias":{},"api_key":"sk","messages":[]}""", stream: true)
            .ShouldBe(
                """{"model":"llama","logit_bias":{},"messages":[],"priority":1,"temperature":0.1,"seed":4,"stream_options":{"include_usage":true}}""");
    }

    [Fact]
    public void RouterDefaultsOfChat_DoNotReachEmbeddings()
    {
        var config = Providers.Config(("LITELLM_DEFAULT_EMBEDDING_ENCODING_FORMAT", "base64")) with
        {
            Router = new RouterSettings { DefaultParams = [new JsonMember("temperature", "0.9"u8.ToArray())] },
        };
        Providers.Connect("openai/m", config: config).Rewrite("""{"input":"x"}""", surface: Surface.Embeddings).ShouldBe(
            """{"input":"x","model":"m","encoding_format":"base64"}""");
    }

    [Fact]
    public void Metadata_LeavesOnlyWhenSwitchedOn()
    {
        const string body = """{"model":"g","metadata":{"a":"b"}}""";
        Providers.Connect("openai/m").Rewrite(body).ShouldBe("""{"model":"m"}""");
        Providers.Connect(
            "openai/m", config: Providers.Config() with { Models = new ModelSettings { SendMetadataUpstream = true } }).Rewrite(body)
            .ShouldBe("""{"model":"m","metadata":{"a":"b"}}""");
    }

    [Fact]
    public void UnsupportedSystemMessage_IsFoldedAlsoForTheDialectsHome()
        => Providers.Connect("openai/m", static deployment => deployment with { SupportsSystemMessage = false })
            .Rewrite("""{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}]}""")
            .ShouldBe("""{"messages":[{"role":"user","content":"s\nu"}],"model":"m"}""");

    [Fact]
    public void PlainConnection_AllocatesNothing()
    {
        var connection = Providers.Connect("openai/gpt-4o");
        connection.Response.IsIdentity.ShouldBeTrue();
        var json = Encoding.UTF8.GetBytes(
            """{"model":"g","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"max_tokens":5,"stream":true}""");
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var edits = new JsonEdits();
        var request = new UpstreamRequest(json, members, Surface.Chat, true, RequestPolicy.Default, null);
        for (var i = 0; i < 200; i++)
        {
            edits.Clear();
            connection.WriteRequest(request, edits);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        edits.Clear();
        connection.WriteRequest(request, edits).ShouldBeNull();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
