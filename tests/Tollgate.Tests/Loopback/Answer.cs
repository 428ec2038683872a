using System.Text.Json;

namespace Tollgate.Tests.Loopback;

/// <summary>The four members of an error.</summary>
internal sealed record ErrorParts(string Message, string? Type, string? Param, string? Code);

/// <summary>A whole answer of the gateway.</summary>
internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public const string Done = "[DONE]";

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Text of a chat or completions answer, streamed or not.</summary>
    public string Text => IsStream
        ? TextOf(Events)
        : TextOf(Json.GetProperty("choices")[0], Json.GetProperty("choices")[0].TryGetProperty("message", out _) ? "message" : "delta");

    public bool IsStream => Header("content-type")?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;

    /// <summary>Data of all events of a stream.</summary>
    public IReadOnlyList<string> Events =>
        [.. Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(item => item.StartsWith("data: ", StringComparison.Ordinal)).Select(item => item[6..])];

    /// <summary>The chunks of a stream, without <c>[DONE]</c> and errors.</summary>
    public IReadOnlyList<JsonElement> Chunks =>
        [.. Events.Where(item => item != Done).Select(Parse).Where(chunk => !chunk.TryGetProperty("error", out _))];

    /// <summary>The error of an answer, or that a stream ended with.</summary>
    public ErrorParts Error
    {
        get
        {
            var error = (IsStream ? Parse(Events[^1]) : Json).GetProperty("error");
            return new(
                error.GetProperty("message").GetString()!,
                error.GetProperty("type").GetString(),
                error.GetProperty("param").GetString(),
                error.GetProperty("code").GetString());
        }
    }

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(GatewayFixture.Token), headers);
    }

    /// <summary>The text that the chunks of events say together.</summary>
    public static string TextOf(IEnumerable<string> events) => string.Concat(events
        .Where(item => item != Done).Select(Parse).Where(chunk => chunk.TryGetProperty("choices", out _))
        .SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
        .Select(choice => TextOf(choice, "delta")));

    /// <summary>Insists on an error of the OpenAI shape.</summary>
    public void ShouldBeError(int status, string messagePart, string? param = null, string type = "invalid_request_error")
    {
        Status.ShouldBe(status, Body);
        Header("content-type").ShouldBe("application/json");
        Error.Message.ShouldContain(messagePart);
        Error.Type.ShouldBe(type, Body);
        Error.Param.ShouldBe(param, Body);
        Error.Code.ShouldBe(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string TextOf(JsonElement choice, string member) =>
        choice.TryGetProperty("text", out var text) ? text.GetString()!
        : choice.TryGetProperty(member, out var delta) && delta.TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
