using System.Text.Json;
using System.Text.Unicode;
using BenchmarkDotNet.Attributes;
using Tollgate.Wire.Json;

namespace Tollgate.Bench;

/// <summary>Checking a whole body and indexing its root members.</summary>
[MemoryDiagnoser]
public class ScannerBenchmarks
{
    private readonly JsonMembers _members = new();
    private byte[] _body = [];

    /// <summary>Size of the body in bytes, about.</summary>
    [Params(1024, 32 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    /// <summary>Makes the body.</summary>
    [GlobalSetup]
    public void Setup() => _body = Bodies.Chat(Size);

    /// <summary>What the framework's reader needs to walk the same text; like the scanner's pass, with a check of the UTF-8.</summary>
    [Benchmark(Baseline = true)]
    public bool Utf8JsonReader()
    {
        var reader = new Utf8JsonReader(_body, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        while (reader.Read())
        {
        }

        return Utf8.IsValid(_body);
    }

    /// <summary>The scanner.</summary>
    [Benchmark]
    public bool JsonScan() => JsonScanner.Scan(_body, _members).IsNone;
}
