using System.Globalization;
using System.Net;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Natives;

/// <summary>Replicate: a prediction is made, then listened to, or asked for until it is over (07-native-others.md section 13).</summary>
internal static class ReplicateFamily
{
    private const string Deployments = "deployments/";

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var (path, version) = PathOf(draft.Model);
        var pause = double.TryParse(draft.Env("REPLICATE_POLLING_DELAY_SECONDS"), NumberStyles.Float, CultureInfo.InvariantCulture,
            out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 60)) : TimeSpan.FromSeconds(0.5);

        // The deployment's own timeout ends what takes too long: cold models take minutes.
        var polling = new Polling(services.Clock) { Pause = pause, Limit = TimeSpan.FromDays(1), Hosts = ["replicate.com"] };
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = Surface.ReplicatePrediction,
            Options = version is null ? new Dictionary<string, string>(StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = version },
            Address = (_, _) => NativeConnection.Below(draft, path),
            Exchange = (transport, message, request, token) =>
            {
                var streams = request.Stream;
                return polling.RunAsync(transport, message, prediction => StateOf(prediction, streams), token);
            },
        });
    }

    /// <summary>
    /// Where predictions of a model are made, and the version that the body must name where the path does not name a model.
    /// </summary>
    private static (string Path, string? Version) PathOf(string model)
    {
        if (model.StartsWith(Deployments, StringComparison.Ordinal))
        {
            return ($"/deployments/{model[Deployments.Length..]}/predictions", null);
        }

        var version = model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return version.Length == 64 && version.All(char.IsAsciiHexDigit) ? ("/predictions", version)
            : ($"/models/{model}/predictions", null);
    }

    private static PollState StateOf(JsonElement prediction, bool stream) => prediction.Text("status"u8) switch
    {
        "starting" or "processing" or "queued" => PollState.Goes(Polling.AddressIn(prediction.Member("urls"u8), "get"u8)) with
        {
            Stream = stream ? Polling.AddressIn(prediction.Member("urls"u8), "stream"u8) : null,
        },
        "failed" or "canceled" or "aborted" => PollState.Over with { Status = HttpStatusCode.InternalServerError },
        _ => PollState.Over,
    };
}
