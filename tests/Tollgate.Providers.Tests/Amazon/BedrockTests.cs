using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Amazon;

public sealed class BedrockTests
{
    private const string Haiku = "bedrock/anthropic.claude-3-haiku-20240307-v1:0";

    private static readonly (string, string)[] Static = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    [Theory]
    [InlineData(Haiku, false, "https://bedrock-runtime.us-west-2.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse")]
    [InlineData(Haiku, true, "https://bedrock-runtime.us-west-2.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream")]
    [InlineData("bedrock/eu-west-1/anthropic.claude-v2", true, "https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v2/invoke-with-response-stream")]
    [InlineData("bedrock/ai21.j2-mid-v1", true, "https://bedrock-runtime.us-west-2.amazonaws.com/model/ai21.j2-mid-v1/invoke")]
    [InlineData("bedrock/cn-north-1/amazon.nova-pro-v1:0", false, "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/amazon.nova-pro-v1%3A0/converse")]
    [InlineData(
        "bedrock/converse/arn:aws:bedrock:eu-central-1:1:inference-profile/eu.amazon.nova-pro-v1:0", false,
        "https://bedrock-runtime.eu-central-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.amazon.nova-pro-v1%3A0/converse")]
    public void Addresses_AreBedrocks(string model, bool stream, string expected)
    {
        var connection = Connect(model);
        connection.EndpointFor(connection.SpokenFor(Surface.Chat), stream, null).Uri.ShouldNotBeNull().AbsoluteUri.ShouldBe(expected);
    }

    [Fact]
    public void Endpoint_IsTheDeploymentsOwn()
    {
        Address(Connect(Haiku, Parameters(("aws_bedrock_runtime_endpoint", "https://proxy/x/")))).ShouldBe("https://proxy/x/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse");
        Address(Connect(Haiku, static deployment => deployment with { ApiBase = "https://other" })).ShouldStartWith("https://other/model/");
        Address(Connect(Haiku, Parameters(("aws_region_name", "ap-south-1")))).ShouldContain("ap-south-1");
        Address(Connect("bedrock/converse_like/m", static deployment => deployment with { ApiBase = "https://own/chat", ApiKey = "k" })).ShouldBe("https://own/chat");
    }

    [Fact]
    public async Task ApiKey_IsABearerToken()
    {
        var (headers, fault) = await Connect(Haiku, static deployment => deployment with { ApiKey = "br-key" }).AuthorizeAsync();
        fault.ShouldBeNull();
        headers["Authorization"].ShouldBe("Bearer br-key");
        (headers, _) = await Connect(Haiku, environment: [("AWS_BEARER_TOKEN_BEDROCK", "env-key")]).AuthorizeAsync();
        headers["Authorization"].ShouldBe("Bearer env-key");
    }

    [Fact]
    public async Task DeploymentsKeys_CountMoreThanTheEnvironmentsBearer()
    {
        using var message = Message(Connect(
            Haiku, Parameters(("aws_access_key_id", "OWN"), ("aws_secret_access_key", "s")), [("AWS_BEARER_TOKEN_BEDROCK", "env-key")]), out var connection);
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        SigV4Tests.Header(message, "Authorization").ShouldStartWith("AWS4-HMAC-SHA256 Credential=OWN/");
        SigV4Tests.Header(message, "Authorization").ShouldContain("/us-west-2/bedrock/aws4_request");
    }

    [Fact]
    public async Task ClientsKey_IsABearerToken()
    {
        using var message = Message(Connect(Haiku, environment: Static), out var connection);
        (await connection.AuthorizeAsync(message, "client-key", TestContext.Current.CancellationToken)).ShouldBeNull();
        SigV4Tests.Header(message, "Authorization").ShouldBe("Bearer client-key");
    }

