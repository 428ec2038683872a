using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Anthropic;

/// <summary>Edits of bodies that are in Anthropic's wire format already, by what a host takes (03-anthropic.md section 4).</summary>
internal static class AnthropicBody
{
    /// <summary>Chat parameters that have the same name and meaning here.</summary>
    private static readonly FrozenSet<string> Shared = new[]
    {
        "max_tokens", "temperature", "top_p", "thinking", "service_tier", "stream",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Where a <c>cache_control</c> may stand.</summary>
    private static readonly ImmutableArray<string> CachePlaces =
    [
        "cache_control", "system[*].cache_control", "tools[*].cache_control", "messages[*].content[*].cache_control",
        "messages[*].content[*].content[*].cache_control",
    ];

    private static readonly ImmutableArray<string> ScopePaths = [.. CachePlaces.Select(static place => place + ".scope")];
    private static readonly ImmutableArray<string> TimePaths = [.. CachePlaces.Select(static place => place + ".ttl")];

    /// <summary>True for a configured default that is a parameter of the dialect and not one of chat only.</summary>
    public static bool HasParameter(string name) => Shared.Contains(name) || !ChatParameters.All.Contains(name, StringComparer.Ordinal);

    /// <summary>Rules for bodies of the dialect, whoever serves it.</summary>
    public static void Shape(ParameterRulesBuilder rules)
    {
        // Usage comes with every stream.
        rules.StreamUsage = StreamUsage.Never;
        rules.PassOn("metadata");
        rules.Check("metadata", KeepUser);
        rules.Remove("betas");
    }

    /// <summary>Rules for one host, given to <see cref="Rewriters"/>.</summary>
    public static Action<ParameterRulesBuilder> ShapeFor(AnthropicHost host) => rules =>
    {
        if (rules.Surface is not Surface.Messages)
        {
            return;
        }

        if (!host.ModelInBody)
        {
            rules.Remove("model");
        }

        if (!host.StreamInBody)
        {
            rules.Remove("stream");
        }

        if (host.VersionInBody is { } version)
        {
            rules.Force("anthropic_version", JsonText.Quote(version));
        }
    };

    /// <summary>Edits a body for a host.</summary>
    /// <param name="request">The body, the client's or what its call was translated to.</param>
    /// <param name="host">Who gets it.</param>
    /// <param name="model">The model as it is sent.</param>
    /// <param name="rewriters">The connection's rules, made with <see cref="ShapeFor"/>.</param>
    /// <param name="edits">Where changes go.</param>
    public static ConnectionFault? Write(in UpstreamRequest request, AnthropicHost host, string model, Rewriters rewriters, JsonEdits edits)
    {
        var policy = request.Policy;
        var json = request.Json.Span;
        if (host.StripsCacheScope && json.IndexOf("\"scope\""u8) >= 0)
        {
            policy = policy with { AdditionalDropParams = policy.AdditionalDropParams.AddRange(ScopePaths) };
        }

        if (host.StripsCacheTimes && json.IndexOf("\"ttl\""u8) >= 0)
        {
            policy = policy with { AdditionalDropParams = policy.AdditionalDropParams.AddRange(TimePaths) };
        }

        if (host.BetasInBody && AnthropicBetas.For(request, host, model, configured: null) is { Count: > 0 } betas)
        {
            var list = "[" + string.Join(',', betas.Select(static beta => $"\"{JsonEncodedText.Encode(beta)}\"")) + "]";
            policy = policy with { Overrides = policy.Overrides.Add(new JsonMember("anthropic_beta", Encoding.UTF8.GetBytes(list))) };
        }

        return rewriters.Write(request with { Policy = policy }, edits);
    }

    /// <summary>The provider takes nothing but the user's id; what else stands there was meant for the gateway.</summary>
    private static ValueVerdict KeepUser(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        if (value.Kind is not JsonKind.Object)
        {
            return ValueVerdict.Cut;
        }

        var members = 0;
        var user = default(MemberSpan);
        var member = new JsonWalker(request.Json.Span, value.ValueStart);
        while (member.MoveNext())
        {
            members++;
            user = member.NameIs("user_id"u8) ? member.Current : user;
        }

        if (user.Kind is JsonKind.None)
        {
            return ValueVerdict.Cut;
        }

        if (members == 1)
        {
            return ValueVerdict.Keep;
        }

        replacement = (byte[])[.. "{\"user_id\":"u8, .. request.Json.Span.Slice(user.ValueStart, user.ValueLength), (byte)'}'];
        return ValueVerdict.Replace;
    }
}
