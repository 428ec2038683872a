using BenchmarkDotNet.Attributes;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Wire;

namespace Tollgate.Bench;

/// <summary>What the price of a call takes: reading its usage and calculating its cost.</summary>
[MemoryDiagnoser]
public class CostBenchmarks
{
    private static readonly byte[] Plain = """{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500}"""u8.ToArray();

    private static readonly byte[] Detailed =
        """{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":64,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}"""u8.ToArray();

    private PriceSheet _prices = PriceSheet.Unknown;
    private TokenUsage _usage;

    /// <summary>With the detail objects that newer answers have.</summary>
    [Params(false, true)]
    public bool WithDetails { get; set; }

    /// <summary>Compiles a sheet with a size tier, a class of service and a margin.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var fields = PriceFields.Of(
        [
            new(new PriceKey(PriceKind.Input), 0.0000025m),
            new(new PriceKey(PriceKind.Output), 0.00001m),
            new(new PriceKey(PriceKind.CacheRead), 0.00000125m),
            new(new PriceKey(PriceKind.Input, 200_000), 0.000005m),
            new(new PriceKey(PriceKind.Input, 0, ServiceTier.Priority), 0.00000425m),
        ], "bench");
        _prices = new PriceSheet(fields, new PricingSettings(), new CostAdjustment(0.1m, new CostMargin(0.05m, 0)));
        _usage = Read();
    }

    /// <summary>Reading the usage object.</summary>
    [Benchmark]
    public TokenUsage Read() => TokenUsage.Read(WithDetails ? Detailed : Plain, 0);

    /// <summary>Calculating its cost.</summary>
    [Benchmark]
    public decimal Calculate() => CostCalculator.Calculate(_prices, _usage).Total;

    /// <summary>What admission reserves.</summary>
    [Benchmark]
    public long UpperBound() => _prices.UpperBoundNano(1200, 4096);
}
