using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Tests.Json;

/// <summary>The scanner against System.Text.Json, which has been right for longer.</summary>
public class JsonScannerPropertyTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(2000);

    private static readonly JsonReaderOptions Reference = new() { MaxDepth = JsonScanner.MaxDepth };

    [Fact]
    public void ValidText_IsAccepted()
        => Prop.ForAll(RandomJson.Values, static text => JsonScanner.Scan(Encoding.UTF8.GetBytes(text), new JsonMembers()).IsNone).Check(Often);

    [Fact]
    public void MutatedText_IsJudgedAsByTheReference()
        => Prop.ForAll(RandomJson.Mutated, static bytes => Accepts(bytes) == ReferenceAccepts(bytes)).Check(Often.WithMaxTest(10_000));

    [Fact]
    public void TruncatedText_IsJudgedAsByTheReferenceAtEveryByte()
        => Prop.ForAll(RandomJson.Values, static text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            return Enumerable.Range(0, bytes.Length).All(length => Accepts(bytes[..length]) == ReferenceAccepts(bytes[..length]));
        }).Check(Often.WithMaxTest(200));

    [Fact]
    public void Members_SliceToWhatTheReferenceReads()
        => Prop.ForAll(RandomJson.Objects, static text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var members = Scanned(bytes);
            using var document = JsonDocument.Parse(bytes);
            var expected = document.RootElement.EnumerateObject().ToList();
            members.RootKind.ShouldBe(JsonKind.Object);
            bytes[members.RootEnd].ShouldBe((byte)'}');
            members.Count.ShouldBe(expected.Count);
            for (var i = 0; i < members.Count; i++)
            {
                var member = members[i];
                bytes[member.Start].ShouldBe((byte)'"');
                JsonText.Unescape(bytes.AsSpan(member.NameStart, member.NameLength)).ShouldBe(expected[i].Name);
                Encoding.UTF8.GetString(bytes.AsSpan(member.ValueStart, member.ValueLength)).ShouldBe(expected[i].Value.GetRawText());
                member.Kind.ShouldBe(KindOf(expected[i].Value));
            }
        }).Check(Often);

    [Fact]
    public void RepeatedNames_AreSupersededByTheLast()
        => Prop.ForAll(RandomJson.Objects, static text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var members = Scanned(bytes);
            using var document = JsonDocument.Parse(bytes);
            var names = document.RootElement.EnumerateObject().Select(static property => property.Name).ToList();
            members.HasDuplicates.ShouldBe(names.Count != names.Distinct().Count());
            for (var i = 0; i < names.Count; i++)
            {
                var last = names.LastIndexOf(names[i]);
                members.IsSuperseded(i).ShouldBe(last > i);
                members.Find(bytes, Encoding.UTF8.GetBytes(names[i])).ShouldBe(last);
            }
        }).Check(Often);

    [Fact]
    public void Walker_FindsWhatTheReferenceReads()
        => Prop.ForAll(RandomJson.Values, static text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            JsonScanner.Scan(bytes, new JsonMembers()).IsNone.ShouldBeTrue();
            using var document = JsonDocument.Parse(bytes);
            var start = bytes.AsSpan().IndexOfAnyExcept(" \r\n\t"u8);
            CompareContainer(bytes, start, document.RootElement);
        }).Check(Often);

    private static void CompareContainer(byte[] json, int start, JsonElement expected)
    {
        var items = expected.ValueKind switch
        {
            JsonValueKind.Object => [.. expected.EnumerateObject().Select(static property => (property.Name, property.Value))],
            JsonValueKind.Array => [.. expected.EnumerateArray().Select(static element => ("", element))],
            _ => new List<(string Name, JsonElement Value)>(),
        };
        var walker = new JsonWalker(json, start);
        foreach (var (name, value) in items)
        {
            walker.MoveNext().ShouldBeTrue();
            JsonText.Unescape(walker.Name).ShouldBe(name);
            Encoding.UTF8.GetString(walker.Value).ShouldBe(value.GetRawText());
            walker.Current.Kind.ShouldBe(KindOf(value));
            CompareContainer(json, walker.Current.ValueStart, value);
        }

        walker.MoveNext().ShouldBeFalse();
    }

    private static JsonMembers Scanned(byte[] bytes)
    {
        var members = new JsonMembers();
        JsonScanner.Scan(bytes, members).IsNone.ShouldBeTrue();
        return members;
    }

    private static bool Accepts(byte[] bytes) => JsonScanner.Scan(bytes, new JsonMembers()).IsNone;

    /// <summary>The reader looks at the UTF-8 of a string only when the string is asked for.</summary>
    private static bool ReferenceAccepts(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes, Reference);
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return Utf8.IsValid(bytes);
    }

    private static JsonKind KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => JsonKind.Object,
        JsonValueKind.Array => JsonKind.Array,
        JsonValueKind.String => JsonKind.String,
        JsonValueKind.Number => JsonKind.Number,
        JsonValueKind.True => JsonKind.True,
        JsonValueKind.False => JsonKind.False,
        _ => JsonKind.Null,
    };
}
