using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Videos;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Natives;

/// <summary>Providers of pictures that answer with tasks, or with the picture itself (07-native-others.md sections 17 and 18).</summary>
internal static class PictureFamilies
{
    /// <summary>Pictures are larger than this only where somebody sends what is none.</summary>
    private const int MostPictureBytes = 64 * 1024 * 1024;

    public static IUpstreamConnection OpenFlux(ConnectionDraft draft, ConnectionServices services)
    {
        var polling = new Polling(services.Clock) { Limit = TimeSpan.FromSeconds(300), Hosts = ["bfl.ai"] };
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface is Surface.ImageGenerations or Surface.ImageEdits ? NativeConnection.Below(draft, Versioned(draft))
                : NativeConnection.NotServed(draft, surface),
            Media = static surface => surface is Surface.ImageGenerations or Surface.ImageEdits ? FluxPictures.Instance : null,
            Exchange = (transport, message, _, token) => polling.RunAsync(transport, message, StateOfFlux, token),
        });
    }

    public static IUpstreamConnection OpenRunway(ConnectionDraft draft, ConnectionServices services)
    {
        var seconds = double.TryParse(draft.Env("RUNWAYML_POLLING_TIMEOUT"), CultureInfo.InvariantCulture, out var stated)
            && stated is > 0 and < 86_400 ? stated : 600;
        var polling = new Polling(services.Clock) { Pause = TimeSpan.FromSeconds(2), Limit = TimeSpan.FromSeconds(seconds) };
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface switch
            {
                Surface.ImageGenerations => NativeConnection.Below(draft, "/text_to_image"),
                Surface.Speech => NativeConnection.Below(draft, "/text_to_speech"),
                Surface.Videos => NativeConnection.Below(draft, ""),
                _ => NativeConnection.NotServed(draft, surface),
            },
            Media = static surface => surface switch
            {
                Surface.ImageGenerations => RunwayShape.Pictures,
                Surface.Speech => RunwayShape.Speech,
                Surface.Videos => RunwayVideos.Instance,
                _ => null,
            },
            Videos = VideoFamilies.OfRunway(draft),
            Exchange = async (transport, message, request, token) =>
            {
                if (request.Surface is Surface.Videos)
                {
                    // Films take minutes: the client asks for them itself.
                    return await transport.SendAsync(message, token);
                }

                var answer = await polling.RunAsync(transport, message, task => StateOfRunway(task, draft.Base!), token);
                return request.Surface is Surface.Speech && answer.IsSuccessStatusCode ? await SoundAsync(transport, answer, message.RequestUri!, token) : answer;
            },
        });
    }

    public static IUpstreamConnection OpenTopaz(ConnectionDraft draft, ConnectionServices _)
        => new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface is Surface.ImageVariations ? NativeConnection.Below(draft, "/image/v1/enhance") : NativeConnection.NotServed(draft, surface),
            Media = static surface => surface is Surface.ImageVariations ? TopazPictures.Instance : null,
            Exchange = static async (transport, message, _, token) => await PictureAsync(await transport.SendAsync(message, token), token),
        });

    private static string Versioned(ConnectionDraft draft)
        => draft.Base is { } address && EndpointTable.Split(address).Root.EndsWith("/v1", StringComparison.Ordinal) ? "" : "/v1";

    private static PollState StateOfFlux(JsonElement task) => task.Text("status"u8) is null or "Pending" or "Queued" or "Processing"
        ? PollState.Goes(Polling.AddressIn(task, "polling_url"u8)) : PollState.Over;

    private static PollState StateOfRunway(JsonElement task, string address)
        => task.Text("id"u8) is { Length: > 0 } id && task.Text("status"u8) is null or "PENDING" or "RUNNING" or "THROTTLED"
            ? PollState.Goes(new Uri($"{EndpointTable.Split(address).Root}/tasks/{Uri.EscapeDataString(id)}")) : PollState.Over;

    /// <summary>The sound that a task has ended with. Where it is kept needs no key, and gets none.</summary>
    private static async Task<HttpResponseMessage> SoundAsync(
        HttpMessageInvoker transport, HttpResponseMessage answer, Uri provider, CancellationToken cancellationToken)
    {
        try
        {
            using var task = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            if (RunwayShape.OutputOf(task.RootElement) is not [var first, ..] || !Uri.TryCreate(first, UriKind.Absolute, out var address)
                || (address.Scheme is not "https" && !ForeignRequest.IsSameOrigin(address, provider)))
            {
                return Failed(answer, new MediaRefusedException("The task ended without sound.", 502));
            }

            using var ask = ForeignRequest.To(HttpMethod.Get, address, provider);
            var sound = await transport.SendAsync(ask, cancellationToken);
            answer.Dispose();
            return sound;
        }
        catch (MediaRefusedException refused)
        {
            return Failed(answer, refused);
        }
        catch (Exception exception) when (exception is JsonException or WireException)
        {
            return Failed(answer, new MediaRefusedException("The answer is no task.", 502));
        }
    }

    /// <summary>A picture as OpenAI tells it: in base64, inside JSON.</summary>
    private static async Task<HttpResponseMessage> PictureAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) != true)
        {
            return answer;
        }

        if (answer.Content.Headers.ContentLength > MostPictureBytes)
        {
            return Failed(answer, new MediaRefusedException("The picture is larger than 64 MB.", 502));
        }

        var picture = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return Polling.Ended(answer, Encoding.ASCII.GetBytes($$"""{"data":[{"b64_json":"{{Convert.ToBase64String(picture)}}"}]}"""), HttpStatusCode.OK);
    }

    private static HttpResponseMessage Failed(HttpResponseMessage answer, MediaRefusedException refused)
    {
        var error = new ArrayBufferWriter<byte>(256);
        refused.Error.WriteTo(error);
        return Polling.Ended(answer, error.WrittenSpan.ToArray(), (HttpStatusCode)int.Parse(refused.Error.Code!, CultureInfo.InvariantCulture));
    }
}
