using System.Globalization;
using System.Text;
using Tollgate.Mock;

namespace Tollgate.Tests.Loopback;

/// <summary>A deployment of a test's configuration.</summary>
/// <param name="Name">Public name.</param>
/// <param name="Misbehaviour">Headers that tell the fake upstream how to answer.</param>
internal sealed record TestModel(string Name, params (string Header, string Value)[] Misbehaviour)
{
    /// <summary>Further members of <c>litellm_params</c>, as in a YAML flow mapping.</summary>
    public string Params { get; init; } = "";

    /// <summary>Further members of the <c>model_list</c> entry.</summary>
    public string Entry { get; init; } = "";

    /// <summary>Where it is; the setup's fake upstream when null.</summary>
    public string? ApiBase { get; init; }

    /// <summary>Who it is: prefix of the model.</summary>
    public string Provider { get; init; } = "openai";

    /// <summary>The model's name at the upstream.</summary>
    public string UpstreamModel { get; init; } = "up-model";

    /// <summary>Whether the deployment has <see cref="GatewayFixture.UpstreamKey"/>.</summary>
    public bool HasKey { get; init; } = true;
}

/// <summary>What a gateway under test is started with.</summary>
internal sealed record GatewaySetup
{
    public IReadOnlyList<TestModel> Models { get; init; } = [new("ok")];

    /// <summary>Members of <c>general_settings</c> besides the master key.</summary>
    public string General { get; init; } = "";

    /// <summary>Members of <c>router_settings</c>; by default an attempt is all there is.</summary>
    public string Router { get; init; } = "num_retries: 0";

    public string Litellm { get; init; } = "";

    /// <summary>Members of section <c>tollgate</c>.</summary>
    public string Own { get; init; } = "";

    /// <summary>Further sections, as they stand in the file.</summary>
    public string Sections { get; init; } = "";

    /// <summary>Whether <see cref="GatewayFixture.MasterKey"/> is set.</summary>
    public bool HasMasterKey { get; init; } = true;

    public MockServerOptions Upstream { get; init; } = new();

    public (string Name, string Value)[] Environment { get; init; } = [];

    public int? LimitConcurrency { get; init; }

    /// <summary>The configuration file.</summary>
    public string Yaml(Uri upstream)
    {
        var text = new StringBuilder("model_list:\n");
        foreach (var model in Models)
        {
            var headers = string.Join(", ", model.Misbehaviour.Select(header => $"{header.Header}: '{header.Value}'"));
            text.Append(CultureInfo.InvariantCulture, $"  - {{model_name: '{model.Name}', litellm_params: {{model: '{model.Provider}/{model.UpstreamModel}', ")
                .Append(CultureInfo.InvariantCulture, $"api_base: '{model.ApiBase ?? upstream + "v1"}'")
                .Append(model.HasKey ? $", api_key: '{GatewayFixture.UpstreamKey}'" : "")
                .Append(model.Params.Length > 0 ? ", " + model.Params : "")
                .Append(headers.Length > 0 ? $", extra_headers: {{{headers}}}" : "")
                .Append('}')
                .Append(model.Entry.Length > 0 ? ", " + model.Entry : "")
                .Append("}\n");
        }

        var key = HasMasterKey ? $"master_key: '{GatewayFixture.MasterKey}'" : "";
        Section(text, "general_settings", string.Join(", ", new[] { key, General }.Where(part => part.Length > 0)));
        Section(text, "router_settings", Router);
        Section(text, "litellm_settings", Litellm);
        Section(text, "tollgate", Own);
        return text.Append(Sections).ToString();
    }

    private static void Section(StringBuilder text, string name, string members)
    {
        if (members.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {{{members}}}\n");
        }
    }
}
