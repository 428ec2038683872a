namespace Tollgate.Bench.Load.Scenarios;

internal interface IScenario
{
    /// <summary>The word for <c>--only</c>.</summary>
    string Name { get; }

    Task RunAsync(BenchRun run, CancellationToken cancellation);
}

internal static class ScenarioList
{
    // "half" comes after "plain": it takes half of the rate that was reached there.
    public static readonly IReadOnlyList<IScenario> All =
    [
        new PlainScenario(), new HalfLoadScenario(), new StreamScenario(), BigPromptScenario.OneMessage, BigPromptScenario.ManyMessages,
        new TranslationScenario(), new TranslatedStreamScenario(), new AllocationScenario(), new MemoryScenario(), new ColdStartScenario(),
    ];

    public static readonly IReadOnlyList<string> Names = [.. All.Select(s => s.Name)];
}
