using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.PassThrough;

/// <summary>Where stored resources are kept: OpenAI's paths below a provider's address.</summary>
internal sealed class ResourceTargets(ProviderDirectory directory)
{
    public PassThroughTarget Open(string provider, DeploymentConfig? deployment, in PassThroughCall call)
    {
        var owner = deployment ?? new DeploymentConfig { ModelGroup = provider, Id = "", Model = provider + "/resources", CustomProvider = provider };
        var connection = directory.Connect(owner, owner.Model, call.Config);
        var address = connection.DisplayBase is { } root ? AddressOf(owner, connection.Provider, root, call) : null;
        var native = call.Path.StartsWith("/files", StringComparison.Ordinal) || call.Path.StartsWith("/batches", StringComparison.Ordinal)
            ? connection.Resources
            : call.Path.StartsWith("/fine_tuning", StringComparison.Ordinal) && connection.Resources is { Tuning: not null } resources ? resources : null;
        return new PassThroughTarget
        {
            Connection = new PassThroughConnection(connection.Provider, connection.DisplayBase, connection.Transport) { Inner = connection },
            Address = native is null ? address : null,
            Native = native,
            Fault = connection is UnusableConnection ? connection.EndpointFor(Surface.Chat).Fault
                : address is null && native is null ? new ConnectionFault(UpstreamErrorKind.BadRequest,
                    $"no address is known for the provider '{connection.Provider}': set api_base.") : null,
            DeploymentId = deployment?.Id ?? "",
        };
    }

    public IUpstreamConnection ConnectModel(string provider, DeploymentConfig? owner, string model, GatewayConfig config)
    {
        var own = owner is null ? new DeploymentConfig { ModelGroup = model, Id = "", Model = model, CustomProvider = provider }
            : owner with { Model = model, CustomProvider = owner.CustomProvider ?? directory.Resolve(owner.Model, null, owner.ApiBase).Slug };
        return directory.Connect(own, own.Model, config);
    }

    private static Uri? AddressOf(DeploymentConfig owner, string provider, string root, in PassThroughCall call)
    {
        string address;
        if (provider is "azure")
        {
            var version = owner.ApiVersion ?? call.Config.Environment.GetValueOrDefault("AZURE_API_VERSION") ?? AzureApiVersion.Default;
            var asked = call.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase) ? ""
                : $"{(call.Query.Length == 0 ? '?' : '&')}api-version={version}";
            var host = new Uri(root).GetLeftPart(UriPartial.Authority);
            var isNew = version is "v1" or "preview" or "latest";
            address = call.Path.StartsWith("/videos", StringComparison.Ordinal)
                ? $"{host}/openai/v1{call.Path}{call.Query}{(version is "preview" or "latest" ? asked : "")}"
                : isNew ? $"{host}/openai/v1{call.Path}{call.Query}"
                : $"{host}/openai{call.Path}{call.Query}{asked}";
        }
        else
        {
            address = PassThroughPaths.Join(root, call.Path, root.EndsWith("/v1", StringComparison.Ordinal) ? "/v1" : "") + call.Query;
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
    }
}
