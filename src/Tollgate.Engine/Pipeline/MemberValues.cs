using System.Buffers.Text;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>Members of a body as values; what has the wrong type is a 400 that names the member.</summary>
internal static class MemberValues
{
    public static ImmutableArray<FallbackTarget> Fallbacks(ReadOnlyMemory<byte> body, in MemberSpan member)
    {
        var json = body.Span;
        if (member.Kind == JsonKind.String)
        {
            return [new FallbackTarget(Text(json, member, "fallbacks"), [])];
        }

        if (member.Kind != JsonKind.Array)
        {
            throw WrongType(member, "fallbacks", "an array");
        }

        var targets = ImmutableArray.CreateBuilder<FallbackTarget>();
        var walker = new JsonWalker(json, member.ValueStart);
        while (walker.MoveNext())
        {
            targets.Add(walker.Current.Kind switch
            {
                JsonKind.String => new FallbackTarget(Text(json, walker.Current, "fallbacks"), []),
                JsonKind.Object => Fallback(body, walker.Current),
                _ => throw WrongType(walker.Current, "fallbacks[]", "a model name or an object with 'model'"),
            });
        }

        return targets.ToImmutable();
    }

    private static FallbackTarget Fallback(ReadOnlyMemory<byte> body, in MemberSpan item)
    {
        string? model = null;
        var overrides = ImmutableArray.CreateBuilder<JsonMember>();
        var walker = new JsonWalker(body.Span, item.ValueStart);
        while (walker.MoveNext())
        {
            if (walker.NameIs("model"u8))
            {
                model = Text(body.Span, walker.Current, "fallbacks[].model");
            }
            else
            {
                // Copied: the body's buffer goes back to the pool while a record of the call may live on.
                overrides.Add(new JsonMember(JsonText.Unescape(walker.Name), walker.Value.ToArray()));
            }
        }

        return new FallbackTarget(model ?? throw ApiException.BadRequest("fallbacks[]: 'model' is required.", "fallbacks"), overrides.ToImmutable());
    }

    /// <summary>A whole number; null for anything else: whether it is right is the upstream's business.</summary>
    public static long? Whole(ReadOnlySpan<byte> json, in MemberSpan member)
        => Utf8Parser.TryParse(json.Slice(member.ValueStart, member.ValueLength), out long number, out var used) && used == member.ValueLength
            && number is >= 0 and < int.MaxValue ? number : null;

    /// <summary>A customer's id, made a text; blank ones count as none (llm-api.md 2.7).</summary>
    public static string? Customer(ReadOnlySpan<byte> json, in MemberSpan member)
    {
        var text = member.Kind == JsonKind.String
            ? JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength))
            : member.Kind == JsonKind.Number ? System.Text.Encoding.UTF8.GetString(json.Slice(member.ValueStart, member.ValueLength)) : null;
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    public static string Text(ReadOnlySpan<byte> json, in MemberSpan member, string name)
        => JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength)) ?? throw WrongType(member, name, "a string");

    public static bool Flag(in MemberSpan member, string name) => member.Kind switch
    {
        JsonKind.True => true,
        JsonKind.False => false,
        _ => throw WrongType(member, name, "a boolean"),
    };

    public static int Count(ReadOnlySpan<byte> json, in MemberSpan member, string name)
        => Utf8Parser.TryParse(json.Slice(member.ValueStart, member.ValueLength), out int number, out var used)
            && used == member.ValueLength && number >= 0
                ? number
                : throw ApiException.BadRequest($"Invalid value for '{name}': expected a whole number that is not negative.", name);

    public static TimeSpan Seconds(ReadOnlySpan<byte> json, in MemberSpan member, string name)
    {
        var value = json.Slice(member.ValueStart, member.ValueLength).Trim((byte)'"');
        return Utf8Parser.TryParse(value, out double seconds, out var used) && used == value.Length
            ? ClientLimits.Seconds(seconds, name)
            : throw ApiException.BadRequest($"Invalid value for '{name}': expected a number of seconds.", name);
    }

    public static ImmutableArray<string> Texts(ReadOnlySpan<byte> json, in MemberSpan member, string name)
    {
        if (member.Kind == JsonKind.String)
        {
            return [Text(json, member, name)];
        }

        if (member.Kind != JsonKind.Array)
        {
            throw WrongType(member, name, "an array of strings");
        }

        var texts = ImmutableArray.CreateBuilder<string>();
        var walker = new JsonWalker(json, member.ValueStart);
        while (walker.MoveNext())
        {
            texts.Add(Text(json, walker.Current, name));
        }

        return texts.ToImmutable();
    }

    public static ApiException WrongType(in MemberSpan member, string name, string expected)
    {
        var got = member.Kind switch
        {
            JsonKind.Object => "an object",
            JsonKind.Array => "an array",
            JsonKind.String => "a string",
            JsonKind.Number => "a number",
            JsonKind.Null => "null",
            _ => "a boolean",
        };
        return ApiException.BadRequest($"Invalid type for '{name}': expected {expected}, but got {got} instead.", name);
    }
}