    [Theory]
    [InlineData(400, """{"message":"Input is too long for requested model."}""", "ValidationException", UpstreamErrorKind.ContextWindowExceeded)]
    [InlineData(400, """{"message":"Malformed input request"}""", "ValidationException:http://internal.amazon.com/coral/", UpstreamErrorKind.BadRequest)]
    [InlineData(403, """{"message":"The security token included in the request is expired"}""", "ExpiredTokenException", UpstreamErrorKind.Authentication)]
    [InlineData(403, """{"message":"no"}""", "UnrecognizedClientException", UpstreamErrorKind.Authentication)]
    [InlineData(403, """{"Message":"User: x is not authorized"}""", "AccessDeniedException", UpstreamErrorKind.PermissionDenied)]
    [InlineData(400, """{"__type":"com.amazon.coral.service#ThrottlingException","message":"slow"}""", null, UpstreamErrorKind.RateLimit)]
    [InlineData(429, """{"message":"Too many requests"}""", null, UpstreamErrorKind.RateLimit)]
    [InlineData(404, """{"message":"x"}""", "ResourceNotFoundException", UpstreamErrorKind.NotFound)]
    [InlineData(408, """{"message":"x"}""", "ModelTimeoutException", UpstreamErrorKind.Timeout)]
    [InlineData(424, """{"message":"x"}""", "ModelErrorException", UpstreamErrorKind.BadRequest)]
    [InlineData(500, """{"message":"x"}""", "InternalServerException", UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(503, "gone", null, UpstreamErrorKind.ServiceUnavailable)]
    [InlineData(500, """{"error":{"message":"x","type":"modelStreamErrorException","code":"500"}}""", null, UpstreamErrorKind.InternalServer)]
    [InlineData(429, """{"error":{"message":"x","type":"throttlingException","code":"429"}}""", null, UpstreamErrorKind.RateLimit)]
    public void Errors_AreClassifiedByNameAndText(int status, string body, string? name, UpstreamErrorKind expected)
    {
        using var response = new HttpResponseMessage();
        if (name is not null)
        {
            response.Headers.TryAddWithoutValidation("x-amzn-ErrorType", name);
        }

        Connect(Haiku).Classify(status, Encoding.UTF8.GetBytes(body), response.Headers).ShouldBe(expected);
    }

    [Fact]
    public void ChatCall_IsTranslatedWithTheOperatorsSay()
    {
        var connection = Connect(Haiku, static deployment => deployment with { DefaultParams = [new JsonMember("max_tokens", "77"u8.ToArray())] });
        var body = """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}],"top_k":3}"""u8.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(body, members);
        var edits = new JsonEdits();
        connection.ApplyPolicy(new UpstreamRequest(body, members, Surface.Chat, false, RequestPolicy.Default, null), edits).ShouldBeNull();
        var edited = new ArrayBufferWriter<byte>();
        edits.WriteTo(body, edited);
        var request = Dialects.Of(Surface.Chat)!.ReadRequest(JsonDocument.Parse(edited.WrittenMemory).RootElement, edited.WrittenMemory);
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            Dialects.Of(Surface.Converse)!.WriteRequest(request, connection.TargetFor(Surface.Converse), json);
        }

        Encoding.UTF8.GetString(written.WrittenSpan).ShouldBe(
            """{"messages":[{"role":"user","content":[{"text":"Hi"},{"cachePoint":{"type":"default"}}]}],"inferenceConfig":{"maxTokens":77},"additionalModelRequestFields":{"top_k":3}}"""
                .Replace(",{\"cachePoint\":{\"type\":\"default\"}}", Caches(connection) ? ",{\"cachePoint\":{\"type\":\"default\"}}" : "", StringComparison.Ordinal));
    }

    [Fact]
    public void OpenAiBodyForInvokeModel_HasNoModelAndNoStream()
        => Connect("bedrock/invoke/ai21.jamba-1-5-large-v1:0").Rewrite("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"temperature":0.5}""", stream: true)
            .ShouldBe("""{"messages":[{"role":"user","content":"Hi"}],"temperature":0.5}""");

