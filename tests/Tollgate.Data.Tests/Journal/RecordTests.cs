using System.Text;
using System.Text.Json;
using Tollgate.Data.Journal;
using Tollgate.Engine.Spend;

namespace Tollgate.Data.Tests.Journal;

public sealed class RecordTests
{
    [Fact]
    public void Record_HoldsWhatTheEventHeld()
    {
        var spent = Journals.Event("r");
        spent.Cost = 0.000012345678901234567m;
        spent.CacheReadTokens = 7;
        spent.CacheCreationTokens = 8;
        spent.ProjectId = "project1";
        spent.ErrorClass = "RateLimitError";
        spent.Succeeded = false;
        spent.CountGlobally = true;
        spent.Tags.Add("one");
        spent.Tags.Add("two");
        var record = SpendRecord.Open(Payload(spent));

        record.Cost.ShouldBe(0.000012345678901234567m);
        (record.PromptTokens, record.CompletionTokens, record.TotalTokens).ShouldBe((10, 5, 15));
        (record.CacheReadTokens, record.CacheCreationTokens).ShouldBe((7, 8));
        record.Start.ShouldBe(spent.Start.UtcTicks);
        record.End.ShouldBe(spent.End.UtcTicks);
        Encoding.UTF8.GetString(record.CallId).ShouldBe("call-r");
        Encoding.UTF8.GetString(record.Endpoint).ShouldBe("/chat/completions");
        Encoding.UTF8.GetString(record.Project).ShouldBe("project1");
        Encoding.UTF8.GetString(record.ErrorClass).ShouldBe("RateLimitError");
        (record.Succeeded, record.WriteLog, record.CountGlobally).ShouldBe((false, true, true));
        record.TagCount.ShouldBe(2);
        var tags = record.Tags;
        Encoding.UTF8.GetString(SpendRecord.Take(ref tags)).ShouldBe("one");
        Encoding.UTF8.GetString(SpendRecord.Take(ref tags)).ShouldBe("two");
        Journals.Fields(Payload(spent)).Count.ShouldBe(LogColumn.All.Length);
    }

    [Fact]
    public void TextThatPostgresRefuses_IsCleaned()
    {
        // Not a theory: attributes cannot hold lone surrogates.
        (string Text, string Expected)[] cases =
        [
            ("a\0b", "ab"), ("a\ud800b", "ab"), ("\udc00", ""), ("\ud83d\ude00", "\ud83d\ude00"), ("\0\ud83d\ude00\ud83d", "\ud83d\ude00"),
        ];
        foreach (var (text, expected) in cases)
        {
            var spent = Journals.Event(text);
            spent.CustomerId = text;
            spent.Tags.Add(text);
            var fields = Journals.Fields(Payload(spent));

            fields[LogColumn.RequestId].ShouldBe(expected);
            fields[LogColumn.Customer].ShouldBe(expected);
            JsonSerializer.Deserialize<string[]>(Json(fields, "request_tags")).ShouldBe([expected]);
        }
    }

    [Theory]
    [InlineData("""{"a":"x\u0000y"}""", """{"a":"xy"}""")]
    [InlineData("""{"a":"x\\u0000y"}""", """{"a":"x\\u0000y"}""")]
    [InlineData("""{"a":"\ud83d\ude00"}""", """{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\ud83dx"}""", """{"a":"x"}""")]
    [InlineData("""{"a":"\ud83d\u0041"}""", """{"a":"\u0041"}""")]
    [InlineData("""{"a":"\ude00"}""", """{"a":""}""")]
    [InlineData("""{"a":"\u00e9\n"}""", """{"a":"\u00e9\n"}""")]
    public void JsonThatPostgresRefuses_IsCleaned(string json, string expected)
    {
        var spent = Journals.Event("r");
        spent.Metadata = Encoding.UTF8.GetBytes(json);

        Json(Journals.Fields(Payload(spent)), "metadata").ShouldBe(expected);
    }

    [Fact]
    public void JsonThatIsNoUtf8_StaysJson()
    {
        var spent = Journals.Event("r");
        spent.Metadata = (byte[])[(byte)'"', 0xff, (byte)'a', 0xc3, (byte)'"'];

        Json(Journals.Fields(Payload(spent)), "metadata").ShouldBe("\"?a?\"");
    }

    [Fact]
    public void TagsWithQuotesAndControls_AreJson()
    {
        var spent = Journals.Event("r");
        spent.Tags.Add("say \"hi\"\\\n\u0001");
        spent.Tags.Add("é");

        JsonSerializer.Deserialize<string[]>(Json(Journals.Fields(Payload(spent)), "request_tags")).ShouldBe(spent.Tags);
    }

    [Fact]
    public void HugeTokenCounts_AreClampedInTheRowOnly()
    {
        var spent = Journals.Event("r");
        spent.TotalTokens = long.MaxValue;
        var payload = Payload(spent);

        SpendRecord.Open(payload).TotalTokens.ShouldBe(long.MaxValue);
        var rest = SpendRecord.Open(payload).Row[2..];
        for (var i = 0; i < 19; i++)
        {
            SpendRecord.TakeField(ref rest, out _);
        }

        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(SpendRecord.TakeField(ref rest, out _)).ShouldBe(int.MaxValue);
    }

    private static string Json(List<string?> fields, string column)
    {
        var index = LogColumn.All.ToList().FindIndex(c => c.Name == column);
        fields[index]![0].ShouldBe('\u0001');
        return fields[index]![1..];
    }

    private static byte[] Payload(SpendEvent spent)
    {
        var buffer = new byte[RecordEncoder.SizeBound(spent)];
        return buffer[RecordFrame.Header..RecordEncoder.Encode(spent, buffer)];
    }
}
