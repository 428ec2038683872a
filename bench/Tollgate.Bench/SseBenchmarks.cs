using System.Buffers;
using BenchmarkDotNet.Attributes;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Bench;

/// <summary>A stream through splitter and editor to the client's buffer, as the relay does it. Divide by the chunks for the cost of one.</summary>
[MemoryDiagnoser]
public class SseBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1024 * 1024);
    private byte[] _stream = [];

    /// <summary>Chunks in the stream.</summary>
    [Params(10, 1000)]
    public int Chunks { get; set; }

    /// <summary>Makes the stream.</summary>
    [GlobalSetup]
    public void Setup() => _stream = Bodies.Stream(Chunks);

    /// <summary>Splitting alone.</summary>
    [Benchmark(Baseline = true)]
    public int Split()
    {
        var splitter = new SseSplitter();
        var events = 0;
        for (var at = 0; splitter.TryRead(_stream.AsMemory(at), out var consumed, out _); at += consumed)
        {
            events++;
        }

        return events;
    }

    /// <summary>Splitting, looking at each chunk, restamping its model, writing it.</summary>
    [Benchmark]
    public int SplitEditAndWrite()
    {
        _output.ResetWrittenCount();
        var splitter = new SseSplitter();
        var editor = new StreamEditor(new StreamView(Surface.Chat, "\"gpt-4o\""u8.ToArray(), ShowUsage: false, ResponseRules.Identity));
        for (var at = 0; splitter.TryRead(_stream.AsMemory(at), out var consumed, out var next); at += consumed)
        {
            if (editor.Next(next.Data) == ChunkAction.Forward)
            {
                _output.Write("data: "u8);
                editor.Edits.WriteTo(next.Data.Span, _output);
                _output.Write("\n\n"u8);
            }
        }

        return _output.WrittenCount;
    }
}
