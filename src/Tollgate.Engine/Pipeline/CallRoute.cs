using Tollgate.Wire;

namespace Tollgate.Engine.Pipeline;

/// <summary>What a route says of a call, apart from its body.</summary>
/// <param name="Surface">What is called.</param>
internal readonly record struct CallRoute(Surface Surface)
{
    /// <summary>Model named by the path; null for none.</summary>
    public string? PathModel { get; init; }

    /// <summary>Whether the answer is a stream, where the path decides; null where the body does.</summary>
    public bool? Stream { get; init; }

    /// <summary>The prompt is only to be counted: nothing is produced and nothing is paid.</summary>
    public bool CountsTokens { get; init; }

    /// <summary>What is done with the film that a path names, or a body (<c>remix</c>, <c>edits</c>); null where a film is made from nothing.</summary>
    public string? Rework { get; init; }

    /// <summary>The film that the path names, as the client wrote its id; null where the body does.</summary>
    public string? SourceId { get; init; }

    /// <summary>LiteLLM's name of the call in logs; null for the surface's.</summary>
    public string? CallType { get; init; }

    /// <summary>What follows the surface's own path at the upstream (<c>/compact</c>); empty for nothing.</summary>
    public string Operation { get; init; } = "";
}
