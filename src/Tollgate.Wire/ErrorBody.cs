using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire;

/// <summary>An error of the OpenAI dialect: <c>{"error":{"message","type","param","code"}}</c>.</summary>
/// <param name="Message">For people.</param>
/// <param name="Type">Class of error.</param>
/// <param name="Param">Field at fault; null when unknown.</param>
/// <param name="Code">The HTTP status as text (LiteLLM's rule), or the upstream's code word when read from one.</param>
public sealed record ErrorBody(string Message, string? Type, string? Param, string? Code)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The call's id, for dialects whose errors name it; null for none.</summary>
    public string? RequestId { get; init; }

    /// <summary>What an upstream's error says about the cause besides, a JSON object (<c>innererror</c>); null for nothing.</summary>
    public string? Inner { get; init; }

    /// <summary>Writes the envelope.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="providerFields">JSON object for <c>provider_specific_fields</c>; empty for none.</param>
    public void WriteTo(IBufferWriter<byte> output, ReadOnlySpan<byte> providerFields = default)
    {
        using var writer = new Utf8JsonWriter(output, Relaxed);
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteString("message"u8, Message);
        writer.WriteString("type"u8, Type);
        writer.WriteString("param"u8, Param);
        writer.WriteString("code"u8, Code);
        if (!providerFields.IsEmpty)
        {
            writer.WritePropertyName("provider_specific_fields"u8);
            writer.WriteRawValue(providerFields, skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>
    /// Reads an upstream's error answer, in any of the forms seen: <c>{"error":{...}}</c>, <c>{"error":"text"}</c>, <c>{"message":...}</c>
    /// (with <c>type</c>, <c>param</c> and <c>code</c> beside it), <c>{"response":{"error":{...}}}</c>, <c>{"detail":...}</c>; a list counts as its
    /// first item.
    /// </summary>
    /// <returns>Null when the text is no such JSON.</returns>
    public static ErrorBody? TryRead(ReadOnlySpan<byte> json)
    {
        var members = new JsonMembers();
        if (!JsonScanner.Scan(json, members).IsNone)
        {
            return null;
        }

        if (members.RootKind == JsonKind.Array)
        {
            // Google's streams fail with a list of one.
            var first = new JsonWalker(json, json.IndexOf((byte)'['));
            return first.MoveNext() && first.Current.Kind == JsonKind.Object ? TryRead(first.Value) : null;
        }

        if (members.RootKind != JsonKind.Object)
        {
            return null;
        }

        var error = members.Find(json, "error"u8);
        if (error >= 0 && members[error].Kind != JsonKind.Null)
        {
            ref readonly var member = ref members[error];
            return member.Kind switch
            {
                JsonKind.Object => ReadObject(json, member.ValueStart),
                JsonKind.String => new ErrorBody(Text(json, member) ?? "", null, null, null),
                _ => null,
            };
        }

        // The last event of a stream of the Responses dialect: what went wrong stands in the response.
        var response = members.Find(json, "response"u8);
        if (response >= 0 && members[response].Kind == JsonKind.Object
            && JsonWalker.TryFind(json, members[response].ValueStart, "error"u8, out var inner) && inner.Kind == JsonKind.Object)
        {
            return ReadObject(json, inner.ValueStart);
        }

        var message = members.Find(json, "message"u8);
        if (message >= 0 && members[message].Kind != JsonKind.Null)
        {
            return ReadObject(json, json.IndexOf((byte)'{'));
        }

        var detail = members.Find(json, "detail"u8);
        return detail >= 0 && members[detail].Kind != JsonKind.Null
            ? new ErrorBody(Details(json, members[detail]), null, null, null)
            : ReadRare(json, members);
    }

    /// <summary>Places of the message that few providers have (09-cross-cutting.md 1.1).</summary>
    private static ErrorBody? ReadRare(ReadOnlySpan<byte> json, JsonMembers members)
    {
        if (members.Find(json, "errors"u8) is >= 0 and var errors && members[errors].Kind == JsonKind.Array)
        {
            var first = new JsonWalker(json, members[errors].ValueStart);
            if (first.MoveNext() && first.Current.Kind == JsonKind.Object && ReadObject(json, first.Current.ValueStart) is { Message.Length: > 0 } read)
            {
                return read;
            }
        }

        foreach (var name in (ReadOnlySpan<byte[]>)["error_message"u8.ToArray(), "Message"u8.ToArray()])
        {
            if (members.Find(json, name) is >= 0 and var found && Text(json, members[found]) is { Length: > 0 } text)
            {
                return new ErrorBody(text, null, null, null);
            }
        }

        return members.Find(json, "base_resp"u8) is >= 0 and var answer && members[answer].Kind == JsonKind.Object
            && JsonWalker.TryFind(json, members[answer].ValueStart, "status_msg"u8, out var status) && Text(json, status) is { Length: > 0 } told
            ? new ErrorBody(told, null, null, null) : null;
    }

    /// <summary>A text, or FastAPI's list of <c>{"loc":[...],"msg":...}</c>.</summary>
    private static string Details(ReadOnlySpan<byte> json, in MemberSpan detail)
    {
        if (detail.Kind != JsonKind.Array)
        {
            return TextOrJson(json, detail);
        }

        var told = new List<string>();
        var item = new JsonWalker(json, detail.ValueStart);
        while (item.MoveNext())
        {
            if (item.Current.Kind != JsonKind.Object || !JsonWalker.TryFind(json, item.Current.ValueStart, "msg"u8, out var message)
                || Text(json, message) is not { } text)
            {
                return TextOrJson(json, detail);
            }

            told.Add(JsonWalker.TryFind(json, item.Current.ValueStart, "loc"u8, out var place) ? $"{Place(json, place)}: {text}" : text);
        }

        return told.Count == 0 ? TextOrJson(json, detail) : string.Join("; ", told);
    }

    private static string Place(ReadOnlySpan<byte> json, in MemberSpan place)
    {
        if (place.Kind != JsonKind.Array)
        {
            return TextOrJson(json, place);
        }

        var steps = new List<string>();
        var step = new JsonWalker(json, place.ValueStart);
        while (step.MoveNext())
        {
            steps.Add(TextOrJson(json, step.Current));
        }

        return string.Join('.', steps);
    }

    private static ErrorBody ReadObject(ReadOnlySpan<byte> json, int start)
    {
        var body = new ErrorBody("", null, null, null);
        var walker = new JsonWalker(json, start);
        while (walker.MoveNext())
        {
            var text = Text(json, walker.Current);
            if (walker.NameIs("message"u8))
            {
                body = body with { Message = walker.Current.Kind == JsonKind.Null ? "" : TextOrJson(json, walker.Current) };
            }
            else if (walker.NameIs("innererror"u8) && walker.Current.Kind == JsonKind.Object)
            {
                body = body with { Inner = System.Text.Encoding.UTF8.GetString(walker.Value) };
            }
            else if (walker.NameIs("type"u8))
            {
                body = body with { Type = text };
            }
            else if (walker.NameIs("param"u8))
            {
                body = body with { Param = text };
            }
            else if (walker.NameIs("code"u8))
            {
                body = body with { Code = text ?? (walker.Current.Kind == JsonKind.Number ? System.Text.Encoding.ASCII.GetString(walker.Value) : null) };
            }
        }

        return body;
    }

    private static string TextOrJson(ReadOnlySpan<byte> json, in MemberSpan member)
        => Text(json, member) ?? System.Text.Encoding.UTF8.GetString(json.Slice(member.ValueStart, member.ValueLength));

    private static string? Text(ReadOnlySpan<byte> json, in MemberSpan member) => JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength));
}