    [Theory]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[]}""", """{"max_tokens":5,"messages":[],"anthropic_version":"bedrock-2023-05-31"}""")]
    [InlineData("""{"max_tokens":5,"stream":true,"messages":[],"model":"m"}""", """{"max_tokens":5,"messages":[],"anthropic_version":"bedrock-2023-05-31"}""")]
    [InlineData("""{"anthropic_version":"x","stream":true,"model":"m"}""", """{"anthropic_version":"bedrock-2023-05-31"}""")]
    public void AnthropicsBodyForInvokeModel_HasTheVersion(string body, string expected)
        => Connect("bedrock/invoke/anthropic.claude-3-haiku-20240307-v1:0").Rewrite(body, surface: Surface.Messages).ShouldBe(expected);

    [Fact]
    public void AnthropicsClients_ReachClaudeInTheirDialect()
    {
        Connect(Haiku).SpokenFor(Surface.Messages).ShouldBe(Surface.Messages);
        Connect("bedrock/converse/anthropic.claude-3-haiku-20240307-v1:0").SpokenFor(Surface.Messages).ShouldBe(Surface.Converse);
        Connect("bedrock/amazon.nova-pro-v1:0").SpokenFor(Surface.Messages).ShouldBe(Surface.Converse);
        Connect(Haiku).EndpointFor(Surface.Messages, stream: true, null).Uri!.AbsolutePath.ShouldEndWith("/invoke-with-response-stream");
    }

    [Theory]
    [InlineData("bedrock/claude_platform/claude")]
    [InlineData("bedrock/mantle/openai.gpt-oss-20b")]
    public void RoutesThatAreNotThere_Sayso(string model)
        => Connect(model).EndpointFor(Surface.Converse, stream: false, null).Fault.ShouldNotBeNull().Message.ShouldContain("is not available");

    [Fact]
    public void SageMaker_IsCalledAtItsEndpoint()
    {
        var text = Connect("sagemaker/my-endpoint", Parameters(("aws_region_name", "eu-west-1"), ("model_id", "part"), ("hf_model_name", "meta-llama/Llama-3-8B")));
        text.SpokenFor(Surface.Chat).ShouldBe(Surface.Prompt);
        text.EndpointFor(Surface.Prompt, stream: true, null).Uri!.AbsoluteUri.ShouldBe("https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/my-endpoint/invocations-response-stream");
        text.TargetFor(Surface.Prompt).Options["prompt_template"].ShouldBe("llama3");
        var chat = Connect("sagemaker_chat/e", Parameters(("sagemaker_base_url", "http://local")));
        chat.SpokenFor(Surface.Messages).ShouldBe(Surface.Chat);
        chat.UrlOf().ShouldBe("http://local/endpoints/e/invocations");
        chat.Rewrite("""{"model":"m","messages":[],"temperature":0}""").ShouldBe("""{"model":"e","messages":[],"temperature":0.01}""");
        var nova = Connect("sagemaker_nova/n", Parameters(("aws_region_name", "us-east-1")));
        nova.SpokenFor(Surface.Messages).ShouldBe(Surface.Chat);
        nova.EndpointFor(Surface.Chat, stream: true, null).Uri!.AbsoluteUri.ShouldBe("https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/n/invocations-response-stream");
    }

    [Fact]
    public async Task SageMaker_SignsForItsService()
    {
        using var message = Message(Connect("sagemaker/e", Parameters(("model_id", "part")), Static), out var connection);
        await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken);
        SigV4Tests.Header(message, "Authorization").ShouldContain("/us-west-2/sagemaker/aws4_request");
        SigV4Tests.Header(message, "X-Amzn-SageMaker-Inference-Component").ShouldBe("part");
    }

    internal static Func<DeploymentConfig, DeploymentConfig> Parameters(params (string Name, string Value)[] parameters)
        => deployment => deployment with
        {
            ProviderParams = parameters.ToFrozenDictionary(static pair => pair.Name, static pair => pair.Value, StringComparer.Ordinal),
        };

    internal static IUpstreamConnection Connect(
        string model, Func<DeploymentConfig, DeploymentConfig>? change = null, (string, string)[]? environment = null, ProviderDirectory? directory = null)
        => Providers.Connect(
            directory ?? Providers.Directory, model, deployment => (change ?? (static same => same))(deployment with { ApiKey = null }), Providers.Config(environment ?? []));

    private static bool Caches(IUpstreamConnection connection) => connection.TargetFor(Surface.Converse).Can("prompt_caching") ?? true;

    private static string Address(IUpstreamConnection connection) => connection.EndpointFor(Surface.Converse, stream: false, null).Uri!.AbsoluteUri;

    private static HttpRequestMessage Message(IUpstreamConnection made, out IUpstreamConnection connection)
    {
        connection = made;
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, made.EndpointFor(made.SpokenFor(Surface.Chat), stream: false, null).Uri) { Content = content };
    }
}
