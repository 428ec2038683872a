using System.Buffers;
using System.Text;
using Tollgate.Data.Redis;

namespace Tollgate.Data.Tests.Redis;

public sealed class RespTests
{
    [Fact]
    public void Command_IsAnArrayOfLengthsAndBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        RespWriter.Write(output, ["SET", "käse", long.MinValue, (ReadOnlyMemory<byte>)new byte[] { 0, 13, 10 }, ""]);
        Encoding.Latin1.GetString(output.WrittenSpan).ShouldBe(
            "*5\r\n$3\r\nSET\r\n$5\r\nk\u00c3\u00a4se\r\n$20\r\n-9223372036854775808\r\n$3\r\n\0\r\n\r\n$0\r\n\r\n");
    }

    [Fact]
    public void Answers_AreReadHoweverTheyAreCut()
    {
        const string Answers = "+OK\r\n:-7\r\n$4\r\na\r\nb\r\n$-1\r\n*-1\r\n*3\r\n$2\r\n42\r\n*1\r\n:1\r\n-ERR no\r\n-MOVED 1 h:2\r\n";
        var bytes = Encoding.ASCII.GetBytes(Answers);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var sequence = Cut(bytes, cut);
            var reader = new SequenceReader<byte>(sequence);
            var replies = new List<RedisReply>();
            while (!reader.End && RespReader.TryRead(ref reader, out var reply))
            {
                replies.Add(reply);
            }

            replies.Count.ShouldBe(7);
            replies[0].Text.ShouldBe("OK");
            replies[1].Number.ShouldBe(-7);
            replies[2].Text.ShouldBe("a\r\nb");
            (replies[3].Bytes, replies[4].Items).ShouldBe((null, null));
            var items = replies[5].Items.ShouldNotBeNull();
            (items[0].Number, items[1].Items![0].Number, items[2].Error).ShouldBe((42, 1, "ERR no"));
            Should.Throw<RedisRefusedException>(() => replies[6].OrThrow()).Message.ShouldBe("MOVED 1 h:2");

            // The first part alone gives what is whole, and asks for more.
            var part = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes.AsMemory(0, cut)));
            while (!part.End && RespReader.TryRead(ref part, out _))
            {
            }
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("$x\r\n")]
    [InlineData(":\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999\r\n")]
    [InlineData("\r\n")]
    public void ForeignBytes_AreRefused(string bytes) => Should.Throw<RedisUnavailableException>(() =>
    {
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(bytes)));
        RespReader.TryRead(ref reader, out _);
    });

    // Slots as CLUSTER KEYSLOT of a real server gives them.
    [Theory]
    [InlineData("123456789", 12739)]
    [InlineData("foo", 12182)]
    [InlineData("{foo}bar", 12182)]
    [InlineData("a{foo}{bar}", 12182)]
    [InlineData("{}foo", 9500)]
    public void Slot_IsThatOfRedis(string key, int slot) => RedisMap.SlotOf(key).ShouldBe(slot);

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at));
        var last = first.Then(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
