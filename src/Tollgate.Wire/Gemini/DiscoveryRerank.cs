using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Hub.Rerank;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Gemini;

/// <summary>Reranking by Google's Discovery Engine (04-gemini-vertex.md section 5): documents are records, their ids our indexes.</summary>
public sealed class DiscoveryRerank : MediaShape
{
    /// <summary>The one there is.</summary>
    public static DiscoveryRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var read = RerankRequest.Read(request);
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, target.Model);
            json.WriteString("query"u8, RerankRequest.TextOf(read.Query));
            json.WriteStartArray("records"u8);
            for (var i = 0; i < read.Documents.Count; i++)
            {
                var document = read.Documents[i];
                json.WriteStartObject();
                json.WriteString("id"u8, i.ToString(CultureInfo.InvariantCulture));
                json.WriteGiven("title"u8, document.Text("title"u8));
                json.WriteString("content"u8, document.Text("content"u8) ?? RerankRequest.TextOf(document));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteGiven("topN"u8, read.TopN);

            // The documents are here already: they need not come back.
            json.WriteBoolean("ignoreRecordDetailsInResponse"u8, true);
            json.WriteEndObject();
        }

        return new MediaRequest(MediaBody.Json, body.WrittenMemory);
    }

    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        if (answer.Member("records"u8) is not { ValueKind: JsonValueKind.Array } records)
        {
            throw new WireException("The answer holds no records.");
        }

        var results = new List<RerankResult>(records.GetArrayLength());
        foreach (var record in records.EnumerateArray())
        {
            results.Add(long.TryParse(record.Text("id"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? new RerankResult(index, record.Member("score"u8).Number() ?? 0, default)
                : throw new WireException("A record has no id of ours."));
        }

        new RerankResponse { Results = [.. results.OrderByDescending(static result => result.Score)] }.Write(RerankRequest.Read(request), json);
    }
}
