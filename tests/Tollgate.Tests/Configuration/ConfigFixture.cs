using System.Text;
using Tollgate.Configuration;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;

namespace Tollgate.Tests.Configuration;

/// <summary>A folder of its own with configuration files, and the loading of them.</summary>
internal sealed class ConfigFixture : IDisposable
{
    /// <summary>Keys that most fixtures refer to.</summary>
    private static readonly Dictionary<string, string> MasterKeyOnly = new()
    {
        ["LITELLM_MASTER_KEY"] = "sk-master-for-tests",
        ["LITELLM_MODE"] = "PRODUCTION",
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("tollgate-config-").FullName;

    public static ConfigResult Load(string yaml, params (string Name, string Value)[] variables)
    {
        using var fixture = new ConfigFixture();
        fixture.Write("config.yaml", yaml);
        return fixture.LoadFile("config.yaml", variables);
    }

    /// <summary>Loads and insists that nothing is an error.</summary>
    public static GatewayConfig LoadClean(string yaml, params (string Name, string Value)[] variables)
    {
        var result = Load(yaml, variables);
        result.Diagnostics.Where(d => d.Level >= DiagnosticLevel.Error).ShouldBeEmpty(DiagnosticPrinter.ToText(result.Diagnostics));
        return result.Config.ShouldNotBeNull();
    }

    /// <summary>Loads one deployment.</summary>
    public static DeploymentConfig LoadOne(string yaml, params (string Name, string Value)[] variables) =>
        LoadClean(yaml, variables).Deployments.ShouldHaveSingleItem();

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    public ConfigResult LoadFile(string? path, params (string Name, string Value)[] variables) =>
        Load(new ConfigRequest { Path = path, Environment = Environment(variables) });

    public EnvironmentSource Environment(params (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string>(MasterKeyOnly);
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return EnvironmentSource.From(all, Folder);
    }

    public static ConfigResult Load(ConfigRequest request) => ConfigLoader.Load(request, new FakeProviders());

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Prefix, or any address; nothing else resolves.</summary>
internal sealed class FakeProviders : IProviderDirectory
{
    public IReadOnlyCollection<string> Slugs { get; } =
        ["openai", "azure", "anthropic", "bedrock", "ollama", "ollama_chat", "gemini", "deepseek", "litellm_proxy"];

    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase)
    {
        if (customProvider is not null)
        {
            return new(customProvider, model, null);
        }

        var slash = model.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && IsProvider(model[..slash]))
        {
            return new(model[..slash], model[(slash + 1)..], null);
        }

        return model.StartsWith("gpt-", StringComparison.Ordinal) || model == "*" ? new("openai", model, null)
            : apiBase is not null ? new("openai", model, "no provider prefix, treated as OpenAI-compatible")
            : new(null, model, null);
    }

    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config) =>
        throw new NotSupportedException();

    public IReadOnlyList<string> KnownModels(string providerSlug) => [];

    public bool IsProvider(string slug) => Slugs.Contains(slug);
}

internal static class ConfigResultExtensions
{
    /// <summary>The one diagnostic of a code.</summary>
    public static ConfigDiagnostic Single(this ConfigResult result, string code) =>
        result.Diagnostics.Where(d => d.Code == code).ShouldHaveSingleItem(DiagnosticPrinter.ToText(result.Diagnostics));

    /// <summary>Level, line:column and path of the one diagnostic of a code.</summary>
    public static string At(this ConfigResult result, string code)
    {
        var found = result.Single(code);
        return $"{found.Level} {found.Position.Line}:{found.Position.Column} {found.Path}";
    }

    public static IEnumerable<string> Codes(this ConfigResult result, DiagnosticLevel atLeast = DiagnosticLevel.Notice) =>
        result.Diagnostics.Where(d => d.Level >= atLeast).Select(d => d.Code);

    public static string Json(this IEnumerable<JsonMember> members) =>
        string.Join(", ", members.Select(m => $"{m.Name}={Encoding.UTF8.GetString(m.Json.Span)}"));
}
