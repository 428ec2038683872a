using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Testing;
using Tollgate.Tests.Stored;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>Speech that providers understand in ways of their own, through the whole gateway to the row in the log.</summary>
public sealed class TranscriptionProviderTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Call, string Body)> _requests = [];
    private readonly TemporaryFolder _folder = new();
    private MediaUpstream _upstream = null!;
    private Func<string, string> _answer = static _ => "{}";

    public async ValueTask InitializeAsync() => _upstream = await MediaUpstream.StartAsync(async http =>
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var call = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}";
        _requests.Enqueue((call, await reader.ReadToEndAsync()));
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(_answer(call));
    });

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task TranscriptOfSoniox_IsPaidByItsLength()
    {
        _answer = static call => call switch
        {
            "POST /v1/files" => """{"id":"f1"}""",
            "GET /v1/transcriptions/t1/transcript" => """{"id":"t1","text":"Hello there","tokens":[]}""",
            "POST /v1/transcriptions" or "GET /v1/transcriptions/t1" => """{"id":"t1","status":"completed","audio_duration_ms":4500}""",
            _ => "",
        };
        var (answer, row) = await CallAsync(Model("soniox", "stt-async-v4") with { Params = "input_cost_per_second: 0.0001" }, ("language", "en"));

        answer.Json.GetProperty("text").GetString().ShouldBe("Hello there");
        _requests.Select(static request => request.Call).ShouldBe(
            ["POST /v1/files", "POST /v1/transcriptions", "GET /v1/transcriptions/t1/transcript", "DELETE /v1/transcriptions/t1", "DELETE /v1/files/f1"]);
        _requests.First().Body.ShouldContain("sound");
        _requests.ElementAt(1).Body.ShouldBe("""{"file_id":"f1","model":"stt-async-v4","language_hints":["en"]}""");
        row.GetProperty("spend").GetDouble().ShouldBe(4.5 * 0.0001, 1e-9);
        row.GetProperty("call_type").GetString().ShouldBe("atranscription");
    }

    [Fact]
    public async Task TranscriptOfAssemblyAi_IsPaidByItsLength()
    {
        _answer = static call => call is "POST /v2/upload" ? """{"upload_url":"https://cdn.example/x"}"""
            : """{"id":"t1","status":"completed","text":"Hello there","audio_duration":12,"words":[]}""";
        var (answer, row) = await CallAsync(Model("assemblyai", "best"));

        answer.Json.GetProperty("text").GetString().ShouldBe("Hello there");
        _requests.Select(static request => (request.Call, request.Body)).ShouldBe(
            [("POST /v2/upload", "sound"), ("POST /v2/transcript", """{"audio_url":"https://cdn.example/x","language_detection":true}""")]);
        row.GetProperty("spend").GetDouble().ShouldBe(12 * 3.333e-05, 1e-9);
    }

    [Fact]
    public async Task TranscriptOfGemini_IsPaidByItsTokens()
    {
        _answer = static _ => """
            {"candidates":[{"content":{"parts":[{"text":"Hello there"}]},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":60,"candidatesTokenCount":4,"totalTokenCount":64,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":50},{"modality":"TEXT","tokenCount":10}]}}
            """;
        var (answer, row) = await CallAsync(
            Model("gemini", "ears") with { Params = "input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, input_cost_per_audio_token: 1e-5" });

        answer.Json.GetProperty("text").GetString().ShouldBe("Hello there");
        _requests.ShouldHaveSingleItem().Call.ShouldEndWith("/models/ears:generateContent");
        _requests.Single().Body.ShouldContain("\"data\":\"c291bmQ=\"");
        row.GetProperty("spend").GetDouble().ShouldBe(10e-6 + 50e-5 + 4 * 2e-6, 1e-9);
    }

    [Fact]
    public async Task TranscriptThatCannotBeMade_Is400()
    {
        _answer = static call => call is "POST /v2/upload" ? """{"upload_url":"https://cdn.example/x"}""" : """{"id":"t1","status":"error","error":"Transcoding failed."}""";
        await using var gateway = await GatewayFixture.StartAsync(Model("assemblyai", "best"));
        using var form = Form.Of(("model", "m"), ("file", new ByteArrayContent("sound"u8.ToArray())));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/audio/transcriptions", form);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(400, answer.Body);
        answer.Error.Message.ShouldContain("Transcoding failed.");
    }

    private TestModel Model(string provider, string model) => new("m") { Provider = provider, UpstreamModel = model, ApiBase = _upstream.Address };

    private async Task<(Answer Answer, JsonElement Row)> CallAsync(TestModel model, params (string Name, object Value)[] fields)
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { Models = [model], Environment = [("TOLLGATE_DATA_DIR", _folder.Path)] });
        using var form = Form.Of([("model", "m"), .. fields, ("file", new ByteArrayContent("sound"u8.ToArray()))]);
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/audio/transcriptions", form);
        var answer = await Answer.ReadAsync(response);
        answer.Status.ShouldBe(200, answer.Body);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var rows = (await gateway.GetAsync("spend/logs").OkAsync()).EnumerateArray().ToList();
            if (rows.Count > 0)
            {
                return (answer, rows.ShouldHaveSingleItem());
            }
        }
    }
}
