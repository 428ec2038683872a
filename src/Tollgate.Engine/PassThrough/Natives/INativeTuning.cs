namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>
/// Fine-tuning jobs of a provider that keeps them in an API of its own, for clients that speak OpenAI's. Ids are the provider's own here;
/// failures of the upstream throw <see cref="Errors.ApiException"/>.
/// </summary>
public interface INativeTuning
{
    /// <summary>Starts a job.</summary>
    Task<NativeTuningJob> CreateAsync(INativeSender sender, NativeTuningRequest request);

    /// <summary>State of a job.</summary>
    Task<NativeTuningJob> JobAsync(INativeSender sender, string id);

    /// <summary>Asks for the end of a job.</summary>
    Task<NativeTuningJob> CancelAsync(INativeSender sender, string id);

    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="sender">The way there.</param>
    /// <param name="page">Where the page begins, as the one before it said; null for the first.</param>
    Task<NativeTuningPage> ListAsync(INativeSender sender, string? page);
}

/// <summary>A job to be started.</summary>
/// <param name="Model">Model to begin from.</param>
/// <param name="TrainingFile">The provider's id of the examples.</param>
public sealed record NativeTuningRequest(string Model, string TrainingFile)
{
    /// <summary>The provider's id of the examples to check with; null for none.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Name of the new model; null for the provider's.</summary>
    public string? Suffix { get; init; }

    /// <summary>Rounds over the examples; null for the provider's.</summary>
    public long? Epochs { get; init; }

    /// <summary>How much faster or slower it learns; null for the provider's.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Size of the adapter, as the client wrote it; null for the provider's.</summary>
    public string? AdapterSize { get; init; }
}

/// <summary>A job as OpenAI's clients know it.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Model">Model that it began from.</param>
/// <param name="Status">State in OpenAI's word.</param>
/// <param name="TrainingFile">Its examples.</param>
public sealed record NativeTuningJob(string Id, string Model, string Status, string TrainingFile)
{
    /// <summary>Examples to check with; null for none.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>The new model, once it is there.</summary>
    public string? TunedModel { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it came to its end; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Rounds over the examples; null when the provider does not say.</summary>
    public long? Epochs { get; init; }

    /// <summary>How much faster or slower it learns; null when the provider does not say.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public (string Code, string Message)? Error { get; init; }
}

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record NativeTuningPage(IReadOnlyList<NativeTuningJob> Jobs, string? Next);
