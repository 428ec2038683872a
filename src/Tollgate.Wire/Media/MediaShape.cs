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
}

/// <summary>A request in the words of a provider.</summary>
/// <param name="Body">What it is on the wire.</param>
/// <param name="Json">The object, or the form's fields; empty for a file.</param>
/// <param name="Address">Added to the surface's address: rest of the path, query; empty for nothing.</param>
/// <param name="Accept">Header <c>Accept</c>; null for none.</param>
public sealed record MediaRequest(MediaBody Body, ReadOnlyMemory<byte> Json, string Address = "", string? Accept = null);

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

    /// <summary>True when answers are JSON that <see cref="Read"/> turns into the client's; false when they are relayed.</summary>
    public virtual bool ReadsAnswers => true;

    /// <summary>Says an answer in the client's words.</summary>
    /// <param name="answer">The provider's answer.</param>
    /// <param name="request">The client's body, as <see cref="Write"/> had it.</param>
    /// <param name="json">Takes one JSON object.</param>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    public virtual void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json) => throw new NotSupportedException();
}
