using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Natives;

/// <summary>Replicate: a prediction is made, then asked for until it is over (07-native-others.md section 13).</summary>
internal static class ReplicateFamily
{
    private const string Deployments = "deployments/";

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var (path, version) = PathOf(draft.Model);
        var pause = double.TryParse(draft.Env("REPLICATE_POLLING_DELAY_SECONDS"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 60)) : TimeSpan.FromSeconds(0.5);
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = Surface.ReplicatePrediction,
            Options = version is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = version },
            Address = (_, _) => NativeConnection.Below(draft, path),
            Exchange = (transport, message, _, token) => PredictAsync(transport, message, services.Clock, pause, token),
        });
    }

    /// <summary>Where predictions of a model are made, and the version that the body must name where the path does not name a model.</summary>
    private static (string Path, string? Version) PathOf(string model)
    {
        if (model.StartsWith(Deployments, StringComparison.Ordinal))
        {
            return ($"/deployments/{model[Deployments.Length..]}/predictions", null);
        }

        var version = model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return version.Length == 64 && version.All(char.IsAsciiHexDigit) ? ("/predictions", version) : ($"/models/{model}/predictions", null);
    }

    private static async Task<HttpResponseMessage> PredictAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, TimeProvider clock, TimeSpan pause, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(message, cancellationToken);
        while (response.IsSuccessStatusCode)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var (status, next) = Look(body);
            if (status is not ("starting" or "processing" or "queued"))
            {
                return Ended(response, body, status);
            }

            // The key must not be sent to wherever an answer points.
            if (!Uri.TryCreate(next, UriKind.Absolute, out var address) || !IsSameOrigin(address, message.RequestUri!))
            {
                return Ended(response, """{"error":"The prediction's own address is not one of the provider."}"""u8.ToArray(), "failed");
            }

            await Task.Delay(pause, clock, cancellationToken);
            response.Dispose();
            using var ask = new HttpRequestMessage(HttpMethod.Get, address);
            foreach (var (name, values) in message.Headers.NonValidated)
            {
                ask.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
            }

            response = await transport.SendAsync(ask, cancellationToken);
        }

        return response;
    }

    private static (string? Status, string? Next) Look(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return root.ValueKind is JsonValueKind.Object && root.TryGetProperty("status", out var status) && status.ValueKind is JsonValueKind.String
                ? (status.GetString(), NextOf(root)) : (null, null);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string? NextOf(JsonElement root)
        => root.TryGetProperty("urls", out var urls) && urls.ValueKind is JsonValueKind.Object && urls.TryGetProperty("get", out var next)
            && next.ValueKind is JsonValueKind.String ? next.GetString() : null;

    /// <summary>The last answer with its body put back; a prediction that failed has the status of one.</summary>
    private static HttpResponseMessage Ended(HttpResponseMessage response, byte[] body, string? status)
    {
        response.StatusCode = status is "failed" or "canceled" or "aborted" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
        response.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return response;
    }

    private static bool IsSameOrigin(Uri one, Uri other)
        => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
}
