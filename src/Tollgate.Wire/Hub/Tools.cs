using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>A tool the model may call.</summary>
public sealed record ToolDefinition
{
    public required ToolKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The group that the client keeps the tool in; <see cref="Name"/> begins with it. Null for most.</summary>
    public string? Namespace { get; init; }

    public string? Description { get; init; }

    /// <summary>JSON schema of the arguments; null for none.</summary>
    public JsonElement? Parameters { get; init; }

    public bool? Strict { get; init; }

    /// <summary>The provider's prompt cache may end here.</summary>
    public CacheHint? Cache { get; init; }

    /// <summary>The definition as it came: all there is for a hosted tool, and the carrier of members without a field.</summary>
    public JsonElement? Raw { get; init; }

    /// <summary>The surface that <see cref="Raw"/> belongs to.</summary>
    public Surface RawOrigin { get; init; }
}

/// <summary>Who runs a tool, and what it takes.</summary>
public enum ToolKind : byte
{
    /// <summary>The client runs it; arguments are a JSON object.</summary>
    Function,

    /// <summary>The client runs it; the input is free text.</summary>
    Custom,

    /// <summary>Hosted: searches the web.</summary>
    WebSearch,

    /// <summary>Hosted: fetches pages.</summary>
    WebFetch,

    /// <summary>Hosted: runs code.</summary>
    CodeExecution,

    /// <summary>Hosted: searches files.</summary>
    FileSearch,

    /// <summary>The client runs it by a protocol of the provider's: screen and keyboard.</summary>
    Computer,

    /// <summary>Tools of an MCP server that the provider calls.</summary>
    Mcp,

    /// <summary>Any other tool of a provider; only <see cref="ToolDefinition.Raw"/> says what it is.</summary>
    Hosted,
}

/// <summary>Whether and which tools must be called.</summary>
/// <param name="Mode">Whether.</param>
/// <param name="Name">Which one, for <see cref="ToolChoiceMode.Named"/>.</param>
public sealed record ToolChoice(ToolChoiceMode Mode, string? Name = null)
{
    /// <summary>The only tools that may be called; empty for all.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];
}

/// <summary>Whether tools must be called.</summary>
public enum ToolChoiceMode : byte
{
    Auto,
    None,

    /// <summary>Any, but at least one.</summary>
    Required,
    Named,
}

/// <summary>A place up to which the provider may cache the prompt.</summary>
/// <param name="TimeToLive"><c>5m</c>, <c>1h</c>; null for the provider's usual time.</param>
public sealed record CacheHint(string? TimeToLive);
