using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>A call for embeddings in no dialect. Read from OpenAI's form, the only one that clients speak.</summary>
public sealed class EmbeddingRequest
{
    /// <summary>Model as the upstream is to be sent it.</summary>
    public string Model { get; set; } = "";

    /// <summary>What is to be embedded, in order; one vector each.</summary>
    public IList<EmbeddingInput> Inputs { get; init; } = [];

    /// <summary>Length of the vectors; null for the model's own.</summary>
    public int? Dimensions { get; set; }

    /// <summary>What the vectors are for (<c>input_type</c>, <c>task_type</c>), in the client's word; null when not said.</summary>
    public string? InputType { get; set; }

    /// <summary>What becomes of a text that is too long (<c>truncate</c>): <c>NONE</c>, <c>START</c>, <c>END</c>; null when not said.</summary>
    public string? Truncate { get; set; }

    /// <summary>The client wants the vectors in base64.</summary>
    public bool AsBase64 { get; set; }

    /// <summary>Who the call is made for.</summary>
    public string? User { get; set; }

    /// <summary>Root members without a field here, in order: the provider's own parameters.</summary>
    public IList<HubMember> Extras { get; init; } = [];

    /// <summary>The same call for some of its inputs, for providers that take only so many at once.</summary>
    public EmbeddingRequest Slice(int start, int count) => new()
    {
        Model = Model,
        Inputs = [.. Inputs.Skip(start).Take(count)],
        Dimensions = Dimensions,
        InputType = InputType,
        Truncate = Truncate,
        AsBase64 = AsBase64,
        User = User,
        Extras = Extras,
    };
}

/// <summary>One thing to embed: a text, an image or another medium.</summary>
/// <param name="Text">The text; null for media.</param>
/// <param name="Media">Image, sound, film or document; null for a text.</param>
public readonly record struct EmbeddingInput(string? Text, MediaSource? Media = null);

/// <summary>Vectors.</summary>
public sealed class EmbeddingResponse
{
    /// <summary>One for each input, in their order.</summary>
    public IList<float[]> Vectors { get; } = [];

    /// <summary>Tokens of the inputs; null when the upstream did not count.</summary>
    public long? PromptTokens { get; set; }

    /// <summary>Part of them that is images.</summary>
    public long ImageTokens { get; set; }

    /// <summary>Where the vectors will be, for upstreams that work on them later; null where they are in the answer.</summary>
    public string? Id { get; set; }
}

/// <summary>A wire format of embeddings that is not OpenAI's. Stateless: one serves all calls.</summary>
public abstract class EmbeddingCodec
{
    /// <summary>Its name in documentation.</summary>
    public abstract string Name { get; }

    /// <summary>Most inputs in one request; longer lists are sent in several, one after the other.</summary>
    public virtual int MostInputs(TargetModel target) => int.MaxValue;

    /// <summary>Writes a request.</summary>
    /// <param name="request">The request, with no more inputs than <see cref="MostInputs"/>.</param>
    /// <param name="target">Facts about the model and its host.</param>
    /// <param name="json">Takes one JSON object.</param>
    /// <exception cref="WireException">The request cannot be said in the format.</exception>
    public abstract void WriteRequest(EmbeddingRequest request, TargetModel target, Utf8JsonWriter json);

    /// <summary>Reads an answer.</summary>
    /// <param name="root">The body.</param>
    /// <param name="target">Facts about the model and its host.</param>
    /// <exception cref="WireException">It is no answer of the format.</exception>
    public abstract EmbeddingResponse ReadResponse(JsonElement root, TargetModel target);

    /// <summary>Numbers of an array.</summary>
    /// <exception cref="WireException">It is none, or holds something else.</exception>
    protected static float[] Vector(JsonElement values)
    {
        if (values.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds an embedding that is not a list of numbers.");
        }

        var vector = new float[values.GetArrayLength()];
        var at = 0;
        foreach (var value in values.EnumerateArray())
        {
            vector[at++] = (float)(value.Number() ?? throw new WireException("The answer holds an embedding that is not a list of numbers."));
        }

        return vector;
    }
}
