using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media;

/// <summary>What a request's body is on the wire.</summary>
public enum MediaBody : byte
{
    /// <summary>A JSON object.</summary>
    Json,

    /// <summary>A form: the members of the object are its fields, the client's files follow.</summary>
    Form,

    /// <summary>The client's first file, nothing else.</summary>
    File,

    /// <summary>A text that is no JSON: SSML.</summary>
    Text,

    /// <summary>Nothing: the address says it all (GET).</summary>
    None,
}

/// <summary>A request in the words of a provider.</summary>
/// <param name="Body">What it is on the wire.</param>
/// <param name="Json">The object, or the form's fields; empty for a file.</param>
/// <param name="Address">Added to the surface's address: rest of the path, query; empty for nothing.</param>
/// <param name="Accept">Header <c>Accept</c>; null for none.</param>
public sealed record MediaRequest(MediaBody Body, ReadOnlyMemory<byte> Json, string Address = "", string? Accept = null)
{
    /// <summary>Media type of a text; null for JSON's.</summary>
    public string? ContentType { get; init; }

    /// <summary>A JSON object for the request that follows, where the file is sent alone first; empty for none.</summary>
    public ReadOnlyMemory<byte> Next { get; init; }

    /// <summary>Headers that depend on the request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>
/// One surface as one provider has it, where that is not OpenAI's (or, for reranking, Cohere's). Stateless. Requests and answers are small;
/// files and sounds never come here.
/// </summary>
public abstract class MediaShape
{
    /// <summary>Says a request in the provider's words.</summary>
    /// <param name="request">The client's body after all policies: the fields of a form come as an object too; the model is the upstream's.</param>
    /// <param name="target">Facts about the model and its host.</param>
    /// <exception cref="WireException">It cannot be said; names the field.</exception>
    public abstract MediaRequest Write(JsonElement request, TargetModel target);

    /// <summary>True when the client's files go into the body: they are then given to <see cref="Write(JsonElement, IReadOnlyList{MediaFile}, TargetModel)"/>.</summary>
    public virtual bool TakesFiles => false;

    /// <summary>The same with the files of the client's form.</summary>
    /// <exception cref="WireException">It cannot be said; names the field.</exception>
    public virtual MediaRequest Write(JsonElement request, IReadOnlyList<MediaFile> files, TargetModel target) => Write(request, target);

    /// <summary>
    /// An address in a request whose bytes the provider must be given, and the name that they are given as a file under; null for none.
    /// </summary>
    /// <exception cref="WireException">The request cannot be said; names the field.</exception>
    public virtual (string Name, string Url)? UrlToFetch(JsonElement request) => null;

    /// <summary>True when answers are JSON that holds sound.</summary>
    public virtual bool ReadsSound => false;

    /// <summary>Takes the sound out of an answer.</summary>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    /// <exception cref="MediaRefusedException">It says why there is no sound.</exception>
    public virtual Sound ReadSound(JsonElement answer, JsonElement request) => throw new NotSupportedException();

    /// <summary>True for a request whose answer comes in pieces, for clients that hear it as it is made.</summary>
    public virtual bool StreamsSound(JsonElement request) => false;

    /// <summary>Takes the sound out of one piece of an answer.</summary>
    /// <param name="answer">The piece.</param>
    /// <param name="request">The client's body.</param>
    /// <param name="isFirst">No sound has come before.</param>
    /// <exception cref="WireException">It is no piece of an answer of the provider.</exception>
    public virtual SoundPiece ReadPiece(JsonElement answer, JsonElement request, bool isFirst) => throw new NotSupportedException();

    /// <summary>True when answers are JSON that <see cref="Read"/> turns into the client's; false when they are relayed.</summary>
    public virtual bool ReadsAnswers => true;

    /// <summary>Says an answer in the client's words.</summary>
    /// <param name="answer">The provider's answer.</param>
    /// <param name="request">The client's body, as <see cref="Write(JsonElement, TargetModel)"/> had it.</param>
    /// <param name="json">Takes one JSON object.</param>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    /// <exception cref="MediaRefusedException">It says why there is none.</exception>
    public virtual void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json) => throw new NotSupportedException();

    /// <summary>The text that a client wants spoken.</summary>
    /// <exception cref="WireException">There is none.</exception>
    private protected static string SpokenText(JsonElement request)
        => request.Text("input"u8) ?? throw new WireException("Missing required parameter: 'input'.", "input");
}
