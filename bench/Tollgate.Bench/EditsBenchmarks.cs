using System.Buffers;
using BenchmarkDotNet.Attributes;
using Tollgate.Wire.Json;

namespace Tollgate.Bench;

/// <summary>Splicing another model and <c>stream_options</c> into a scanned body.</summary>
[MemoryDiagnoser]
public class EditsBenchmarks
{
    private static readonly ReadOnlyMemory<byte> Model = "\"gpt-4o-2024-08-06\""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> StreamOptions = ",\"stream_options\":{\"include_usage\":true}"u8.ToArray();

    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private readonly ArrayBufferWriter<byte> _output = new(2 * 1024 * 1024);
    private byte[] _body = [];

    /// <summary>Size of the body in bytes, about.</summary>
    [Params(1024, 32 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    /// <summary>Makes and scans the body.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _body = Bodies.Chat(Size);
        JsonScanner.Scan(_body, _members);
    }

    /// <summary>Finding the place and noting the edits: what sending in pieces costs.</summary>
    [Benchmark(Baseline = true)]
    public int Note()
    {
        _edits.Clear();
        ref readonly var model = ref _members[_members.Find(_body, "model"u8)];
        _edits.Replace(model.ValueStart, model.End, Model);
        _edits.Insert(_members.RootEnd, StreamOptions);
        return _edits.LengthOf(_body.Length);
    }

    /// <summary>The same, and the edited text written out.</summary>
    [Benchmark]
    public int NoteAndWrite()
    {
        Note();
        _output.ResetWrittenCount();
        _edits.WriteTo(_body, _output);
        return _output.WrittenCount;
    }
}
