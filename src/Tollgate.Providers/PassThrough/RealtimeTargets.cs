using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.PassThrough;

/// <summary>Addresses of realtime sessions (02-openai-azure.md sections 1.4 and 3.1).</summary>
internal sealed class RealtimeTargets(ProviderDirectory directory)
{
    public PassThroughTarget Open(DeploymentConfig deployment, string upstreamModel, GatewayConfig config, string query)
    {
        var connection = directory.Connect(deployment, upstreamModel, config);
        var model = directory.Resolve(upstreamModel, deployment.CustomProvider, deployment.ApiBase).Model;
        var served = directory.Catalogue.Find(connection.Provider)?.Endpoints.Contains("/v1/realtime", StringComparer.Ordinal) == true
            && directory.Catalogue.Find(connection.Provider)!.Family is "openai" or "azure";
        Uri? address = null;
        if (served && connection.DisplayBase is { } root)
        {
            address = connection.Provider is "azure" ? Azure(deployment, config, root, model, query)
                : Make($"{root}/realtime?model={Uri.EscapeDataString(model)}{More(query)}");
        }

        return new PassThroughTarget
        {
            Connection = new PassThroughConnection(connection.Provider, connection.DisplayBase, connection.Transport) { Inner = connection },
            Address = address,
            Fault = connection is UnusableConnection ? connection.EndpointFor(Surface.Chat).Fault
                : address is null ? new ConnectionFault(UpstreamErrorKind.BadRequest,
                    $"the provider '{connection.Provider}' does not serve /v1/realtime.") : null,
            Model = model,
            DeploymentId = deployment.Id,
        };
    }

    private static Uri? Azure(DeploymentConfig deployment, GatewayConfig config, string root, string model, string query)
    {
        var host = new Uri(root).GetLeftPart(UriPartial.Authority);
        var protocol = config.Environment.GetValueOrDefault("LITELLM_AZURE_REALTIME_PROTOCOL") ?? "";
        foreach (var member in deployment.DefaultParams)
        {
            protocol = member.Name is "realtime_protocol" ? System.Text.Encoding.UTF8.GetString(member.Json.Span).Trim('"') : protocol;
        }

        if (protocol.Equals("GA", StringComparison.OrdinalIgnoreCase) || protocol is "v1")
        {
            return Make($"{host}/openai/v1/realtime?model={Uri.EscapeDataString(model)}{More(query)}");
        }

        var version = deployment.ApiVersion ?? config.Environment.GetValueOrDefault("AZURE_API_VERSION") ?? AzureApiVersion.Default;
        return Make($"{host}/openai/realtime?api-version={version}&deployment={Uri.EscapeDataString(model)}{More(query)}");
    }

    private static string More(string query) => query.Length > 1 ? "&" + query[1..] : "";

    private static Uri? Make(string address)
    {
        var socket = address.StartsWith("http", StringComparison.Ordinal) ? "ws" + address[4..] : address;
        return Uri.TryCreate(socket, UriKind.Absolute, out var uri) && uri.Scheme is "ws" or "wss" ? uri : null;
    }
}
