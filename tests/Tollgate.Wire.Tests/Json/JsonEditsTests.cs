using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Tests.Json;

public class JsonEditsTests
{
    private static readonly byte[] Original = "0123456789"u8.ToArray();

    [Fact]
    public void NoEdits_LeaveTheText() => Written(Original, new JsonEdits()).ShouldBe("0123456789");

    [Fact]
    public void CutInsertAndReplace_AreApplied()
    {
        var edits = new JsonEdits();
        edits.Insert(0, "<"u8.ToArray());
        edits.Cut(1, 3);
        edits.Replace(3, 4, "three"u8.ToArray());
        edits.Insert(4, "+"u8.ToArray());
        edits.Insert(4, "-"u8.ToArray());
        edits.Insert(10, ">"u8.ToArray());
        Written(Original, edits).ShouldBe("<0three+-456789>");
    }

    [Fact]
    public void EditBeforeTheLastOne_IsRefused()
    {
        var edits = new JsonEdits();
        edits.Replace(4, 6, default);
        Should.Throw<InvalidOperationException>(() => edits.Insert(5, default));
        Should.Throw<InvalidOperationException>(() => edits.Cut(0, 1));
        edits.Insert(6, default);
        edits.Count.ShouldBe(2);
    }

    [Fact]
    public void Clear_ForgetsEverything()
    {
        var edits = new JsonEdits();
        edits.Replace(4, 6, "longer"u8.ToArray());
        edits.Clear();
        edits.Count.ShouldBe(0);
        edits.LengthOf(10).ShouldBe(10);
        edits.Insert(0, "x"u8.ToArray());
        Written(Original, edits).ShouldBe("x0123456789");
    }

    [Fact]
    public void AnyEdits_GiveTheTextThatAStringBuilderGives()
        => Prop.ForAll(RandomJson.Seeds.ToArbitrary(), static seed =>
        {
            var random = new Random(seed);
            var original = string.Concat(Enumerable.Range(0, random.Next(60)).Select(i => (char)('a' + (i % 26))));
            var edits = new JsonEdits();
            var expected = new StringBuilder();
            var at = 0;
            for (var i = random.Next(30); i > 0; i--)
            {
                var start = random.Next(at, Math.Min(original.Length, at + 5) + 1);
                var end = random.Next(start, Math.Min(original.Length, start + 4) + 1);
                var with = new string('#', random.Next(4));
                edits.Replace(start, end, Encoding.UTF8.GetBytes(with));
                expected.Append(original, at, start - at).Append(with);
                at = end;
            }

            expected.Append(original, at, original.Length - at);
            Written(Encoding.UTF8.GetBytes(original), edits).ShouldBe(expected.ToString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>The edited text, after checking that all ways to it agree.</summary>
    private static string Written(byte[] original, JsonEdits edits)
    {
        var output = new ArrayBufferWriter<byte>();
        edits.WriteTo(original, output);
        edits.LengthOf(original.Length).ShouldBe(output.WrittenCount);
        edits.PieceCount.ShouldBe((edits.Count * 2) + 1);
        var pieces = new List<byte>();
        for (var i = 0; i < edits.PieceCount; i++)
        {
            pieces.AddRange(edits.Piece(i, original).Span);
        }

        var written = Encoding.UTF8.GetString(output.WrittenSpan);
        Encoding.UTF8.GetString([.. pieces]).ShouldBe(written);
        return written;
    }
}
