using System.Buffers;
using BenchmarkDotNet.Attributes;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Bench;

/// <summary>A whole answer: checked, usage taken, model restamped, written.</summary>
[MemoryDiagnoser]
public class ResponseBenchmarks
{
    private static readonly ResponseView View = new(Surface.Chat, "\"gpt-4o\""u8.ToArray(), ResponseRules.Identity, 1767225600, 4000);

    private readonly ResponseEditor _editor = new();
    private readonly ArrayBufferWriter<byte> _output = new(2 * 1024 * 1024);
    private byte[] _answer = [];

    /// <summary>Size of the answer's text in bytes, about.</summary>
    [Params(1024, 32 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    /// <summary>Makes the answer.</summary>
    [GlobalSetup]
    public void Setup() => _answer = Bodies.Answer(Size);

    /// <summary>Looking at it.</summary>
    [Benchmark(Baseline = true)]
    public ResponseVerdict Read() => _editor.Read(_answer, View);

    /// <summary>Looking at it and writing what the client gets.</summary>
    [Benchmark]
    public int ReadAndWrite()
    {
        _editor.Read(_answer, View);
        _output.ResetWrittenCount();
        _editor.Edits.WriteTo(_answer, _output);
        return _output.WrittenCount;
    }
}
