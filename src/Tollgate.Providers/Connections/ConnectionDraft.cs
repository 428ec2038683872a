using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>A connection while it is being made: what the row says, what the deployment says, and what hooks change of it.</summary>
internal sealed class ConnectionDraft
{
    private readonly ModelCatalogue _models;
    private ModelFacts? _facts;
    private bool _factsRead;

    public ConnectionDraft(ProviderRow row, DeploymentConfig deployment, string model, GatewayConfig config, ModelCatalogue models)
    {
        _models = models;
        Row = row;
        Deployment = deployment;
        Config = config;
        CatalogueModel = model;
        Model = row.ModelPrefix is { } prefix
            && !model.StartsWith(prefix[..(prefix.IndexOf('/', StringComparison.Ordinal) + 1)], StringComparison.Ordinal)
            ? prefix + model : model;
        Base = ResolveBase();
        KeyEnv = row.Key.Env;
        Messages = row.Messages;
        Tools = row.Tools;
        Response = deployment.MergeReasoningContent ? row.Response with { MergeReasoning = true } : row.Response;
        foreach (var (name, value) in row.Headers)
        {
            Headers[name] = value;
        }
    }

    public ProviderRow Row { get; }

    public DeploymentConfig Deployment { get; }

    public GatewayConfig Config { get; }

    /// <summary>Model as users name it, without provider: what the catalogue is asked for.</summary>
    public string CatalogueModel { get; set; }

    /// <summary>Model as it is sent.</summary>
    public string Model { get; set; }

    /// <summary>Base URL; null when none is known.</summary>
    public string? Base { get; set; }

    /// <summary>
    /// Paths that differ from the row's, by surface: below the base, or whole addresses; empty where the model is not served there.
    /// </summary>
    public string?[] Paths { get; } = new string?[Surfaces.Count];

    /// <summary>Headers before templates are filled in.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Variables asked for a key.</summary>
    public ImmutableArray<string> KeyEnv { get; set; }

    public MessageRules? Messages { get; set; }

    public ToolRules? Tools { get; set; }

    public ResponseRules Response { get; set; }

    /// <summary>The model is named as one of responses (<c>responses/</c>).</summary>
    public bool ForcesResponses { get; set; }

    /// <summary>The model is named as one of chat completions (<c>chat_completions/</c>), whatever else speaks for responses.</summary>
    public bool ForcesChat { get; set; }

    /// <summary>Set by a hook that finds the deployment unusable.</summary>
    public ConnectionFault? Fault { get; set; }

    /// <summary>True when <c>api_base</c> or the environment names another host than the row's default.</summary>
    public bool HasOwnBase { get; private set; }

    /// <summary>A non-empty variable of the configured environment, or null.</summary>
    public string? Env(string name) => Config.Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>The first non-empty variable, or null.</summary>
    public string? FirstEnv(IEnumerable<string> names) => names.Select(Env).FirstOrDefault(static value => value is not null);

    /// <summary>A deployment parameter that only the connection understands, else a variable of the environment.</summary>
    public string? Param(string name, params ReadOnlySpan<string> env)
    {
        if (Deployment.ProviderParams.TryGetValue(name, out var value) && value.Length > 0)
        {
            return value;
        }

        foreach (var variable in env)
        {
            if (Env(variable) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>What the catalogue knows of the model; null when nothing.</summary>
    public ModelFacts? Facts
    {
        get
        {
            if (!_factsRead)
            {
                _facts = _models.Find(Row.Slug, CatalogueModel, Deployment.Info.BaseModel);
                _factsRead = true;
            }

            return _facts;
        }
    }

    /// <summary>How much the model takes and gives at most, as far as the catalogue knows.</summary>
    public ModelSizes Sizes => Facts is { } facts ? _models.SizesOf(facts.Id) ?? default : default;

    /// <summary>
    /// Whether the model can do something; the operator's word counts first, an unknown model can everything unless asked strictly.
    /// </summary>
    public bool Can(string flag, bool strict = false)
        => Deployment.Info.Capabilities.TryGetValue("supports_" + flag, out var stated) ? stated : Facts?.Flags.Contains(flag) ?? !strict;

    /// <summary>Fills <c>{name}</c> placeholders of a base URL.</summary>
    private string? ResolveBase()
    {
        var own = Deployment.ApiBase is { Length: > 0 } configured ? configured : FirstEnv(Row.Base.Env);
        HasOwnBase = own is not null;
        var address = own ?? Row.Base.Default;
        foreach (var (name, variable) in Row.Base.Variables)
        {
            var value = (variable.Param is null ? null : Param(variable.Param)) ?? FirstEnv(variable.Env) ?? variable.Default;
            address = value is null ? address : address?.Replace("{" + name + "}", value, StringComparison.Ordinal);
        }

        return address;
    }
}
