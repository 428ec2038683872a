using System.Net;
using System.Text;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests.Natives;

/// <summary>Providers of pictures and speech that answer with tasks.</summary>
public sealed class PictureFamilyTests
{
    private readonly JumpClock _clock = new();

    [Theory]
    [InlineData("black_forest_labs/flux-pro-1.1", Surface.ImageGenerations, "https://api.bfl.ai/v1", "x-key", "sk-own")]
    [InlineData("black_forest_labs/flux-kontext-pro", Surface.ImageEdits, "https://api.bfl.ai/v1", "x-key", "sk-own")]
    [InlineData("runwayml/gen4_image", Surface.ImageGenerations, "https://api.dev.runwayml.com/v1/text_to_image", "X-Runway-Version", "2024-11-06")]
    [InlineData("runwayml/eleven_multilingual_v2", Surface.Speech, "https://api.dev.runwayml.com/v1/text_to_speech", "Authorization", "Bearer sk-own")]
    [InlineData("topaz/Standard V2", Surface.ImageVariations, "https://api.topazlabs.com/image/v1/enhance", "X-API-Key", "sk-own")]
    [InlineData("minimax/speech-02-hd", Surface.Speech, "https://api.minimax.io/v1/t2a_v2", "Authorization", "Bearer sk-own")]
    [InlineData("aws_polly/neural", Surface.Speech, "https://polly.us-west-2.amazonaws.com/v1/speech", "Authorization", "Bearer sk-own")]
    [InlineData("watsonx/ibm/reranker", Surface.Rerank, "https://us.ml/ml/v1/text/rerank?version=2024-03-13", "Authorization", "Bearer t")]
    [InlineData("watsonx/openai/whisper", Surface.Transcriptions, "https://us.ml/ml/v1/audio/transcriptions?version=2024-03-13", "Authorization", "Bearer t")]
    public async Task Call_HasAnAddressAndAKey(string model, Surface surface, string address, string header, string value)
    {
        var connection = Providers.Connect(model, config: Providers.Config(("WATSONX_URL", "https://us.ml"), ("WATSONX_TOKEN", "t"), ("AWS_REGION", "us-west-2")));
        connection.UrlOf(surface).ShouldBe(address);
        connection.ShapeFor(surface).ShouldBe(surface is Surface.Transcriptions ? null : connection.ShapeFor(surface).ShouldNotBeNull());
        using var message = new HttpRequestMessage(HttpMethod.Post, address);
        (await connection.AuthorizeAsync(message, null, TestContext.Current.CancellationToken)).ShouldBeNull();
        message.Headers.NonValidated[header].ToString().ShouldBe(value);
    }

    [Theory]
    [InlineData("https://westeurope.tts.speech.microsoft.com")]
    [InlineData("https://westeurope.api.cognitive.microsoft.com/")]
    [InlineData("https://westeurope.tts.speech.microsoft.com/cognitiveservices/v1")]
    public async Task SpeechOfAzure_IsMadeInItsRegion(string apiBase)
    {
        var connection = Providers.Connect("azure/speech/azure-tts", deployment => deployment with { ApiBase = apiBase });
        connection.UrlOf(Surface.Speech).ShouldBe("https://westeurope.tts.speech.microsoft.com/cognitiveservices/v1");
        (await connection.AuthorizeAsync()).Headers["Ocp-Apim-Subscription-Key"].ShouldBe("sk-own");
        connection.EndpointFor(Surface.Chat).Fault.ShouldNotBeNull();
    }

    [Fact]
    public void TranscriptionAtWatsonx_NamesTheProject()
        => Providers.Connect("watsonx/openai/whisper", config: Providers.Config(("WATSONX_URL", "https://us.ml"), ("WATSONX_PROJECT_ID", "p1")))
            .Rewrite("""{"model":"m","language":"en"}""", surface: Surface.Transcriptions).ShouldBe("""{"model":"openai/whisper","project_id":"p1","language":"en"}""");

    [Fact]
    public async Task Task_IsAskedForUntilItIsReady_AtTheProvidersHostsOnly()
    {
        using var flux = new Issuer((request, _) => (HttpStatusCode.OK, request is ForeignRequest
            ? """{"id":"t","status":"Ready","result":{"sample":"https://delivery.bfl.ai/x.png"}}"""
            : """{"id":"t","polling_url":"https://api.eu1.bfl.ai/v1/get_result?id=t"}"""));
        using var response = await ExchangeAsync(flux, "black_forest_labs/flux-pro-1.1", Surface.ImageGenerations, "https://api.bfl.ai/v1/flux-pro-1.1");
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("Ready");
        flux.Asked.ShouldBe(["POST https://api.bfl.ai/v1/flux-pro-1.1 {}", "GET https://api.eu1.bfl.ai/v1/get_result?id=t"]);
    }

