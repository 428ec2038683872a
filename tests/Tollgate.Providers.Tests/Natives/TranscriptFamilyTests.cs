using System.Net;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

/// <summary>Speech that is understood in tasks.</summary>
public sealed class TranscriptFamilyTests
{
    [Theory]
    [InlineData("soniox/stt-async-v4", null, "https://api.soniox.com/v1/files", "Bearer sk-own")]
    [InlineData("assemblyai/universal-2", null, "https://api.assemblyai.com/v2/upload", "sk-own")]
    [InlineData("assemblyai/best", "https://api.eu.assemblyai.com", "https://api.eu.assemblyai.com/v2/upload", "sk-own")]
    public async Task Transcriptions_HaveAnAddressAndAKey(string model, string? apiBase, string address, string key)
    {
        var connection = Providers.Connect(model, deployment => deployment with { ApiBase = apiBase });
        connection.UrlOf(Surface.Transcriptions).ShouldBe(address);
        connection.ShapeFor(Surface.Transcriptions).ShouldNotBeNull();
        connection.EndpointFor(Surface.Translations).Fault.ShouldNotBeNull();
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe(key);
    }

    [Theory]
    [InlineData("gemini/gemini-2.5-flash", Surface.Transcriptions, "models/gemini-2.5-flash:generateContent")]
    [InlineData("gemini/gemini-2.5-flash", Surface.Translations, "models/gemini-2.5-flash:generateContent")]
    [InlineData("vertex_ai/gemini-2.5-flash", Surface.Transcriptions, "models/gemini-2.5-flash:generateContent")]
    public void Gemini_IsAskedAboutTheSound(string model, Surface surface, string end)
    {
        var connection = Providers.Connect(model, config: Providers.Config(("VERTEXAI_PROJECT", "p1")));
        connection.UrlOf(surface).ShouldEndWith(end);
        connection.ShapeFor(surface).ShouldNotBeNull().TakesFiles.ShouldBeTrue();
    }

    [Fact]
    public async Task TranscriptOfSoniox_IsWaitedFor_AndTidiedAway()
    {
        var asked = 0;
        using var soniox = new Issuer((request, _) => (HttpStatusCode.OK, $"{request.Method} {request.RequestUri!.AbsolutePath}" switch
        {
            "POST /v1/files" => """{"id":"f1"}""",
            "POST /v1/transcriptions" => """{"id":"t1","status":"queued"}""",
            "GET /v1/transcriptions/t1" => asked++ == 0 ? """{"id":"t1","status":"processing"}""" : """{"id":"t1","status":"completed","audio_duration_ms":1500}""",
            "GET /v1/transcriptions/t1/transcript" => """{"id":"t1","text":"Hi"}""",
            _ => "",
        }));
        using var response = await ExchangeAsync("soniox/m", soniox, "https://api.soniox.com/v1/files");
        (await Body(response)).ShouldBe("""{"transcription":{"id":"t1","status":"completed","audio_duration_ms":1500},"transcript":{"id":"t1","text":"Hi"}}""");
        soniox.Asked.ShouldBe(
        [
            "POST https://api.soniox.com/v1/files {}",
            """POST https://api.soniox.com/v1/transcriptions {"file_id":"f1"}""",
            "GET https://api.soniox.com/v1/transcriptions/t1",
            "GET https://api.soniox.com/v1/transcriptions/t1",
            "GET https://api.soniox.com/v1/transcriptions/t1/transcript",
            "DELETE https://api.soniox.com/v1/transcriptions/t1",
            "DELETE https://api.soniox.com/v1/files/f1",
        ]);
    }

    [Fact]
    public async Task TranscriptThatSonioxCannotMake_IsAnError_AndTidiedAway()
    {
        using var soniox = new Issuer(static (request, _) => (HttpStatusCode.OK, request.RequestUri!.AbsolutePath.EndsWith("files", StringComparison.Ordinal) ? """{"id":"f1"}"""
            : """{"id":"t1","status":"error","error_type":"invalid_audio","error_message":"Invalid audio file."}"""));
        using var response = await ExchangeAsync("soniox/m", soniox, "https://api.soniox.com/v1/files");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Body(response)).ShouldBe("""{"error":{"message":"Invalid audio file.","type":"invalid_audio"}}""");
        soniox.Asked.Count(static call => call.StartsWith("DELETE", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task FileThatSonioxRefuses_IsItsError()
    {
        using var soniox = new Issuer(static (_, _) => (HttpStatusCode.Unauthorized, """{"status_code":401,"error_type":"unauthenticated","message":"Incorrect API key provided."}"""));
        using var response = await ExchangeAsync("soniox/m", soniox, "https://api.soniox.com/v1/files");
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        soniox.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("""{"id":"t1","status":"completed","text":"Hi"}""", HttpStatusCode.OK)]
    [InlineData("""{"id":"t1","status":"error","error":"Transcoding failed."}""", HttpStatusCode.BadRequest)]
    public async Task TranscriptOfAssemblyAi_IsWaitedFor(string end, HttpStatusCode status)
    {
        using var assembly = new Issuer((request, _) => (HttpStatusCode.OK, $"{request.Method} {request.RequestUri!.AbsolutePath}" switch
        {
            "POST /v2/upload" => """{"upload_url":"https://cdn.assemblyai.com/upload/x"}""",
            "POST /v2/transcript" => """{"id":"t1","status":"queued"}""",
            _ => end,
        }));
        using var response = await ExchangeAsync("assemblyai/best", assembly, "https://api.assemblyai.com/v2/upload");
        response.StatusCode.ShouldBe(status);
        (await Body(response)).ShouldBe(end);
        assembly.Asked.ShouldBe(
        [
            "POST https://api.assemblyai.com/v2/upload {}",
            """POST https://api.assemblyai.com/v2/transcript {"audio_url":"https://cdn.assemblyai.com/upload/x"}""",
            "GET https://api.assemblyai.com/v2/transcript/t1",
        ]);
    }

    private static async Task<HttpResponseMessage> ExchangeAsync(string model, Issuer provider, string address)
    {
        var json = "{}"u8.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var http = new HttpMessageInvoker(provider, disposeHandler: false);
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        return await Providers.Connect(Providers.With(provider, new QuickClock()), model).ExchangeAsync(
            http, message, new UpstreamRequest(json, members, Surface.Transcriptions, false, RequestPolicy.Default, null), TestContext.Current.CancellationToken);
    }

    private static Task<string> Body(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
