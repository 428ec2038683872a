using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>What transcripts cost that are ordered and fetched below a provider's prefix.</summary>
public sealed class TranscriptTests
{
    [Fact]
    public async Task Transcript_IsPaidForByItsLengthOnceByWhoOrderedIt()
    {
        var status = "queued";
        await using var api = await FakeApi.StartAsync((http, _) => FakeApi.AnswerAsync(
            http, $$"""{"id":"t-1","status":"{{status}}","audio_duration":{{(status is "completed" ? "300" : "null")}},"speech_model":"best"}"""));
        await using var gateway = await GatewayFixture.StartAsync(
            new TestModel("ok"),
            new TestModel("speech") { Provider = "assemblyai", UpstreamModel = "best", ApiBase = api.Address, Params = "use_in_pass_through: true" });
        var key = await gateway.NewKeyAsync();
        (await gateway.PostAsync("assemblyai/v2/transcript", """{"audio_url":"https://x/y.mp3"}""", ("Authorization", "Bearer " + key))).Status.ShouldBe(200);
        (await gateway.GetAsync("assemblyai/v2/transcript/t-1")).Status.ShouldBe(200);
        status = "completed";
        for (var i = 0; i < 2; i++)
        {
            var answer = await gateway.GetAsync("assemblyai/v2/transcript/t-1");
            answer.Json.GetProperty("audio_duration").GetInt32().ShouldBe(300);
        }

        var row = (await gateway.LogAsync(5)).Where(row => row["spend"]!.GetValue<double>() > 0).ShouldHaveSingleItem();
        row["spend"]!.GetValue<double>().ShouldBe(300 * 3.333e-5, 1e-9);
        row["api_key"]!.GetValue<string>().ShouldBe(Engine.Keys.KeyHash.Of(key).ToHex());
        row["call_type"]!.GetValue<string>().ShouldBe("pass_through_endpoint");
        row["request_id"]!.GetValue<string>().ShouldStartWith("t-1");
    }
}
