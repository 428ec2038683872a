using Tollgate.Engine.Upstream;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Providers.Videos;

/// <summary>Films of a provider that is asked about each of them: where, is all that differs.</summary>
/// <param name="shape">How the provider words them.</param>
/// <param name="status">How to ask where one stands.</param>
internal sealed class VideoTasks(VideoShape shape, Func<string, VideoQuestion> status) : IVideoTasks
{
    /// <summary>How to ask for what was made; null where the status tells it.</summary>
    public Func<string, VideoQuestion>? Result { get; init; }

    /// <summary>How to have one deleted; null where that cannot be.</summary>
    public Func<string, VideoQuestion>? Deletion { get; init; }

    /// <summary>Puts the credential on requests for files; null where files need none.</summary>
    public Func<HttpRequestMessage, CancellationToken, ValueTask<ConnectionFault?>>? Authorize { get; init; }

    /// <summary>The only origin that gets the credential for files; null where there is none.</summary>
    public Func<Uri?> Origin { get; init; } = static () => null;

    /// <summary>Where files of a store are fetched (<c>gs://</c>, <c>s3://</c>); null where addresses are those of the web.</summary>
    public Func<string, Uri?>? Store { get; init; }

    public VideoShape Shape { get; } = shape;

    public VideoQuestion StatusOf(string id) => status(id);

    public VideoQuestion? ResultOf(string id) => Result?.Invoke(id);

    public VideoQuestion? DeletionOf(string id) => Deletion?.Invoke(id);

    public async ValueTask<(HttpRequestMessage? Message, ConnectionFault? Fault)> OpenFileAsync(string address, CancellationToken cancellationToken)
    {
        var stored = Store?.Invoke(address);
        var place = stored ?? (Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null);
        var isOwn = stored is not null || (place is not null && Origin() is { } origin && ForeignRequest.IsSameOrigin(place, origin));
        if (place is null || (place.Scheme is not "https" && !(isOwn && place.Scheme is "http")))
        {
            return (null, new ConnectionFault(UpstreamErrorKind.BadResponse, "The film is at an address that cannot be asked."));
        }

        var message = isOwn ? new HttpRequestMessage(HttpMethod.Get, place) : new ForeignRequest(HttpMethod.Get, place);
        if (isOwn && Authorize is not null && await Authorize(message, cancellationToken) is { } fault)
        {
            message.Dispose();
            return (null, fault);
        }

        return (message, null);
    }

    /// <summary>A question at an address; why it cannot be asked where there is none.</summary>
    public static VideoQuestion Ask(UpstreamEndpoint endpoint, HttpMethod? method = null) => new(method ?? HttpMethod.Get, endpoint.Uri) { Fault = endpoint.Fault };

    /// <summary>A question that cannot be asked, since clients make up ids.</summary>
    public static VideoQuestion Unknown(string id) => new(HttpMethod.Get, null)
    {
        Fault = new ConnectionFault(UpstreamErrorKind.NotFound, $"Video not found: {(id.Length > 100 ? id[..100] : id)}", "video_id"),
    };

    /// <summary>True for an id that is the end of a path: names between slashes, none of which leads out of it.</summary>
    public static bool IsPath(string id) => id.Length is > 0 and < 1024 && id.Split('/').All(static part => part is not ("" or "." or "..")
        && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or ':' or '@'));
}
