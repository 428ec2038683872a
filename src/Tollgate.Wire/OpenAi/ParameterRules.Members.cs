using System.Collections.Immutable;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

internal enum MemberRole : byte
{
    Other,
    Model,
    Messages,
    Tools,
    StreamOptions,
    MaxTokens,
    MaxCompletionTokens,
    Choices,
}

/// <summary>What is done to the root member of one name. Mutable while rules are built, not after.</summary>
internal sealed class MemberRule(string name)
{
    /// <summary>Stands for every name that matches a pattern of internal names.</summary>
    public static MemberRule InternalPattern { get; } = new("") { Internal = true };

    public string Name { get; } = name;

    public MemberRole Role { get; init; }

    /// <summary>Gateway's own: never leaves.</summary>
    public bool Internal { get; set; }

    /// <summary>A parameter of the dialect: null means absent, and it is subject to the supported set.</summary>
    public bool Canonical { get; init; }

    public bool Supported { get; set; } = true;

    /// <summary>Removed without an error when not supported.</summary>
    public bool Silent { get; set; }

    /// <summary>Passed on whatever the supported set says.</summary>
    public bool Allowed { get; set; }

    /// <summary>Removed always (<c>additional_drop_params</c>).</summary>
    public bool Dropped { get; set; }

    /// <summary>Name on the wire; empty when it is the same.</summary>
    public ReadOnlyMemory<byte> WireName { get; set; }

    public ValueCheck? Check { get; set; }

    /// <summary>Value that replaces whatever the client sent, as JSON.</summary>
    public ReadOnlyMemory<byte>? Forced { get; set; }

    /// <summary><see cref="Forced"/> with name and leading comma.</summary>
    public ReadOnlyMemory<byte> ForcedMember { get; set; }
}

/// <summary>A parameter that is sent when the client did not set it.</summary>
/// <param name="Names">Name as configured, then the others under which a client may have set the same thing.</param>
/// <param name="Member">What is appended; empty when the upstream does not take it.</param>
/// <param name="Unsupported">True when sending it needs <c>drop_params</c> to be no error.</param>
internal sealed record DefaultParam(ImmutableArray<byte[]> Names, ReadOnlyMemory<byte> Member, bool Unsupported)
{
    /// <summary>Maps defaults with the rules themselves, once, so that a request only has to append them.</summary>
    public static ImmutableArray<DefaultParam> Compile(ParameterRules rules, IReadOnlyList<JsonMember> defaults)
    {
        if (defaults.Count == 0)
        {
            return [];
        }

        var text = JsonSplice.Object(defaults);
        var members = new JsonMembers();
        if (!JsonScanner.Scan(text, members).IsNone)
        {
            return [];
        }

        var compiled = ImmutableArray.CreateBuilder<DefaultParam>(members.Count);
        var decide = new RequestRewriter.Decider(rules, RequestPolicy.Default, new RequestView(text, members), drop: false);
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            var name = JsonText.Unescape(text.AsSpan(member.NameStart, member.NameLength));
            var decision = decide.For(i, rules.Find(text.AsSpan(member.NameStart, member.NameLength)));
            if (name is "model" or "messages" or "stream" || decision.Kind == DecisionKind.Cut)
            {
                continue;
            }

            var wireName = decision.WireName.IsEmpty ? name : System.Text.Encoding.UTF8.GetString(decision.WireName.Span);
            var value = decision.Value.IsEmpty ? text.AsMemory(member.ValueStart, member.ValueLength) : decision.Value;
            var unsupported = decision.Kind == DecisionKind.Unsupported;
            compiled.Add(new DefaultParam(
                NamesOf(name, wireName),
                unsupported ? default : ParameterRules.Member(wireName, value),
                unsupported));
        }

        return compiled.ToImmutable();
    }

    private static ImmutableArray<byte[]> NamesOf(string name, string wireName)
    {
        string[] names = name is "max_tokens" or "max_completion_tokens" ? [name, "max_tokens", "max_completion_tokens"] : [name, wireName];
        return [.. names.Distinct(StringComparer.Ordinal).Select(System.Text.Encoding.UTF8.GetBytes)];
    }
}

/// <summary>Building JSON objects from members.</summary>
internal static class JsonSplice
{
    public static byte[] Object(IReadOnlyList<JsonMember> members)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>(256);
        System.Buffers.BuffersExtensions.Write(text, "{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            var member = ParameterRules.Member(members[i].Name, members[i].Json);
            System.Buffers.BuffersExtensions.Write(text, member.AsSpan(i == 0 ? 1 : 0));
        }

        System.Buffers.BuffersExtensions.Write(text, "}"u8);
        return text.WrittenSpan.ToArray();
    }
}
