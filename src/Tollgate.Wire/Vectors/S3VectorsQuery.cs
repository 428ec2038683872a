using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Vectors;

/// <summary>An index of Amazon S3 Vectors; a store's id is <c>bucket:index</c>.</summary>
public sealed class S3VectorsQuery : VectorShape
{
    /// <summary>Most results that the service gives.</summary>
    private const int MostTop = 30;

    private static readonly string[] TextFields = ["source_text", "text", "content", "AMAZON_BEDROCK_TEXT"];

    /// <inheritdoc/>
    public override bool NeedsVector => true;

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        var store = StoreOf(target);
        var colon = store.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == store.Length - 1)
        {
            throw new WireException("The id of an S3 Vectors store is 'bucket:index'.", "vector_store_id");
        }

        json.WriteStartObject();
        json.WriteString("vectorBucketName"u8, store[..colon]);
        json.WriteString("indexName"u8, store[(colon + 1)..]);
        json.WriteStartObject("queryVector"u8);
        json.WritePropertyName("float32"u8);
        json.WriteRawValue(target.Options[VectorOption], skipInputValidation: true);
        json.WriteEndObject();
        json.WriteNumber("topK"u8, Math.Min(query.MaxResults, MostTop));
        if (query.FilterText is not null)
        {
            RefuseFilter(query);
        }

        if (query.Filter is { } filter)
        {
            json.WritePropertyName("filter"u8);
            filter.WriteOperators(json);
        }

        json.WriteBoolean("returnMetadata"u8, value: true);
        json.WriteBoolean("returnDistance"u8, value: true);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var list = new List<VectorHit>();
        foreach (var vector in ListIn(answer, "vectors"u8))
        {
            var metadata = vector.Member("metadata"u8);
            var key = vector.Text("key"u8) ?? "";
            var text = metadata.ValueKind is JsonValueKind.Object
                ? TextFields.Select(name => metadata.TryGetProperty(name, out var value) ? value.Text() : null).FirstOrDefault(static found => found is not null)
                : null;

            // Near is small there and large here.
            list.Add(new VectorHit(
                metadata.Text("file_id"u8) ?? key, metadata.Text("filename"u8) ?? key, 1 - vector.Member("distance"u8).Number(), text ?? "",
                metadata.ValueKind is JsonValueKind.Object ? FlatFields.Of(metadata, static name => TextFields.Contains(name, StringComparer.Ordinal)) : default));
        }

        return list;
    }
}
