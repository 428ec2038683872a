using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>Health checks ask a deployment for what it is there for, in its provider's words.</summary>
public sealed class ProbeTests
{
    [Theory]
    [InlineData("openai", "image_generation", "/v1/images/generations", """{"model":"up","prompt":"test from litellm"}""")]
    [InlineData("openai", "audio_speech", "/v1/audio/speech", """{"model":"up","input":"test from litellm","voice":"alloy"}""")]
    [InlineData("openai", "moderation", "/v1/moderations", """{"model":"up","input":"test from litellm"}""")]
    [InlineData("openai", "responses", "/v1/responses", """{"model":"up","input":"test from litellm"}""")]
    [InlineData("cohere", "rerank", "/v2/rerank", """{"model":"up","query":"test from litellm","documents":["test from litellm"]}""")]
    [InlineData("ollama", "embedding", "/api/embed", """{"model":"up","input":["test from litellm"]}""")]
    [InlineData("gemini", "audio_speech", "/v1/models/up:generateContent", """{"contents":[{"role":"user","parts":[{"text":"test from litellm"}]}],"generationConfig":{"responseModalities":["AUDIO"],"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}}}""")]
    public async Task Deployment_IsAskedForWhatItDoes(string provider, string mode, string path, string body)
    {
        var (asked, health) = await HealthAsync(provider, mode, 200);
        asked.ShouldHaveSingleItem().ShouldBe((path, body));
        health.Json.GetProperty("healthy_count").GetInt32().ShouldBe(1, health.Body);
    }

    [Theory]
    [InlineData("openai", "/v1/audio/transcriptions")]
    [InlineData("deepgram", "/v1/listen?model=up")]
    [InlineData("soniox", "/v1/files")]
    [InlineData("assemblyai", "/v2/upload")]
    public async Task Listener_HearsSilence(string provider, string path)
    {
        var (asked, health) = await HealthAsync(provider, "audio_transcription", 200);
        var request = asked.ShouldHaveSingleItem();
        request.Path.ShouldBe(path);
        request.Body.ShouldContain("RIFF");
        health.Json.GetProperty("healthy_count").GetInt32().ShouldBe(1, health.Body);
    }

    [Fact]
    public async Task ModelThatHears_IsAskedAboutSilence()
    {
        var (asked, health) = await HealthAsync("gemini", "audio_transcription", 200);
        var request = asked.ShouldHaveSingleItem();
        request.Path.ShouldBe("/v1/models/up:generateContent");
        request.Body.ShouldContain("\"mimeType\":\"audio/wav\"");
        health.Json.GetProperty("healthy_count").GetInt32().ShouldBe(1, health.Body);
    }

    [Fact]
    public async Task DeploymentThatFails_IsUnhealthy()
    {
        var (_, health) = await HealthAsync("openai", "image_generation", 500);
        health.Json.GetProperty("unhealthy_count").GetInt32().ShouldBe(1, health.Body);
    }

    [Fact]
    public async Task FilmMaker_IsNotAskedForAFilm()
    {
        var (asked, health) = await HealthAsync("openai", "video_generation", 500);
        asked.ShouldBeEmpty();
        health.Json.GetProperty("healthy_count").GetInt32().ShouldBe(1, health.Body);
    }

    private static async Task<(IReadOnlyCollection<(string Path, string Body)> Asked, Answer Health)> HealthAsync(string provider, string mode, int status)
    {
        var asked = new ConcurrentQueue<(string, string)>();
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            using var reader = new StreamReader(http.Request.Body, Encoding.Latin1);
            asked.Enqueue((http.Request.Path + http.Request.QueryString, await reader.ReadToEndAsync()));
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("{}");
        });
        await using var gateway = await GatewayFixture.StartAsync(
            new TestModel("m") { Provider = provider, UpstreamModel = "up", ApiBase = upstream.Address, Entry = $"model_info: {{mode: {mode}}}" });
        return (asked, await gateway.GetAsync("health"));
    }
}
