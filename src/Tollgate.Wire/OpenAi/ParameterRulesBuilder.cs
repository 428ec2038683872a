using System.Collections.Frozen;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Collects what is to be done to requests of one deployment and surface. Later calls win over earlier ones.</summary>
/// <param name="surface">The call.</param>
/// <param name="provider">Provider name for messages.</param>
/// <param name="model">Model name the upstream is sent.</param>
public sealed class ParameterRulesBuilder(Surface surface, string provider, string model)
{
    private readonly Dictionary<string, MemberRule> _rules = Seed(surface);

    public Surface Surface { get; } = surface;

    public string Provider { get; } = provider;

    /// <summary>Model name the upstream is sent.</summary>
    public string Model { get; set; } = model;

    /// <summary>The model stands in the address: it is no member of the body. Default false.</summary>
    public bool ModelInPath { get; set; }

    /// <summary>Unsupported parameters are removed instead of refused. Default false.</summary>
    public bool DropParams { get; set; }

    /// <summary>How usage of streams is asked for.</summary>
    public StreamUsage StreamUsage { get; set; }

    /// <summary>What is done inside <c>messages</c>; null leaves them untouched, whatever they hold.</summary>
    public MessageRules? Messages { get; set; }

    /// <summary>What is done inside <c>tools</c>; null leaves them untouched.</summary>
    public ToolRules? Tools { get; set; }

    /// <summary>Members that depend on the request.</summary>
    public IList<RequestAddition> Additions { get; } = [];

    internal List<JsonMember> Defaults { get; } = [];

    internal List<string> DropPaths { get; } = [];

    /// <summary>Restricts the supported parameters of the dialect to these; does nothing for other calls than chat.</summary>
    public void SupportOnly(IReadOnlySet<string> names)
    {
        foreach (var rule in _rules.Values)
        {
            if (rule.Canonical)
            {
                rule.Supported = names.Contains(rule.Name);
            }
        }
    }

    /// <summary>Marks parameters as not supported.</summary>
    public void Unsupport(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Rule(name).Supported = false;
        }
    }

    /// <summary>Removes the parameter without an error where it is not supported.</summary>
    public void DropSilently(string name) => Rule(name).Silent = true;

    /// <summary>Sends a parameter under another name.</summary>
    public void Rename(string from, string to) => Rule(from).WireName = Encoding.UTF8.GetBytes(to);

    /// <summary>Decides over the value of a parameter; one check a name.</summary>
    public void Check(string name, ValueCheck check) => Rule(name).Check = check;

    /// <summary>Sends this value whatever the client says.</summary>
    public void Force(string name, ReadOnlyMemory<byte> json)
    {
        var rule = Rule(name);
        rule.Forced = json;
        rule.ForcedMember = ParameterRules.Member(name, json);
    }

    /// <summary>Sends this value when the client says nothing; the first default of a name counts.</summary>
    public void Default(string name, ReadOnlyMemory<byte> json)
    {
        if (Defaults.TrueForAll(entry => !string.Equals(entry.Name, name, StringComparison.Ordinal)))
        {
            Defaults.Add(new JsonMember(name, json));
        }
    }

    /// <summary>Removes a name or a nested path (<c>a.b</c>, <c>a[*].b</c>, <c>a[0].b</c>) always.</summary>
    public void Remove(string path)
    {
        if (RequestRewriter.IsNested(path))
        {
            DropPaths.Add(path);
        }
        else
        {
            Rule(path).Dropped = true;
        }
    }

    /// <summary>Passes a parameter on whatever the supported set says.</summary>
    public void Allow(string name) => Rule(name).Allowed = true;

    /// <summary>Lets fields leave that are the gateway's own by default.</summary>
    public void PassOn(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Rule(name).Internal = false;
        }
    }

    /// <summary>Compiles.</summary>
    public ParameterRules Build() => new(this, _rules.ToFrozenDictionary(StringComparer.Ordinal));

    private static Dictionary<string, MemberRule> Seed(Surface surface)
    {
        var rules = new Dictionary<string, MemberRule>(StringComparer.Ordinal) { ["model"] = new("model") { Role = MemberRole.Model } };
        foreach (var name in surface == Surface.Chat ? ChatParameters.All : ChatParameters.Elsewhere)
        {
            rules[name] = new MemberRule(name)
            {
                Role = RoleOf(name),
                Canonical = true,
                Silent = ChatParameters.Exempt.Contains(name, StringComparer.Ordinal),
            };
        }

        foreach (var name in InternalNames.All)
        {
            if (rules.TryGetValue(name, out var rule))
            {
                rule.Internal = true;
            }
            else
            {
                rules[name] = new MemberRule(name) { Internal = true };
            }
        }

        return rules;
    }

    private static MemberRole RoleOf(string name) => name switch
    {
        "messages" => MemberRole.Messages,
        "tools" => MemberRole.Tools,
        "stream_options" => MemberRole.StreamOptions,
        "max_tokens" => MemberRole.MaxTokens,
        "max_completion_tokens" => MemberRole.MaxCompletionTokens,
        "n" => MemberRole.Choices,
        _ => MemberRole.Other,
    };

    private MemberRule Rule(string name)
    {
        if (!_rules.TryGetValue(name, out var rule))
        {
            _rules[name] = rule = new MemberRule(name);
        }

        return rule;
    }
}