    [Theory]
    [InlineData("https://evil.example/x")]
    [InlineData("https://notbfl.ai/x")]
    [InlineData("http://api.bfl.ai/x")]
    public async Task AddressOfATaskElsewhere_IsNotAsked(string elsewhere)
    {
        using var flux = new Issuer((_, _) => (HttpStatusCode.OK, $$"""{"id":"t","polling_url":"{{elsewhere}}"}"""));
        using var response = await ExchangeAsync(flux, "black_forest_labs/flux-pro-1.1", Surface.ImageGenerations, "https://api.bfl.ai/v1/flux-pro-1.1");
        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        flux.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task TaskThatNeverEnds_IsGivenUp()
    {
        using var flux = new Issuer((_, _) => (HttpStatusCode.OK, """{"id":"t","status":"Pending","polling_url":"https://api.bfl.ai/v1/get_result?id=t"}"""));
        _clock.MostJumps = 50;
        using var response = await ExchangeAsync(flux, "black_forest_labs/flux-pro-1.1", Surface.ImageGenerations, "https://api.bfl.ai/v1/flux-pro-1.1");
        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task ClientThatLeaves_EndsTheWaiting()
    {
        using var left = new CancellationTokenSource();
        using var flux = new Issuer((request, _) =>
        {
            if (request.Method == HttpMethod.Get)
            {
                left.Cancel();
            }

            return (HttpStatusCode.OK, """{"id":"t","status":"Pending","polling_url":"https://api.bfl.ai/v1/get_result?id=t"}""");
        });
        await Should.ThrowAsync<OperationCanceledException>(
            () => ExchangeAsync(flux, "black_forest_labs/flux-pro-1.1", Surface.ImageGenerations, "https://api.bfl.ai/v1/flux-pro-1.1", left.Token));
        flux.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task SpeechOfRunway_IsFetchedWithoutTheKey()
    {
        var keyed = new List<bool>();
        using var runway = new Issuer((request, _) =>
        {
            keyed.Add(request.Headers.Contains("X-Test-Key"));
            return (HttpStatusCode.OK, request.Method == HttpMethod.Post ? """{"id":"t1"}"""
                : request.RequestUri!.AbsolutePath.EndsWith("t1", StringComparison.Ordinal) ? """{"id":"t1","status":"SUCCEEDED","output":["https://cdn.example/s.mp3"]}""" : "sound");
        });
        using var response = await ExchangeAsync(runway, "runwayml/tts", Surface.Speech, "https://api.dev.runwayml.com/v1/text_to_speech");
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("sound");
        runway.Asked.Last().ShouldBe("GET https://cdn.example/s.mp3");
        keyed.ShouldBe([true, true, false]);
    }

    [Fact]
    public async Task SpeechThatRunwayRefuses_IsAnError()
    {
        using var runway = new Issuer((request, _) => (HttpStatusCode.OK, request.Method == HttpMethod.Post ? """{"id":"t1"}"""
            : """{"id":"t1","status":"FAILED","failure":"no","failureCode":"SAFETY.INPUT.TEXT"}"""));
        using var response = await ExchangeAsync(runway, "runwayml/tts", Surface.Speech, "https://api.dev.runwayml.com/v1/text_to_speech");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Providers.Connect("runwayml/tts").Classify(400, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldBe(UpstreamErrorKind.ContentPolicyViolation);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        Issuer provider, string model, Surface surface, string address, CancellationToken? cancellationToken = null)
    {
        var json = "{}"u8.ToArray();
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        using var http = new HttpMessageInvoker(provider, disposeHandler: false);
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        message.Headers.Add("X-Test-Key", "k");
        return await Providers.Connect(Providers.With(provider, _clock), model).ExchangeAsync(
            http, message, new UpstreamRequest(json, members, surface, false, RequestPolicy.Default, null),
            cancellationToken ?? TestContext.Current.CancellationToken);
    }

    /// <summary>A clock whose short timers are due at once: nobody waits for a provider that is played. A limit is due after so many of them.</summary>
    private sealed class JumpClock : TimeProvider
    {
        private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);
        private readonly List<Action> _limits = [];
        private int _jumps;

        public int MostJumps { get; set; } = int.MaxValue;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > Short)
            {
                _limits.Add(() => callback(state));
                return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            if (++_jumps > MostJumps)
            {
                _limits.ForEach(static limit => limit());
            }

            return System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
