using Tollgate.Bench.Load.Targets;

namespace Tollgate.Bench.Load.Soak;

/// <summary>How long and how hard; every value is a flag of the same name.</summary>
internal sealed record SoakOptions
{
    /// <summary>Minutes of traffic. Default 10.</summary>
    public required int Minutes { get; init; }

    /// <summary>Calls a second, of all kinds together. Default 50.</summary>
    public required int Rate { get; init; }

    /// <summary>Seconds between two samples. Default 10.</summary>
    public required int SampleSeconds { get; init; }

    /// <summary>What is soaked. Default <c>tollgate</c>.</summary>
    public required string Target { get; init; }

    public static SoakOptions Read(Flags flags) => new()
    {
        Minutes = flags.Number("minutes", 10),
        Rate = flags.Number("rate", 50),
        SampleSeconds = flags.Number("sample-seconds", 10),
        Target = flags.Choice("target", [TargetNames.Tollgate, TargetNames.Relay])[0],
    };
}
