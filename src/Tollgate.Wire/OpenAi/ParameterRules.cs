using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>How an upstream of the OpenAI dialect is asked for the usage of a stream.</summary>
public enum StreamUsage : byte
{
    /// <summary>By <c>stream_options.include_usage</c>.</summary>
    StreamOptions,

    /// <summary>It always sends it; <c>stream_options</c> are passed on as the client wrote them.</summary>
    Always,

    /// <summary>It refuses <c>stream_options</c>: they are removed.</summary>
    Never,
}

/// <summary>
/// What is done to each member of a request for one deployment and surface, compiled once (providers.md section 4). Built with
/// <see cref="ParameterRulesBuilder"/>; immutable.
/// </summary>
public sealed class ParameterRules
{
    private const int MaxNameLength = 64;

    private readonly FrozenDictionary<string, MemberRule>.AlternateLookup<ReadOnlySpan<char>> _byName;

    internal ParameterRules(ParameterRulesBuilder builder, FrozenDictionary<string, MemberRule> byName)
    {
        _byName = byName.GetAlternateLookup<ReadOnlySpan<char>>();
        Surface = builder.Surface;
        Provider = builder.Provider;
        Model = builder.Model;
        ModelJson = JsonText.Quote(builder.Model);
        ModelMember = Member("model", ModelJson);
        ModelInPath = builder.ModelInPath;
        DropParams = builder.DropParams;
        StreamUsage = builder.StreamUsage;
        Messages = builder.Messages;
        Tools = builder.Tools;
        Additions = [.. builder.Additions];
        DropPaths = [.. builder.DropPaths];
        Forced = [.. byName.Values.Where(static rule => rule.Forced is not null && rule.Role != MemberRole.Model)];
        Defaults = DefaultParam.Compile(this, builder.Defaults);
    }

    /// <summary>The call the rules are for.</summary>
    public Surface Surface { get; }

    /// <summary>Provider name for messages.</summary>
    public string Provider { get; }

    /// <summary>Model name the upstream is sent.</summary>
    public string Model { get; }

    internal ReadOnlyMemory<byte> ModelJson { get; }

    internal ReadOnlyMemory<byte> ModelMember { get; }

    internal bool ModelInPath { get; }

    internal bool DropParams { get; }

    internal StreamUsage StreamUsage { get; }

    internal MessageRules? Messages { get; }

    internal ToolRules? Tools { get; }

    internal ImmutableArray<RequestAddition> Additions { get; }

    /// <summary>Nested paths only; plain names are part of the member rules.</summary>
    internal ImmutableArray<string> DropPaths { get; }

    internal ImmutableArray<MemberRule> Forced { get; }

    internal ImmutableArray<DefaultParam> Defaults { get; }

    /// <summary>A member as it is appended: <c>,"name":value</c>.</summary>
    internal static byte[] Member(string name, ReadOnlyMemory<byte> json) => [(byte)',', .. JsonText.Quote(name), (byte)':', .. json.Span];

    /// <summary>The rule for a member name, or null for a name that means nothing to us.</summary>
    internal MemberRule? Find(ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)'\\'))
        {
            return Find(JsonText.Unescape(name).AsSpan());
        }

        if (name.Length > MaxNameLength)
        {
            return null;
        }

        Span<char> text = stackalloc char[MaxNameLength];
        return Encoding.UTF8.TryGetChars(name, text, out var length) ? Find(text[..length]) : null;
    }

    private MemberRule? Find(ReadOnlySpan<char> name)
    {
        if (_byName.TryGetValue(name, out var rule))
        {
            return rule;
        }

        return InternalNames.MatchesPattern(name) ? MemberRule.InternalPattern : null;
    }
}
