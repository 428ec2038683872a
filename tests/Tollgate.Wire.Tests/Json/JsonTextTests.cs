using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Tests.Json;

public class JsonTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a\\n\\t\\r\\b\\f\\/\\\\\\\"z", "a\n\t\r\b\f/\\\"z")]
    [InlineData("\\u0041\\u00e9\\u20AC", "Aé€")]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("é😀\\n€", "é😀\n€")]
    [InlineData("\\\\u0041", "\\u0041")]
    public void Escapes_AreUndone(string inside, string text) => JsonText.Unescape(Encoding.UTF8.GetBytes(inside)).ShouldBe(text);

    [Theory]
    [InlineData("a\\ud83db", "ab")]
    [InlineData("a\\ude00b", "ab")]
    [InlineData("\\ude00\\ud83d", "")]
    [InlineData("\\ud83d\\ud83d\\ude00\\ude00", "😀")]
    public void LoneSurrogates_AreDropped(string inside, string text) => JsonText.Unescape(Encoding.UTF8.GetBytes(inside)).ShouldBe(text);

    [Fact]
    public void MillionsOfLoneSurrogates_AreDropped()
        => JsonText.Unescape(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\\ud800x", 1_000_000)))).ShouldBe(new string('x', 1_000_000));

    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("\"\"", "")]
    [InlineData("12", null)]
    [InlineData("null", null)]
    [InlineData("[\"a\"]", null)]
    public void AsString_IsTheTextOfStringsOnly(string value, string? text) => JsonText.AsString(Encoding.UTF8.GetBytes(value)).ShouldBe(text);

    [Fact]
    public void QuotedText_ReadsBackAsItWas()
        => Prop.ForAll(RandomJson.Seeds.ToArbitrary(), static seed =>
        {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (var i = random.Next(40); i > 0; i--)
            {
                var rune = random.Next(4) == 0 ? random.Next(0x10000, 0x110000) : random.Next(0x3000);
                text.Append(new Rune(rune));
            }

            var quoted = JsonText.Quote(text.ToString());
            JsonScanner.Scan(quoted, new JsonMembers()).IsNone.ShouldBeTrue();
            JsonText.AsString(quoted).ShouldBe(text.ToString());
            JsonSerializer.Deserialize<string>(quoted).ShouldBe(text.ToString());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("a\ud800b")]
    [InlineData("\udc00")]
    public void LoneSurrogatesInText_DoNotMakeQuotingFail(string text)
        => JsonScanner.Scan(JsonText.Quote(text), new JsonMembers()).IsNone.ShouldBeTrue();

    [Fact]
    public void Comparison_UndoesEscapes()
    {
        JsonText.EqualsUnescaped("mod\\u0065l"u8, "model"u8).ShouldBeTrue();
        JsonText.EqualsUnescaped("mod\\u0065m"u8, "model"u8).ShouldBeFalse();
    }
}
