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

    /// <summary>What follows the surface's own path at the upstream (<c>/compact</c>); empty for nothing.</summary>
    public string Operation { get; init; } = "";
}
