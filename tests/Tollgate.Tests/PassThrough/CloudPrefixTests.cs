using System.Buffers.Binary;
using System.Text;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Prefixes whose credentials are signatures and tokens.</summary>
public sealed class CloudPrefixTests
{
    private const string Converse = """{"messages":[{"role":"user","content":[{"text":"Hi"}]}],"model":"sneaked-in"}""";

    private static readonly (string, string)[] Amazon =
        [("AWS_REGION_NAME", "us-east-1"), ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "amazon-secret"), ("AWS_EC2_METADATA_DISABLED", "true")];

    [Fact]
    public async Task Call_IsSignedAnew_AndFramesComeBackAsTheyAre()
    {
        byte[] frames = [.. Frame("""{"delta":{"text":"Hello"}}"""), .. Frame("""{"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15}}""")];
        await using var api = await FakeApi.StartAsync((http, _) =>
        {
            http.Response.ContentType = "application/vnd.amazon.eventstream";
            return http.Response.Body.WriteAsync(frames).AsTask();
        });
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Environment = [.. Amazon, ("AWS_BEDROCK_RUNTIME_ENDPOINT", api.Address)] });
        using var response = await gateway.OpenAsync(
            "/bedrock/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream", Converse,
            ("Authorization", $"AWS4-HMAC-SHA256 Credential={GatewayFixture.MasterKey}/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=00"),
            ("x-amz-date", "20200101T000000Z"), ("x-amz-security-token", "client-token"));

        (await response.Content.ReadAsByteArrayAsync(GatewayFixture.Token)).ShouldBe(frames, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(GatewayFixture.Token)));
        api.Last.Header("authorization")!.ShouldStartWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/");
        api.Last.Header("x-amz-date").ShouldNotBe("20200101T000000Z");
        api.Last.Target.ShouldBe("/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream");
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        api.Last.Everything.ShouldNotContain("client-token");
        api.Last.Everything.ShouldNotContain("amazon-secret");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(Converse);
        var row = (await gateway.LogAsync(1))[0];
        row["model"]!.GetValue<string>().ShouldBe("anthropic.claude-3-haiku-20240307-v1:0");
        row["prompt_tokens"]!.GetValue<long>().ShouldBe(12);
        row["spend"]!.GetValue<double>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task ModelOfThePath_DecidesAboutAccess_NotTheBodys()
    {
        await using var api = await FakeApi.StartAsync("""{"usage":{"inputTokens":1,"outputTokens":1}}""");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Environment = [.. Amazon, ("AWS_BEDROCK_RUNTIME_ENDPOINT", api.Address)] });
        var key = await gateway.NewKeyAsync("\"models\":[\"sneaked-in\"]");

        (await gateway.PostAsync("/bedrock/model/other/converse", Converse, ("Authorization", "Bearer " + key))).Status.ShouldBe(401);
        api.Count.ShouldBe(0);
    }

    [Fact]
    public async Task ModelGroup_ServesUnderItsPublicName()
    {
        await using var api = await FakeApi.StartAsync("""{"usage":{"inputTokens":1,"outputTokens":1}}""");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models =
            [
                new("ok"),
                new("mine")
                {
                    ApiBase = api.Address, UpstreamModel = "gpt-oss", Params = "custom_llm_provider: hosted_vllm",
                },
            ],
        });
        (await gateway.PostAsync("/vllm/tokenize", """{"model":"mine","prompt":"x"}""")).Status.ShouldBe(200);

        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"model":"openai/gpt-oss","prompt":"x"}""");
        api.Last.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
    }

    [Fact]
    public async Task WithoutACredentialHere_TheClientsTokenGoesOn_ButNeverTheGatewaysKey()
    {
        await using var api = await FakeApi.StartAsync("""{"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"totalTokenCount":7}}""");
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Environment = [("VERTEXAI_API_BASE", api.Address)] });
        const string Path = "/vertex_ai/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.0-flash:generateContent";
        var answer = await gateway.PostAsync(
            Path, """{"contents":[]}""", ("x-litellm-api-key", GatewayFixture.MasterKey), ("Authorization", "Bearer ya29.mine"), ("x-other", "no"));

        answer.Status.ShouldBe(200, answer.Body);
        api.Last.Target.ShouldBe(Path["/vertex_ai".Length..]);
        api.Last.Header("authorization").ShouldBe("Bearer ya29.mine");
        api.Last.Header("x-other").ShouldBeNull();
        api.Last.Everything.ShouldNotContain(GatewayFixture.MasterKey);
        (await gateway.PostAsync(Path, "{}")).Status.ShouldBe(200);
        api.Last.Header("authorization").ShouldBeNull();
        (await gateway.LogAsync(2))[0]["model"]!.GetValue<string>().ShouldBe("gemini-2.0-flash");
    }

    private static byte[] Frame(string payload)
    {
        var body = Encoding.UTF8.GetBytes(payload);
        var frame = new byte[16 + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)frame.Length);
        body.CopyTo(frame.AsSpan(12));
        return frame;
    }
}
