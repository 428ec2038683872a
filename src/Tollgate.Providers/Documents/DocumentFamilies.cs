using System.Globalization;
using System.Net;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Azure;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media.Documents;

namespace Tollgate.Providers.Documents;

/// <summary>Providers that read documents and nothing else.</summary>
internal static class DocumentFamilies
{
    private const string UsualVersion = "2024-11-30";

    /// <summary>Azure's Document Intelligence, whose analyses are waited for (02-openai-azure.md section 4.4).</summary>
    public static IUpstreamConnection OpenIntelligence(ConnectionDraft draft, ConnectionServices services)
    {
        var kind = draft.Model[(draft.Model.IndexOf('/', StringComparison.Ordinal) + 1)..];
        draft.Base = draft.Deployment.ApiBase is { Length: > 0 } own ? own : draft.Env("AZURE_DOCUMENT_INTELLIGENCE_ENDPOINT") ?? draft.Base;
        draft.KeyEnv = ["AZURE_DOCUMENT_INTELLIGENCE_API_KEY", .. draft.KeyEnv];
        var version = draft.Deployment.ApiVersion ?? draft.Env("AZURE_DOCUMENT_INTELLIGENCE_API_VERSION") ?? UsualVersion;
        var dpi = int.TryParse(draft.Env("AZURE_DOCUMENT_INTELLIGENCE_DEFAULT_DPI"), CultureInfo.InvariantCulture, out var stated) && stated is > 0 and < 10_000
            ? stated : DocumentIntelligenceOcr.UsualDpi;
        var limit = double.TryParse(draft.Env("AZURE_OPERATION_POLLING_TIMEOUT"), CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 86_400
            ? seconds : 120;
        var shape = new DocumentIntelligenceOcr(dpi);
        return new NativeConnection(
            draft, EntraAuthorization.Choose(draft, services.Entra, new ProviderAuth("Ocp-Apim-Subscription-Key", "{key}")), new NativeWiring
            {
                Address = (surface, _) => surface is Surface.Ocr ? AddressOf(draft, kind, version) : NativeConnection.NotServed(draft, surface),
                Media = surface => surface is Surface.Ocr ? shape : null,
                Exchange = (transport, message, _, token) => AnalyzeAsync(transport, message, services.Clock, TimeSpan.FromSeconds(limit), token),
            });
    }

    /// <summary>Reducto: files are handed in before they are read, long answers are fetched from where they are kept.</summary>
    public static IUpstreamConnection OpenReducto(ConnectionDraft draft, ConnectionServices _) => new NativeConnection(
        draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface is Surface.Ocr ? NativeConnection.Below(draft, "/parse") : NativeConnection.NotServed(draft, surface),
            Media = static surface => surface is Surface.Ocr ? ReductoOcr.Instance : null,
            Exchange = static (transport, message, _, token) => ReductoExchange.SendAsync(transport, message, token),
        });

    private static UpstreamEndpoint AddressOf(ConnectionDraft draft, string kind, string version)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var path = $"{root}/documentintelligence/documentModels/{Uri.EscapeDataString(kind)}:analyze";
        return EndpointTable.Make(draft, EndpointTable.Join(path, query, "api-version=" + Uri.EscapeDataString(version), draft.Deployment.ExtraQuery));
    }

    private static async Task<HttpResponseMessage> AnalyzeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken)
    {
        var accepted = await transport.SendAsync(message, cancellationToken);
        if (accepted.StatusCode is not HttpStatusCode.Accepted)
        {
            return accepted;
        }

        // The key must not be sent to wherever an answer points.
        if (!accepted.Headers.TryGetValues("Operation-Location", out var values) || !Uri.TryCreate(values.FirstOrDefault(), UriKind.Absolute, out var operation)
            || !ForeignRequest.IsSameOrigin(operation, message.RequestUri!))
        {
            return Polling.Ended(
                accepted, """{"error":{"message":"The analysis' own address is not one of the provider's.","code":"502"}}"""u8.ToArray(), HttpStatusCode.BadGateway);
        }

        var pause = accepted.Headers.RetryAfter?.Delta is { } asked && asked > TimeSpan.Zero && asked < limit ? asked : TimeSpan.FromSeconds(2);
        accepted.Dispose();
        using var question = new HttpRequestMessage(HttpMethod.Get, operation);
        foreach (var (name, headers) in message.Headers.NonValidated)
        {
            question.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)headers);
        }

        return await new Polling(clock) { Pause = pause, Limit = limit }.RunAsync(
            transport, question, state => state.Text("status"u8) is "notStarted" or "running" ? PollState.Goes(operation) : PollState.Over, cancellationToken);
    }
}
