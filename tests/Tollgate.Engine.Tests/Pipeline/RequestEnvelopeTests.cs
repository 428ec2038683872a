using System.Text;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Tests.Pipeline;

public class RequestEnvelopeTests
{
    [Fact]
    public void PlainRequest_SaysOnlyItsModel()
    {
        var envelope = Read("""{"model":"a","messages":[{"role":"user","content":"timeout"}],"temperature":0}""");
        envelope.Model.ShouldBe("a");
        Encoding.UTF8.GetString(envelope.ModelJson.Span).ShouldBe("\"a\"");
        envelope.Stream.ShouldBeFalse();
        envelope.IncludeUsage.ShouldBeFalse();
        envelope.Timeout.ShouldBeNull();
        envelope.NumRetries.ShouldBeNull();
        envelope.Fallbacks.IsDefault.ShouldBeTrue();
        envelope.DisableFallbacks.ShouldBeFalse();
        envelope.MockResponse.ShouldBeNull();
        envelope.Policy.ShouldBeSameAs(Wire.OpenAi.RequestPolicy.Default);
    }

    [Fact]
    public void GatewayFields_AreRead()
    {
        var envelope = Read("""
            {"model":"a","stream":true,"stream_options":{"include_usage":true},"timeout":1.5,"stream_timeout":"30","num_retries":3,
             "disable_fallbacks":true,"api_key":"k","api_base":"http://x","api_version":"2024","drop_params":true,
             "merge_reasoning_content_in_choices":false,"additional_drop_params":["a","b[*].c"],"allowed_openai_params":"x",
             "mock_response":{"a":1},"mock_delay":0.25,"mock_timeout":true}
            """);
        envelope.Stream.ShouldBeTrue();
        envelope.IncludeUsage.ShouldBeTrue();
        envelope.Timeout.ShouldBe(TimeSpan.FromSeconds(1.5));
        envelope.StreamTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        envelope.NumRetries.ShouldBe(3);
        envelope.DisableFallbacks.ShouldBeTrue();
        (envelope.ApiKey, envelope.ApiBase, envelope.ApiVersion).ShouldBe(("k", "http://x", "2024"));
        envelope.Policy.DropParams.ShouldBe(true);
        envelope.Policy.MergeReasoningContent.ShouldBe(false);
        envelope.Policy.AdditionalDropParams.ShouldBe(["a", "b[*].c"]);
        envelope.Policy.AllowedOpenAiParams.ShouldBe(["x"]);
        Encoding.UTF8.GetString(envelope.MockResponse!.Value.Span).ShouldBe("""{"a":1}""");
        envelope.MockDelay.ShouldBe(TimeSpan.FromSeconds(0.25));
        envelope.MockTimeout.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"timeout":5,"request_timeout":9,"model":"a"}""")]
    [InlineData("""{"request_timeout":9,"timeout":5,"model":"a"}""")]
    [InlineData("""{"request_timeout":5,"model":"a"}""")]
    public void Timeout_WinsOverRequestTimeout(string body) => Read(body).Timeout.ShouldBe(TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData("""{"num_retries":1,"max_retries":2,"model":"a"}""", 1)]
    [InlineData("""{"max_retries":2,"num_retries":1,"model":"a"}""", 1)]
    [InlineData("""{"max_retries":2,"model":"a"}""", 2)]
    public void NumRetries_WinsOverMaxRetries(string body, int retries) => Read(body).NumRetries.ShouldBe(retries);

    [Fact]
    public void LastOfARepeatedMember_Counts()
    {
        var envelope = Read("""{"model":"a","stream":true,"mod\u0065l":"b","stream":false}""");
        envelope.Model.ShouldBe("b");
        envelope.Stream.ShouldBeFalse();
    }

    [Fact]
    public void SupersededMemberOfWrongType_IsNoError() => Read("""{"model":7,"model":"b"}""").Model.ShouldBe("b");

    [Fact]
    public void EscapedNamesAndValues_AreUnderstood()
    {
        var envelope = Read("""{"mod\u0065l":"gr\u00fcn \"x\"","\u0073tream":true,"num\u005fretries":2}""");
        envelope.Model.ShouldBe("grün \"x\"");
        envelope.Stream.ShouldBeTrue();
        envelope.NumRetries.ShouldBe(2);
    }

    [Fact]
    public void NullMembers_SayNothing()
    {
        var envelope = Read("""{"model":"a","stream":null,"stream_options":null,"timeout":null,"fallbacks":null,"num_retries":null,"mock_response":null}""");
        envelope.Stream.ShouldBeFalse();
        envelope.Fallbacks.IsDefault.ShouldBeTrue();
        envelope.MockResponse.ShouldBeNull();
        Read("""{"model":"a","stream_options":{"include_usage":null}}""").IncludeUsage.ShouldBeFalse();
    }

    [Fact]
    public void ModelOfThePath_WinsOverTheBody()
    {
        var envelope = Read("""{"model":"a"}""", pathModel: "p\"q");
        envelope.Model.ShouldBe("p\"q");
        JsonText.AsString(envelope.ModelJson.Span).ShouldBe("p\"q");
        Read("{}", pathModel: "p").Model.ShouldBe("p");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"model":null}""")]
    [InlineData("""{"model":""}""")]
    [InlineData("""{"model":"\ud800"}""")]
    [InlineData("""{"messages":[{"model":"a"}]}""")]
    public void MissingModel_IsNamed(string body) => Error(body).ShouldBe(("/chat/completions: Missing required parameter: 'model'.", "model"));

    [Theory]
    [InlineData("""{"model":7}""", "Invalid type for 'model': expected a string, but got a number instead.", "model")]
    [InlineData("""{"model":["a"]}""", "Invalid type for 'model': expected a string, but got an array instead.", "model")]
    [InlineData("""{"stream":"true"}""", "Invalid type for 'stream': expected a boolean, but got a string instead.", "stream")]
    [InlineData("""{"stream_options":true}""", "Invalid type for 'stream_options': expected an object, but got a boolean instead.", "stream_options")]
    [InlineData("""{"stream_options":{"include_usage":1}}""", "Invalid type for 'stream_options.include_usage': expected a boolean, but got a number instead.", "stream_options.include_usage")]
    [InlineData("""{"timeout":0}""", "Invalid value for 'timeout': expected a number of seconds above zero.", "timeout")]
    [InlineData("""{"timeout":-1}""", "Invalid value for 'timeout': expected a number of seconds above zero.", "timeout")]
    [InlineData("""{"timeout":"NaN"}""", "Invalid value for 'timeout': expected a number of seconds above zero.", "timeout")]
    [InlineData("""{"request_timeout":"soon"}""", "Invalid value for 'request_timeout': expected a number of seconds.", "request_timeout")]
    [InlineData("""{"stream_timeout":{}}""", "Invalid value for 'stream_timeout': expected a number of seconds.", "stream_timeout")]
    [InlineData("""{"num_retries":-1}""", "Invalid value for 'num_retries': expected a whole number that is not negative.", "num_retries")]
    [InlineData("""{"num_retries":1.5}""", "Invalid value for 'num_retries': expected a whole number that is not negative.", "num_retries")]
    [InlineData("""{"max_retries":"2"}""", "Invalid value for 'max_retries': expected a whole number that is not negative.", "max_retries")]
    [InlineData("""{"disable_fallbacks":1}""", "Invalid type for 'disable_fallbacks': expected a boolean, but got a number instead.", "disable_fallbacks")]
    [InlineData("""{"fallbacks":1}""", "Invalid type for 'fallbacks': expected an array, but got a number instead.", "fallbacks")]
    [InlineData("""{"fallbacks":[1]}""", "Invalid type for 'fallbacks[]': expected a model name or an object with 'model', but got a number instead.", "fallbacks[]")]
    [InlineData("""{"fallbacks":[{"x":1}]}""", "fallbacks[]: 'model' is required.", "fallbacks")]
    [InlineData("""{"fallbacks":[{"model":1}]}""", "Invalid type for 'fallbacks[].model': expected a string, but got a number instead.", "fallbacks[].model")]
    [InlineData("""{"additional_drop_params":{}}""", "Invalid type for 'additional_drop_params': expected an array of strings, but got an object instead.", "additional_drop_params")]
    [InlineData("""{"allowed_openai_params":[1]}""", "Invalid type for 'allowed_openai_params': expected a string, but got a number instead.", "allowed_openai_params")]
    [InlineData("""{"mock_testing_fallbacks":"x"}""", "Invalid type for 'mock_testing_fallbacks': expected a boolean, but got a string instead.", "mock_testing_fallbacks")]
    public void WrongMember_IsNamed(string body, string message, string param) => Error(body).ShouldBe((message, param));

    [Theory]
    [InlineData("mock_testing_fallbacks", "litellm.InternalServerError")]
    [InlineData("mock_testing_context_fallbacks", "litellm.ContextWindowExceededError")]
    [InlineData("mock_testing_context_window_fallbacks", "litellm.ContextWindowExceededError")]
    [InlineData("mock_testing_content_policy_fallbacks", "litellm.ContentPolicyViolationError")]
    [InlineData("mock_testing_rate_limit_error", "litellm.RateLimitError")]
    public void TestingSwitches_NameTheirFailure(string field, string failure)
    {
        Read($$"""{"model":"a","{{field}}":true}""").MockFailure.ShouldBe(failure);
        Read($$"""{"model":"a","{{field}}":false}""").MockFailure.ShouldBeNull();
    }

    [Fact]
    public void Fallbacks_AreCopiedOutOfTheBody()
    {
        var body = Encoding.UTF8.GetBytes("""{"model":"a","fallbacks":["b",{"max_tokens":10,"model":"c"}]}""");
        var envelope = Read(body, null);
        body.AsSpan().Clear();
        envelope.Fallbacks.Select(static target => target.Model).ShouldBe(["b", "c"]);
        Encoding.UTF8.GetString(envelope.Fallbacks[1].Overrides.Single().Json.Span).ShouldBe("10");
    }

    [Fact]
    public void Headers_CompleteWhatTheBodyLeftOpen()
    {
        var envelope = Read("""{"model":"a","timeout":5}""");
        envelope.Complete(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(8), 7, "v");
        envelope.Timeout.ShouldBe(TimeSpan.FromSeconds(5));
        envelope.StreamTimeout.ShouldBe(TimeSpan.FromSeconds(8));
        envelope.NumRetries.ShouldBe(7);
        envelope.ApiVersion.ShouldBe("v");
    }

    [Fact]
    public void HugeTimeout_IsADay() => Read("""{"model":"a","timeout":1e300}""").Timeout.ShouldBe(TimeSpan.FromDays(1));

    private static (string Message, string? Param) Error(string body)
    {
        var error = Should.Throw<ApiException>(() => Read(body));
        error.Status.ShouldBe(400);
        error.Type.ShouldBe("invalid_request_error");
        return (error.Message, error.Param);
    }

    private static RequestEnvelope Read(string body, string? pathModel = null) => Read(Encoding.UTF8.GetBytes(body), pathModel);

    private static RequestEnvelope Read(byte[] body, string? pathModel)
    {
        var members = new JsonMembers();
        JsonScanner.Scan(body, members).IsNone.ShouldBeTrue();
        return RequestEnvelope.Read(body, members, pathModel, "/chat/completions");
    }
}
