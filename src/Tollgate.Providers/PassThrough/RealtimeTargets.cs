using Tollgate.Engine.Configuration;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Amazon;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Google;
using Tollgate.Wire;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Realtime;

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
        if (connection is GoogleConnection google)
        {
            return Live(google, deployment, model);
        }

        if (connection is BedrockConnection bedrock)
        {
            return Sonic(bedrock, deployment, model);
        }

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

    /// <summary>A session that is translated to Google's Live API (04-gemini-vertex.md section 5).</summary>
    private static PassThroughTarget Live(GoogleConnection google, DeploymentConfig deployment, string model)
    {
        var live = google.Live;
        return new PassThroughTarget
        {
            Connection = new PassThroughConnection(google.Provider, google.DisplayBase, google.Transport) { Inner = google },
            Address = live.Uri is { } uri ? Make(uri.AbsoluteUri) : null,
            Fault = live.Fault,
            Model = model,
            DeploymentId = deployment.Id,
            Translator = (publicModel, sessionId) => new GeminiLive(google.LiveModel, publicModel, sessionId),
        };
    }

    /// <summary>A session that is translated to Nova Sonic's events, in one request both ways (05-bedrock-sagemaker.md section 7).</summary>
    private static PassThroughTarget Sonic(BedrockConnection bedrock, DeploymentConfig deployment, string model)
    {
        var sonic = bedrock.Sonic;
        return new PassThroughTarget
        {
            Connection = new PassThroughConnection(bedrock.Provider, bedrock.DisplayBase, bedrock.Transport) { Inner = bedrock },
            Address = sonic.Uri,
            Fault = sonic.Fault,
            Model = model,
            DeploymentId = deployment.Id,
            Translator = static (publicModel, sessionId) => new NovaSonic(publicModel, sessionId),
            DuplexType = EventStreamSplitter.MediaType,
            Framing = static request => new SonicFraming(request.Options.TryGetValue(EventSigner.Key, out var signer) ? signer : null),
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
