using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Natives.Embeddings;

/// <summary>Embeddings of providers that take texts only.</summary>
/// <param name="name">Name in documentation.</param>
/// <param name="most">Most texts in one request.</param>
public abstract class TextEmbeddings(string name, int most = int.MaxValue) : EmbeddingCodec
{
    /// <inheritdoc/>
    public sealed override string Name => name;

    /// <inheritdoc/>
    public sealed override int MostInputs(TargetModel target) => most;

    /// <summary>Writes the texts as a list.</summary>
    private protected void WriteTexts(EmbeddingRequest request, ReadOnlySpan<byte> member, Utf8JsonWriter json)
    {
        json.WriteStartArray(member);
        foreach (var input in request.Inputs)
        {
            json.WriteStringValue(TextOf(input));
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the provider's own parameters.</summary>
    private protected static void WriteOwn(EmbeddingRequest request, Utf8JsonWriter json)
    {
        foreach (var (member, value) in request.Extras)
        {
            json.WritePropertyName(member);
            json.WriteElement(value);
        }
    }

    /// <summary>Reads one vector for each item of a list.</summary>
    private protected static void ReadVectors(JsonElement list, EmbeddingResponse response, Func<JsonElement, JsonElement>? vectorOf = null)
    {
        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer has no embeddings.");
        }

        foreach (var item in list.EnumerateArray())
        {
            response.Vectors.Add(Vector(vectorOf is null ? item : vectorOf(item)));
        }
    }

    private string TextOf(EmbeddingInput input)
        => input.Text ?? input.Media?.Text ?? throw new WireException($"{name} takes texts only.", "input");
}
