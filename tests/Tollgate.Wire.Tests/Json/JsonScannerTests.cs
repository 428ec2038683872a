using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Tests.Json;

public class JsonScannerTests
{
    [Theory]
    [InlineData("{}", JsonKind.Object)]
    [InlineData(" \r\n\t{ } ", JsonKind.Object)]
    [InlineData("[]", JsonKind.Array)]
    [InlineData("[[],{}]", JsonKind.Array)]
    [InlineData("\"\"", JsonKind.String)]
    [InlineData("0", JsonKind.Number)]
    [InlineData("-1.5E+3", JsonKind.Number)]
    [InlineData("true", JsonKind.True)]
    [InlineData("false", JsonKind.False)]
    [InlineData("null", JsonKind.Null)]
    [InlineData("\uFEFF{\"a\":1}", JsonKind.Object)]
    [InlineData("\"\\ud800\"", JsonKind.String)]
    [InlineData("\"\u007f\u2028\"", JsonKind.String)]
    public void ValidText_HasItsRootKind(string text, JsonKind kind)
    {
        var members = new JsonMembers();
        JsonScanner.Scan(Encoding.UTF8.GetBytes(text), members).IsNone.ShouldBeTrue();
        members.RootKind.ShouldBe(kind);
    }

    [Theory]
    [InlineData("", JsonFaultKind.Empty, 0)]
    [InlineData(" \n ", JsonFaultKind.Empty, 0)]
    [InlineData("\uFEFF", JsonFaultKind.Empty, 0)]
    [InlineData("{", JsonFaultKind.UnexpectedEnd, 1)]
    [InlineData("{\"a\"", JsonFaultKind.UnexpectedEnd, 4)]
    [InlineData("{\"a\":", JsonFaultKind.UnexpectedEnd, 5)]
    [InlineData("{\"a\":1", JsonFaultKind.UnexpectedEnd, 6)]
    [InlineData("\"abc", JsonFaultKind.UnexpectedEnd, 4)]
    [InlineData("{'a':1}", JsonFaultKind.UnexpectedByte, 1)]
    [InlineData("{\"a\" 1}", JsonFaultKind.UnexpectedByte, 5)]
    [InlineData("{\"a\":1,}", JsonFaultKind.UnexpectedByte, 7)]
    [InlineData("{,}", JsonFaultKind.UnexpectedByte, 1)]
    [InlineData("[1,]", JsonFaultKind.UnexpectedByte, 3)]
    [InlineData("[1}", JsonFaultKind.UnexpectedByte, 2)]
    [InlineData("{\"a\":1]", JsonFaultKind.UnexpectedByte, 6)]
    [InlineData("[1 2]", JsonFaultKind.UnexpectedByte, 3)]
    [InlineData("True", JsonFaultKind.UnexpectedByte, 0)]
    [InlineData("tru", JsonFaultKind.UnexpectedByte, 0)]
    [InlineData("NaN", JsonFaultKind.UnexpectedByte, 0)]
    [InlineData("[01]", JsonFaultKind.UnexpectedByte, 2)]
    [InlineData("+1", JsonFaultKind.UnexpectedByte, 0)]
    [InlineData(".5", JsonFaultKind.UnexpectedByte, 0)]
    [InlineData("-", JsonFaultKind.BadNumber, 0)]
    [InlineData("-a", JsonFaultKind.BadNumber, 0)]
    [InlineData("1.", JsonFaultKind.BadNumber, 0)]
    [InlineData("1.e5", JsonFaultKind.BadNumber, 0)]
    [InlineData("[1e]", JsonFaultKind.BadNumber, 1)]
    [InlineData("1e+", JsonFaultKind.BadNumber, 0)]
    [InlineData("\"\\x\"", JsonFaultKind.BadEscape, 1)]
    [InlineData("\"\\u12G4\"", JsonFaultKind.BadEscape, 1)]
    [InlineData("\"a\\u12", JsonFaultKind.BadEscape, 2)]
    [InlineData("\"a\nb\"", JsonFaultKind.ControlCharacter, 2)]
    [InlineData("\"\0\"", JsonFaultKind.ControlCharacter, 1)]
    [InlineData("\"\u001f\"", JsonFaultKind.ControlCharacter, 1)]
    [InlineData("{}{}", JsonFaultKind.TrailingData, 2)]
    [InlineData("{} x", JsonFaultKind.TrailingData, 3)]
    [InlineData("1 // one", JsonFaultKind.TrailingData, 2)]
    [InlineData("\uFEFF\uFEFF{}", JsonFaultKind.UnexpectedByte, 3)]
    public void InvalidText_IsRefusedWhereItGoesWrong(string text, JsonFaultKind kind, int offset)
        => JsonScanner.Scan(Encoding.UTF8.GetBytes(text), new JsonMembers()).ShouldBe(new JsonFault(kind, offset));

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Nesting_IsAcceptedUpToTheLimit(char open, char close)
    {
        string Nested(int depth) => open == '['
            ? new string(open, depth) + new string(close, depth)
            : string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{" + new string(close, depth);
        JsonScanner.Scan(Encoding.UTF8.GetBytes(Nested(255)), new JsonMembers()).IsNone.ShouldBeTrue();
        JsonScanner.Scan(Encoding.UTF8.GetBytes(Nested(256)), new JsonMembers()).IsNone.ShouldBeTrue();
        JsonScanner.Scan(Encoding.UTF8.GetBytes(Nested(257)), new JsonMembers()).Kind.ShouldBe(JsonFaultKind.TooDeep);
    }

    [Fact]
    public void AlternatingContainers_AreClosedByTheirOwnBrackets()
    {
        var deep = string.Concat(Enumerable.Repeat("[{\"a\":", 127)) + "1" + string.Concat(Enumerable.Repeat("}]", 127));
        JsonScanner.Scan(Encoding.UTF8.GetBytes(deep), new JsonMembers()).IsNone.ShouldBeTrue();
        var swapped = deep[..^2] + "]}";
        JsonScanner.Scan(Encoding.UTF8.GetBytes(swapped), new JsonMembers()).Kind.ShouldBe(JsonFaultKind.UnexpectedByte);
    }

    [Fact]
    public void MoreMembersThanTheLimit_AreRefused()
    {
        static byte[] Text(int count) => Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"m{i}\":{i}")) + "}");
        var members = new JsonMembers();
        JsonScanner.Scan(Text(JsonMembers.MaxCount), members).IsNone.ShouldBeTrue();
        members.Count.ShouldBe(JsonMembers.MaxCount);
        members.HasDuplicates.ShouldBeFalse();
        JsonScanner.Scan(Text(JsonMembers.MaxCount + 1), members).Kind.ShouldBe(JsonFaultKind.TooManyMembers);
    }

    [Fact]
    public void NestedMembers_DoNotCountForTheLimit()
    {
        var inner = string.Join(',', Enumerable.Range(0, 2000).Select(i => $"\"m{i}\":{i}"));
        JsonScanner.Scan(Encoding.UTF8.GetBytes($"{{\"a\":{{{inner}}}}}"), new JsonMembers()).IsNone.ShouldBeTrue();
    }

    [Theory]
    [InlineData("C0AF")]
    [InlineData("80")]
    [InlineData("EDA080")]
    [InlineData("F4908080")]
    [InlineData("E282")]
    public void InvalidUtf8_IsRefused(string hex)
    {
        byte[] text = [.. "{\"a\":\""u8, .. Convert.FromHexString(hex), .. "\"}"u8];
        JsonScanner.Scan(text, new JsonMembers()).Kind.ShouldBe(JsonFaultKind.InvalidUtf8);
    }

    [Fact]
    public void ByteOrderMark_IsSkippedAndOffsetsStayThoseOfTheText()
    {
        var text = Encoding.UTF8.GetBytes("\uFEFF{\"a\":12}");
        var members = new JsonMembers();
        JsonScanner.Scan(text, members).IsNone.ShouldBeTrue();
        members[0].ShouldBe(new MemberSpan(5, 1, 8, 2, JsonKind.Number));
        members.RootEnd.ShouldBe(10);
    }

    [Fact]
    public void EscapedName_IsFoundAndSupersedes()
    {
        var text = """{"model":"a","mod\u0065l":"b"}"""u8;
        var members = new JsonMembers();
        JsonScanner.Scan(text, members).IsNone.ShouldBeTrue();
        members.Find(text, "model"u8).ShouldBe(1);
        members.IsSuperseded(0).ShouldBeTrue();
        members.IsSuperseded(1).ShouldBeFalse();
    }

    [Fact]
    public void LongEscapedNames_AreComparedInLinearSpace()
    {
        var name = new string('n', 2000) + "\\n";
        var text = Encoding.UTF8.GetBytes(
            "{" + string.Join(',', Enumerable.Range(0, JsonMembers.MaxCount - 1).Select(i => $"\"{name}{i}\":{i}")) + $",\"\\u006e{name[1..]}7\":0}}");
        var members = new JsonMembers();
        var before = GC.GetAllocatedBytesForCurrentThread();
        JsonScanner.Scan(text, members).IsNone.ShouldBeTrue();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16L * text.Length);
        Enumerable.Range(0, members.Count).Where(members.IsSuperseded).ShouldBe([7]);
    }

    [Fact]
    public void NamesOfNestedObjects_AreNoDuplicates()
    {
        var members = new JsonMembers();
        JsonScanner.Scan("""{"a":{"b":1,"b":2},"b":3}"""u8, members).IsNone.ShouldBeTrue();
        members.HasDuplicates.ShouldBeFalse();
    }

    [Fact]
    public void SecondScan_ForgetsTheFirst()
    {
        var members = new JsonMembers();
        JsonScanner.Scan("""{"a":1,"a":2}"""u8, members).IsNone.ShouldBeTrue();
        JsonScanner.Scan("[1]"u8, members).IsNone.ShouldBeTrue();
        members.Count.ShouldBe(0);
        members.HasDuplicates.ShouldBeFalse();
        members.RootKind.ShouldBe(JsonKind.Array);
        members.Find("[1]"u8, "a"u8).ShouldBe(-1);
    }

    [Fact]
    public void EveryFault_IsDescribedWithoutTheText()
    {
        var descriptions = Enum.GetValues<JsonFaultKind>().Select(static kind => new JsonFault(kind, 17).Describe()).ToList();
        descriptions.ShouldBeUnique();
        descriptions.ShouldAllBe(static description => description.Length > 0);
        new JsonFault(JsonFaultKind.BadEscape, 17).Describe().ShouldContain("byte 17");
    }
}
