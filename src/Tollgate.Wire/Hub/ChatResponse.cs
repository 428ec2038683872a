using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>A whole answer in no dialect.</summary>
public sealed class ChatResponse
{
    /// <summary>The upstream's id; null when it gave none.</summary>
    public string? Id { get; set; }

    /// <summary>The model as the upstream names it; clients see the name they asked for.</summary>
    public string? Model { get; set; }

    /// <summary>Unix seconds; null when the upstream did not say.</summary>
    public long? Created { get; set; }

    /// <summary>At least one; their order is that of their numbers.</summary>
    public IList<ChatChoice> Choices { get; } = [];

    /// <summary>Null when the upstream reported none.</summary>
    public TokenUsage? Usage { get; set; }

    /// <summary>Class of service that the call got, in the upstream's word.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>Root members that have no field here, carried for the dialect they came from.</summary>
    public IList<HubMember> Extras { get; } = [];
}

/// <summary>One answer among those asked for.</summary>
/// <param name="Index">Its number, from 0.</param>
public sealed record ChatChoice(int Index)
{
    /// <summary>What was produced, in order.</summary>
    public IList<ContentPart> Parts { get; init; } = [];

    public StopReason Stop { get; set; }

    /// <summary>The upstream's own word for it; null when that is the dialect's usual one.</summary>
    public string? NativeStop { get; set; }

    /// <summary>The text that ended the answer, for <see cref="StopReason.StopSequence"/>.</summary>
    public string? StopSequence { get; set; }

    /// <summary>Log probabilities in OpenAI's form.</summary>
    public JsonElement? LogProbs { get; set; }
}

/// <summary>Why an answer ended.</summary>
public enum StopReason : byte
{
    /// <summary>Nobody has said yet.</summary>
    Unknown,

    /// <summary>The model was done.</summary>
    Stop,

    /// <summary>One of the texts asked for came up.</summary>
    StopSequence,

    /// <summary>The limit of output tokens.</summary>
    Length,

    /// <summary>The model's context is full.</summary>
    ContextWindow,

    /// <summary>Tools are to be called.</summary>
    ToolCalls,

    /// <summary>The provider's filter cut in.</summary>
    ContentFilter,

    /// <summary>The model declined.</summary>
    Refusal,

    /// <summary>The provider paused a long turn; the same conversation sent again goes on.</summary>
    Pause,
}
