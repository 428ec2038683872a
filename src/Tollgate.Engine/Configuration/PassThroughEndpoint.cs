using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tollgate.Engine.Configuration;

/// <summary>One entry of <c>general_settings.pass_through_endpoints</c>: a path of the operator's own that is relayed to an address (llm-api.md 17.3).</summary>
public sealed record PassThroughEndpoint
{
    /// <summary>Path as clients call it; begins with a slash.</summary>
    public required string Path { get; init; }

    /// <summary>Absolute address; its query is kept.</summary>
    public required Uri Target { get; init; }

    /// <summary>Headers that are sent, references filled in. Values are secrets.</summary>
    public FrozenDictionary<string, string> Headers { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Name of the header in which clients send their key (<c>headers.litellm_user_api_key</c>); null for the usual ones.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>The key is the public part of a basic credential (<c>custom_auth_parser: langfuse</c>).</summary>
    public bool KeyIsBasicUser { get; init; }

    /// <summary>Send the client's headers on, but for those that carry credentials. Default false.</summary>
    public bool ForwardHeaders { get; init; }

    /// <summary>Also serve everything below the path. Default false.</summary>
    public bool IncludeSubpath { get; init; }

    /// <summary>Methods; empty is all five.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Callers need a key. Default true.</summary>
    public bool RequiresKey { get; init; } = true;

    /// <summary>USD of a successful call whose usage says nothing. Default 0.</summary>
    public decimal CostPerRequest { get; init; }

    /// <summary>Send the target's own query too, the client's values winning. Default false.</summary>
    public bool MergeQuery { get; init; }

    /// <summary>Query parameters that are sent unless client or target say otherwise.</summary>
    public FrozenDictionary<string, string> DefaultQuery { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The whole call. Default 600 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>True when a request is meant.</summary>
    /// <param name="path">Path without the root prefix.</param>
    /// <param name="method">Its method.</param>
    public bool Serves(string path, string method)
        => (Methods.IsEmpty || Methods.Contains(method, StringComparer.OrdinalIgnoreCase)) && TryRest(path, out _);

    /// <summary>What a path has behind this one's; false when it is another path.</summary>
    public bool TryRest(string path, out string rest)
    {
        var own = Path.TrimEnd('/');
        rest = path.StartsWith(own, StringComparison.OrdinalIgnoreCase) ? path[own.Length..] : "";
        return path.StartsWith(own, StringComparison.OrdinalIgnoreCase)
            && (rest is "" or "/" || (IncludeSubpath && rest[0] == '/'));
    }
}
