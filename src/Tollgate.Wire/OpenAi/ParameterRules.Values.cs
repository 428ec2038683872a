using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What becomes of a parameter's value.</summary>
public enum ValueVerdict : byte
{
    /// <summary>Sent as it is.</summary>
    Keep,

    /// <summary>Sent with another value.</summary>
    Replace,

    /// <summary>Removed without a word.</summary>
    Cut,

    /// <summary>Cannot be expressed: removed where parameters may be dropped, else an error.</summary>
    Refuse,
}

/// <summary>Decides over one parameter of a request. Must not allocate when the value is kept.</summary>
/// <param name="request">The request.</param>
/// <param name="value">The parameter; never null in the JSON sense.</param>
/// <param name="replacement">New value as JSON, for <see cref="ValueVerdict.Replace"/>.</param>
public delegate ValueVerdict ValueCheck(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement);

/// <summary>Makes a member that depends on the request: its text with a leading comma (<c>,"a":1</c>), or empty for none.</summary>
public delegate ReadOnlyMemory<byte> RequestAddition(in RequestView request);

/// <summary>A request as rules see it.</summary>
/// <param name="Json">The body.</param>
/// <param name="Members">Its root members.</param>
public readonly record struct RequestView(ReadOnlyMemory<byte> Json, JsonMembers Members)
{
    /// <summary>The member that counts under a name; false when absent or null.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out MemberSpan member)
    {
        var index = Members.Find(Json.Span, name);
        member = index < 0 ? default : Members[index];
        return index >= 0 && member.Kind != JsonKind.Null;
    }

    /// <summary>Text of a member's value.</summary>
    public ReadOnlySpan<byte> Value(in MemberSpan member) => Json.Span.Slice(member.ValueStart, member.ValueLength);

    /// <summary>True when the value is a string of this text.</summary>
    public bool IsText(in MemberSpan member, ReadOnlySpan<byte> text)
    {
        var value = Value(member);
        return member.Kind == JsonKind.String
            && (value[1..^1].SequenceEqual(text) || (value.Contains((byte)'\\') && JsonText.EqualsUnescaped(value[1..^1], text)));
    }

    /// <summary>The value as a number; false for anything else.</summary>
    public bool TryNumber(in MemberSpan member, out double number)
    {
        number = 0;
        return member.Kind == JsonKind.Number
            && Utf8Parser.TryParse(Value(member), out number, out var read) && read == member.ValueLength;
    }
}

/// <summary>Value checks that catalogue rows ask for by data.</summary>
public static class ValueChecks
{
    /// <summary>Removes the parameter (value of <see cref="Map"/>).</summary>
    public const string Drop = "@drop";

    /// <summary>The value is not supported (value of <see cref="Map"/>).</summary>
    public const string Reject = "@reject";

    /// <summary>The value is sent as it is, whatever <c>@other</c> says (value of <see cref="Map"/>).</summary>
    public const string Keep = "@keep";

    /// <summary>Maps string values; <c>@object</c> stands for any object, <c>@other</c> for any string not named.</summary>
    public static ValueCheck Map(IReadOnlyDictionary<string, string> map)
    {
        var entries = map.Select(
            static pair => (From: Encoding.UTF8.GetBytes(pair.Key), pair.Value, Json: JsonText.Quote(pair.Value))).ToArray();
        return (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            foreach (var (from, to, json) in entries)
            {
                var matches = value.Kind == JsonKind.Object ? from.AsSpan().SequenceEqual("@object"u8)
                    : value.Kind == JsonKind.String && (request.IsText(value, from) || from.AsSpan().SequenceEqual("@other"u8));
                if (matches)
                {
                    replacement = json;
                    return VerdictOf(to);
                }
            }

            return ValueVerdict.Keep;
        };
    }

    private static ValueVerdict VerdictOf(string to) => to switch
    {
        Drop => ValueVerdict.Cut,
        Reject => ValueVerdict.Refuse,
        Keep => ValueVerdict.Keep,
        _ => ValueVerdict.Replace,
    };

    /// <summary>Keeps a number within bounds.</summary>
    /// <param name="min">Least value, or null.</param>
    /// <param name="max">Greatest value, or null.</param>
    /// <param name="minIfManyChoices">Least value when <c>n</c> is above 1, or null.</param>
    public static ValueCheck Clamp(double? min, double? max, double? minIfManyChoices)
    {
        var minJson = Number(min);
        var maxJson = Number(max);
        var manyJson = Number(minIfManyChoices);
        return (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            if (!request.TryNumber(value, out var number))
            {
                return ValueVerdict.Keep;
            }

            if (minIfManyChoices is { } least && number < least && request.TryGet("n"u8, out var n) && request.TryNumber(n, out var count)
                && count > 1)
            {
                replacement = manyJson;
            }
            else if (number < min)
            {
                replacement = minJson;
            }
            else if (number > max)
            {
                replacement = maxJson;
            }

            return replacement.IsEmpty ? ValueVerdict.Keep : ValueVerdict.Replace;
        };
    }

    /// <summary>Accepts one number only.</summary>
    public static ValueCheck Only(double number)
        => (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
        {
            replacement = default;
            return request.TryNumber(value, out var given) && given.Equals(number) ? ValueVerdict.Keep : ValueVerdict.Refuse;
        };

    private static byte[] Number(double? number) => Encoding.UTF8.GetBytes(number?.ToString("R", CultureInfo.InvariantCulture) ?? "");
}
