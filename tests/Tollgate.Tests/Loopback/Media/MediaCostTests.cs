using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Testing;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>What calls about pictures, sounds and documents cost, and how they are recorded.</summary>
public sealed class MediaCostTests
{
    [Theory]
    [InlineData("dall-e-3", """{"prompt":"x"}""", """{"created":1,"data":[{}]}""", 3.81469e-08 * 1024 * 1024)]
    [InlineData("dall-e-3", """{"prompt":"x","quality":"hd","size":"1024x1792"}""", """{"created":1,"data":[{}]}""", 6.539e-08 * 1024 * 1792)]
    [InlineData("dall-e-2", """{"prompt":"x","n":2,"size":"256x256"}""", """{"created":1,"data":[{},{}]}""", 2 * 2.4414e-07 * 256 * 256)]
    [InlineData("gpt-image-1", """{"prompt":"x"}""", """{"created":1,"data":[{}],"usage":{"input_tokens":100,"output_tokens":272,"total_tokens":372,"input_tokens_details":{"text_tokens":40,"image_tokens":60}}}""", 40 * 5e-6 + 60 * 10e-6 + 272 * 40e-6)]
    public async Task Pictures_ArePaidBySizeAndQuality_OrByTokens(string model, string body, string answer, double cost)
    {
        var row = await RowOfAsync(model, "v1/images/generations", body, answer);

        row.GetProperty("spend").GetDouble().ShouldBe(cost, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("aimage_generation");
    }

    [Fact]
    public async Task Speech_IsPaidByTheCharacter()
    {
        var row = await RowOfAsync("tts-1", "v1/audio/speech", """{"input":"Zwölf Zeich","voice":"alloy"}""", "sound", "audio/mpeg");

        row.GetProperty("spend").GetDouble().ShouldBe(11 * 1.5e-5, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("aspeech");
    }

    [Theory]
    [InlineData("""{"text":"x","usage":{"type":"duration","seconds":30}}""", 30)]
    [InlineData("""{"text":"x","duration":8.5,"segments":[]}""", 8.5)]
    [InlineData("""{"text":"x"}""", 2)]
    public async Task Transcription_IsPaidByTheSecond_OfTheAnswerOrOfTheFile(string answer, double seconds)
    {
        using var form = Form.Of(("model", "ok"), ("file", new ByteArrayContent(Wave(2 * 32_000))));
        var row = await RowOfAsync("whisper-1", "v1/audio/transcriptions", form, answer);

        row.GetProperty("spend").GetDouble().ShouldBe(seconds * 0.0001, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("atranscription");
    }

    [Fact]
    public async Task TranscriptionInTokens_IsPaidByThem()
    {
        using var form = Form.Of(("model", "ok"), ("file", new ByteArrayContent(Wave(1000))));
        var row = await RowOfAsync(
            "gpt-4o-transcribe", "v1/audio/transcriptions", form,
            """{"text":"x","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,"audio_tokens":10},"output_tokens":3,"total_tokens":17}}""");

        row.GetProperty("spend").GetDouble().ShouldBe(14 * 2.5e-6 + 3 * 10e-6, 1e-9);
        row.GetProperty("total_tokens").GetInt64().ShouldBe(17);
    }

    [Fact]
    public async Task Judgement_IsFree()
    {
        var row = await RowOfAsync("some-moderation", "v1/moderations", """{"input":"x"}""", """{"id":"modr-1","model":"m","results":[]}""");

        row.GetProperty("spend").GetDouble().ShouldBe(0);
        row.GetProperty("call_type").GetString().ShouldBe("amoderation");
        row.GetProperty("request_id").GetString().ShouldBe("modr-1");
    }

    [Theory]
    [InlineData("""{"id":"r","results":[],"meta":{"billed_units":{"search_units":3}}}""", 3)]
    [InlineData("""{"id":"r","results":[]}""", 2)]
    public async Task Order_IsPaidByTheSearchUnit(string answer, int units)
    {
        var documents = string.Join(',', Enumerable.Repeat("\"d\"", 101));
        var row = await RowOfAsync(
            "some-reranker", "v1/rerank", $$"""{"query":"q","documents":[{{documents}}]}""", answer, more: "custom_llm_provider: infinity, input_cost_per_query: 0.002");

        row.GetProperty("spend").GetDouble().ShouldBe(units * 0.002, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("arerank");
    }

    private static Task<JsonElement> RowOfAsync(
        string model, string path, string body, string answer, string contentType = "application/json", string more = "")
        => RowOfAsync(model, path, new StringContent("{\"model\":\"ok\"," + body[1..], null, "application/json"), answer, contentType, more);

    private static async Task<JsonElement> RowOfAsync(
        string model, string path, HttpContent body, string answer, string contentType = "application/json", string more = "")
    {
        await using var upstream = await MediaUpstream.StartAsync(http =>
        {
            http.Response.ContentType = contentType;
            return http.Response.WriteAsync(answer);
        });
        using var folder = new TemporaryFolder();
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok") { UpstreamModel = model, ApiBase = upstream.Address, Params = more }],
            Environment = [("TOLLGATE_DATA_DIR", folder.Path)],
        });
        using var response = await gateway.SendAsync(HttpMethod.Post, path, body);
        var served = await Answer.ReadAsync(response);
        served.Status.ShouldBe(200, served.Body);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var rows = (await gateway.GetAsync("spend/logs").OkAsync()).EnumerateArray().ToList();
            if (rows.Count > 0)
            {
                return rows.ShouldHaveSingleItem();
            }
        }
    }

    private static byte[] Wave(int dataBytes)
    {
        var file = new byte[44 + dataBytes];
        "RIFF"u8.CopyTo(file);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        (file[16], file[20], file[22]) = (16, 1, 1);
        BitConverter.GetBytes(32_000).CopyTo(file, 28);
        "data"u8.CopyTo(file.AsSpan(36));
        BitConverter.GetBytes(dataBytes).CopyTo(file, 40);
        return file;
    }
}
