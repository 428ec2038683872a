using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Vectors;

/// <summary>A passage that was found.</summary>
/// <param name="FileId">What it is a part of, by the provider's id or address; empty when unknown.</param>
/// <param name="FileName">Name of that; empty when unknown.</param>
/// <param name="Score">How well it fits, as the provider says it; null when it does not.</param>
/// <param name="Text">The passage.</param>
/// <param name="Attributes">What is kept with it; a default element for nothing.</param>
public sealed record VectorHit(string FileId, string FileName, double? Score, string Text, JsonElement Attributes = default);

/// <summary>How a provider has searches of its vector stores.</summary>
public abstract class VectorShape : MediaShape
{
    /// <summary>Option of a target: the id of the store.</summary>
    public const string StoreOption = "vector_store_id";

    /// <summary>Option of a target: the query as a JSON array of numbers.</summary>
    public const string VectorOption = "query_vector";

    /// <summary>Queries must be turned into vectors before they are sent.</summary>
    public virtual bool NeedsVector => false;

    /// <inheritdoc/>
    public sealed override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(512);
        var query = VectorQuery.Read(request);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            Write(query, request, target, json);
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var query = VectorQuery.Read(request);
        json.WriteStartObject();
        json.WriteString("object"u8, "vector_store.search_results.page"u8);
        json.WriteElement("search_query"u8, query.Original);
        json.WriteStartArray("data"u8);
        foreach (var hit in HitsIn(answer).Where(hit => query.LeastScore is not { } least || hit.Score is not { } score || score >= least)
            .Take(query.MaxResults))
        {
            json.WriteStartObject();
            json.WriteString("file_id"u8, hit.FileId);
            json.WriteString("filename"u8, hit.FileName);
            json.WriteNumber("score"u8, hit.Score ?? 0);
            json.WritePropertyName("attributes"u8);
            json.WriteRawValue(hit.Attributes.ValueKind is JsonValueKind.Object ? hit.Attributes.Bytes() : "{}"u8, skipInputValidation: true);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, hit.Text);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, value: false);
        json.WriteNull("next_page"u8);
        WriteUsage(answer, json);
        json.WriteEndObject();
    }

    /// <summary>Writes the body.</summary>
    protected abstract void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json);

    /// <summary>The passages in an answer.</summary>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    /// <exception cref="MediaRefusedException">It says why there is none.</exception>
    protected abstract IEnumerable<VectorHit> HitsIn(JsonElement answer);

    /// <summary>Writes the tokens that the search took, where it took any.</summary>
    protected virtual void WriteUsage(JsonElement answer, Utf8JsonWriter json)
    {
    }

    /// <summary>The store that is searched.</summary>
    protected static string StoreOf(TargetModel target) => target.Options[StoreOption];

    /// <summary>A setting of the store; null when it has none.</summary>
    protected static string? Setting(TargetModel target, string name) => target.Options.TryGetValue(name, out var value) ? value : null;

    /// <summary>The list of a name; nothing where there is none.</summary>
    /// <exception cref="WireException">There is something else.</exception>
    protected static JsonElement[] ListIn(JsonElement json, ReadOnlySpan<byte> name)
    {
        var list = json.Member(name);
        return list.ValueKind switch
        {
            JsonValueKind.Array => [.. list.EnumerateArray()],
            JsonValueKind.Undefined when json.ValueKind is JsonValueKind.Object => [],
            _ => throw new WireException("The answer holds no results."),
        };
    }

    /// <summary>The name at the end of an address.</summary>
    protected static string LastPart(string address) => address.TrimEnd('/')[(address.TrimEnd('/').LastIndexOf('/') + 1)..];

    /// <summary>Refuses filters where a provider cannot be told of them.</summary>
    protected static void RefuseFilter(VectorQuery query)
    {
        if (query.Filter is not null || query.FilterText is not null)
        {
            throw new WireException("filters are not available at this provider.", "filters");
        }
    }
}
