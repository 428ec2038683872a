using Tollgate.Wire.Media.Videos;

namespace Tollgate.Engine.Upstream;

/// <summary>Films at a provider that is asked about them in its own way. Immutable; used by many requests at once.</summary>
public interface IVideoTasks
{
    /// <summary>How the provider words them.</summary>
    VideoShape Shape { get; }

    /// <summary>How to ask where the making of a film stands.</summary>
    /// <param name="id">The provider's id; a client may have made it up.</param>
    VideoQuestion StatusOf(string id);

    /// <summary>How to ask for what was made, where the status does not tell; null where it does.</summary>
    VideoQuestion? ResultOf(string id) => null;

    /// <summary>How to have a film deleted; null where that cannot be.</summary>
    VideoQuestion? DeletionOf(string id) => null;

    /// <summary>A request for a file, with the credential where it is the provider's own place and without anywhere else.</summary>
    /// <param name="address">Address as an answer of the provider told it.</param>
    /// <param name="cancellationToken">Ends waiting for a token.</param>
    ValueTask<(HttpRequestMessage? Message, ConnectionFault? Fault)> OpenFileAsync(string address, CancellationToken cancellationToken);
}

/// <summary>A question about a film.</summary>
/// <param name="Method">Method.</param>
/// <param name="Address">Absolute address; null when there is a fault.</param>
public readonly record struct VideoQuestion(HttpMethod Method, Uri? Address)
{
    /// <summary>JSON to send; null for no body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Why it cannot be asked; null when it can.</summary>
    public ConnectionFault? Fault { get; init; }
}
