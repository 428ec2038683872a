using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Vectors;

/// <summary>A collection of Milvus, over its RESTful API (v2).</summary>
public sealed class MilvusSearch : VectorShape
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["eq"] = "==",
        ["ne"] = "!=",
        ["gt"] = ">",
        ["gte"] = ">=",
        ["lt"] = "<",
        ["lte"] = "<=",
        ["in"] = "in",
        ["nin"] = "not in",
        ["and"] = "and",
        ["or"] = "or",
    };

    private readonly string? _textField;

    /// <summary>Makes one for a collection.</summary>
    /// <param name="textField">Field that holds the passages (<c>milvus_text_field</c>); null finds the usual ones.</param>
    public MilvusSearch(string? textField) => _textField = textField;

    /// <inheritdoc/>
    public override bool NeedsVector => true;

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("collectionName"u8, StoreOf(target));
        json.WriteGiven("dbName"u8, Setting(target, "milvus_db_name"));
        json.WriteStartArray("data"u8);
        json.WriteRawValue(target.Options[VectorOption], skipInputValidation: true);
        json.WriteEndArray();
        json.WriteGiven("annsField"u8, Setting(target, "milvus_vector_field"));
        json.WriteNumber("limit"u8, query.MaxResults);
        json.WriteGiven("filter"u8, query.FilterText ?? query.Filter?.ToExpression(Words, '"', "\\"));
        json.WriteStartArray("outputFields"u8);
        json.WriteStringValue("*"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer)
    {
        var list = new List<VectorHit>();
        if (answer.Member("code"u8).Count() is { } code && code is not (0 or 200))
        {
            // 1800 is a wrong credential, 100 a collection that is not there; the rest is about the request.
            throw new MediaRefusedException(answer.Text("message"u8) ?? "The search failed.", code switch { 1800 => 401, 100 => 404, _ => 400 });
        }

        if (answer.Member("data"u8).ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer holds no data.");
        }

        foreach (var found in ListIn(answer, "data"u8))
        {
            var field = _textField is { } named ? named : Array.Find(["text", "content", "chunk", "source_text"], name => found.TryGetProperty(name, out _));
            var id = found.Member("id"u8) is { ValueKind: not JsonValueKind.Undefined } given ? given.Text() ?? given.GetRawText() : "";
            list.Add(new VectorHit(
                id, found.Text("filename"u8) ?? found.Text("title"u8) ?? id, found.Member("distance"u8).Number(),
                field is not null && found.TryGetProperty(field, out var text) ? text.Text() ?? "" : "",
                FlatFields.Of(found, name => name is "distance" or "id" || string.Equals(name, field, StringComparison.Ordinal))));
        }

        return list;
    }
}
