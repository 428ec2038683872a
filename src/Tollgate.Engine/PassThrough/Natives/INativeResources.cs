using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>
/// Files and batches of a provider that keeps them in an API of its own, for clients that speak OpenAI's. Made by its connection; ids are the
/// provider's own here. What is not served throws <see cref="Errors.ApiException"/>, as does every failure of the upstream.
/// </summary>
public interface INativeResources
{
    /// <summary>The dialect of the lines of a batch.</summary>
    Surface Spoken { get; }

    /// <summary>The provider takes the lines with the batch and not from a file: the gateway keeps the file until then.</summary>
    bool TakesLines { get; }

    /// <summary>Its fine-tuning jobs; null where it has none.</summary>
    INativeTuning? Tuning => null;

    /// <summary>Uploads a file; that of a batch has lines of the provider's already.</summary>
    Task<NativeFile> UploadAsync(INativeSender sender, NativeUpload upload, CancellationToken cancellationToken);

    /// <summary>Facts about a file.</summary>
    Task<NativeFile> FileAsync(INativeSender sender, string id, CancellationToken cancellationToken);

    /// <summary>Deletes a file.</summary>
    Task DeleteAsync(INativeSender sender, string id, CancellationToken cancellationToken);

    /// <summary>Hands out what is in a file; the results of a batch may be in several, one after the other.</summary>
    Task ContentAsync(INativeSender sender, string id, Func<Stream, CancellationToken, Task> take, CancellationToken cancellationToken);

    /// <summary>True for the results of a batch, whose lines are read by <see cref="ReadLine"/>.</summary>
    bool IsResult(string id);

    /// <summary>Starts a batch.</summary>
    Task<NativeBatch> CreateAsync(INativeSender sender, NativeBatchRequest request, CancellationToken cancellationToken);

    /// <summary>State of a batch.</summary>
    Task<NativeBatch> BatchAsync(INativeSender sender, string id, CancellationToken cancellationToken);

    /// <summary>Asks for the end of a batch.</summary>
    Task<NativeBatch> CancelAsync(INativeSender sender, string id, CancellationToken cancellationToken);

    /// <summary>Writes a line of a batch.</summary>
    /// <param name="json">Takes one JSON object.</param>
    /// <param name="customId">The client's id of the line.</param>
    /// <param name="body">The request in the provider's dialect, a JSON object.</param>
    void WriteLine(Utf8JsonWriter json, string customId, ReadOnlySpan<byte> body);

    /// <summary>Reads a line of results; null for one that is none.</summary>
    NativeResult? ReadLine(JsonElement line);
}

/// <summary>Sends requests for a provider's resources.</summary>
public interface INativeSender
{
    /// <summary>Now, for names and dates.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Makes a call and hands its answer on.</summary>
    /// <param name="message">The call; disposed of when it is over.</param>
    /// <param name="authorize">Adds credentials.</param>
    /// <param name="take">Reads the answer, which is a success.</param>
    /// <exception cref="Errors.ApiException">It failed, in the words of the upstream.</exception>
    Task<T> SendAsync<T>(
        HttpRequestMessage message, Func<HttpRequestMessage, CancellationToken, ValueTask<ConnectionFault?>> authorize,
        Func<HttpResponseMessage, CancellationToken, Task<T>> take);
}

/// <summary>A file as OpenAI's clients know it.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Purpose">What for, in OpenAI's word.</param>
/// <param name="ExpiresAt">When the provider deletes it; null for never.</param>
public sealed record NativeFile(string Id, string Name, long Bytes, DateTimeOffset CreatedAt, string Purpose, DateTimeOffset? ExpiresAt = null);

/// <summary>A file to be uploaded.</summary>
/// <param name="Content">Its bytes, from the beginning.</param>
/// <param name="Length">How many.</param>
/// <param name="Name">Its name.</param>
/// <param name="MediaType">Its type.</param>
/// <param name="Purpose">What for, in OpenAI's word.</param>
/// <param name="Model">Model that all lines of a batch call; null for other files.</param>
public sealed record NativeUpload(Stream Content, long Length, string Name, string MediaType, string Purpose, string? Model);

/// <summary>A batch to be started.</summary>
/// <param name="InputId">Its file; empty when the lines come with it.</param>
/// <param name="Lines">Writes the lines as a JSON array; null where there is a file.</param>
/// <param name="Model">Model that all lines call; null when each says its own.</param>
/// <param name="Name">A name for it, of letters, digits and dashes.</param>
/// <param name="Metadata">The client's notes.</param>
public sealed record NativeBatchRequest(
    string InputId, Func<Stream, CancellationToken, Task>? Lines, string? Model, string Name, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A batch as OpenAI's clients know it.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="Status">State in OpenAI's word.</param>
public sealed record NativeBatch(string Id, string Status)
{
    /// <summary>File that it runs; null when the provider does not say.</summary>
    public string? InputId { get; init; }

    /// <summary>Its results, once they are there; null before.</summary>
    public string? OutputId { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its end was asked for.</summary>
    public DateTimeOffset? CancellingAt { get; init; }

    /// <summary>When the provider gives it up, or forgets it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>All lines, those that succeeded and those that failed; null when the provider does not say.</summary>
    public (long Total, long Completed, long Failed)? Counts { get; init; }

    /// <summary>Why it failed as a whole; null when it did not.</summary>
    public string? Error { get; init; }
}

/// <summary>A line of results.</summary>
/// <param name="CustomId">The client's id of the line.</param>
/// <param name="Status">HTTP status that the line would have had.</param>
/// <param name="Body">The answer in the provider's dialect; undefined for a failure.</param>
/// <param name="ErrorCode">Class of the error, in OpenAI's word; null for a success.</param>
/// <param name="ErrorMessage">What went wrong; null for a success.</param>
public sealed record NativeResult(string CustomId, int Status, JsonElement Body, string? ErrorCode = null, string? ErrorMessage = null);
