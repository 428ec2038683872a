using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Tollgate.Wire.Tests.Json;

/// <summary>JSON texts of all shapes, and texts that are nearly JSON.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] Spaces = ["", "", "", "", " ", "\n", "\r\n", "\t", "  \n\t "];

    private static readonly string[] Numbers =
        ["0", "-0", "7", "-12", "0.5", "1e5", "1E+10", "2.25e-3", "-0.0", "12345678901234567890", "1e999"];

    private static readonly string[] StringParts =
    [
        "a", "model", " ", "é", "€", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\b\\f\\r\\t", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "{", "]", ":", ",",
        "\u2028", "\u007f", "a long run of plain text without any stop in it, as prompts have them",
    ];

    private static readonly string[] Names = ["model", "mod\\u0065l", "messages", "stream", "", "a\\nb", "é", "x", "y", "stre\\u0061m"];

    /// <summary>Seeds of all sizes; an unsized choice, since the default integers are small and would soon repeat.</summary>
    public static Gen<int> Seeds => Gen.Choose(0, int.MaxValue - 1);

    /// <summary>A root object with up to eight members, names repeated now and then.</summary>
    public static Arbitrary<string> Objects => From(static json => json.Object(0, 8));

    /// <summary>Any value.</summary>
    public static Arbitrary<string> Values => From(static json => json.Space() + json.Value(0) + json.Space());

    /// <summary>A value with some bytes changed, added, taken away or moved.</summary>
    public static Arbitrary<byte[]> Mutated => Seeds
        .Select(static seed => new RandomJson(new Random(seed)).Mutate())
        .ToArbitrary();

    private static Arbitrary<string> From(Func<RandomJson, string> make)
        => Seeds.Select(seed => make(new RandomJson(new Random(seed)))).ToArbitrary();

    private byte[] Mutate()
    {
        ReadOnlySpan<byte> interesting = "\"\\{}[],:0123456789eE+-.tfnu \n\r\t\0\u001f\u0080"u8;
        var bytes = Encoding.UTF8.GetBytes(Value(0)).ToList();
        for (var i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            var other = random.Next(4) == 0 ? (byte)random.Next(256) : interesting[random.Next(interesting.Length)];
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = other;
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, other);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 1));
                    break;
            }
        }

        return [.. bytes];
    }

    private string Value(int depth) => random.Next(depth > 5 ? 5 : 7) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 => Numbers[random.Next(Numbers.Length)],
        3 or 4 => Text(),
        5 => Object(depth, 4),
        _ => Array(depth),
    };

    private string Object(int depth, int most)
    {
        var members = Enumerable.Range(0, random.Next(most + 1))
            .Select(_ => $"{Space()}\"{Names[random.Next(Names.Length)]}\"{Space()}:{Space()}{Value(depth + 1)}{Space()}");
        return "{" + Space() + string.Join(',', members) + "}";
    }

    private string Array(int depth)
    {
        var elements = Enumerable.Range(0, random.Next(5)).Select(_ => Space() + Value(depth + 1) + Space());
        return "[" + Space() + string.Join(',', elements) + "]";
    }

    private string Text() => "\"" + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => StringParts[random.Next(StringParts.Length)])) + "\"";

    private string Space() => Spaces[random.Next(Spaces.Length)];
}
