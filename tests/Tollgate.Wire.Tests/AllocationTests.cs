using System.Buffers;
using System.Text;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Tests;

/// <summary>Budgets of what runs per request or per chunk (R47).</summary>
public class AllocationTests
{
    private const int Rounds = 100;

    private static readonly byte[] Request = Encoding.UTF8.GetBytes(
        """{"model":"gpt","messages":[{"role":"user","content":"line\nline \"quoted\" \u00e9 é"}],"stream":true,"stream_options":{"include_usage":true},"temperature":0.5}""");

    private static readonly byte[] Chunk = Encoding.UTF8.GetBytes(
        """{"id":"c2","object":"chat.completion.chunk","created":5,"model":"upstream","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}""");

    [Fact]
    public void Scan_AllocatesNothing()
    {
        var members = new JsonMembers();
        Allocated(() => JsonScanner.Scan(Request, members)).ShouldBe(0);
        members.Count.ShouldBe(5);
    }

    [Fact]
    public void EditsOnAWarmList_AllocateNothing()
    {
        var edits = new JsonEdits();
        var output = new ArrayBufferWriter<byte>(1024);
        ReadOnlyMemory<byte> with = "\"x\""u8.ToArray();
        Allocated(() =>
        {
            edits.Clear();
            edits.Replace(9, 14, with);
            edits.Insert(Request.Length - 1, with);
            output.ResetWrittenCount();
            edits.WriteTo(Request, output);
        }).ShouldBe(0);
    }

    [Fact]
    public void OrdinaryChunkOfAWarmStream_AllocatesNothing()
    {
        var editor = new StreamEditor(new StreamView(Surface.Chat, "\"gpt\""u8.ToArray(), ShowUsage: false, ResponseRules.Identity));
        Allocated(() => editor.Next(Chunk)).ShouldBe(0);
        editor.Edits.Count.ShouldBe(2);
        editor.HasOutput.ShouldBeTrue();
    }

    [Fact]
    public void Splitting_AllocatesNothing()
    {
        var splitter = new SseSplitter();
        byte[] stream = [.. "data: "u8, .. Chunk, .. "\n\n: ping\n\ndata: a\ndata: b\n\n"u8];
        var events = 0;
        Allocated(() =>
        {
            var at = 0;
            while (splitter.TryRead(stream.AsMemory(at), out var consumed, out _))
            {
                at += consumed;
                events++;
            }
        }).ShouldBe(0);
        events.ShouldBe((Rounds + 1) * 3);
    }

    [Fact]
    public void WholeAnswerThatIsRight_AllocatesNothing()
    {
        var editor = new ResponseEditor();
        var answer = Encoding.UTF8.GetBytes(
            """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""");
        var view = new ResponseView(Surface.Chat, "\"gpt\""u8.ToArray(), ResponseRules.Identity, 1, 1);
        Allocated(() => editor.Read(answer, view)).ShouldBe(0);
        editor.Edits.Count.ShouldBe(1);
    }

    /// <summary>Bytes allocated by many rounds after one that warms up.</summary>
    private static long Allocated(Action action)
    {
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
