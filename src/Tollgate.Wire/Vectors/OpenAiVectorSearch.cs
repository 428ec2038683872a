using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Vectors;

/// <summary>Stores of servers that have OpenAI's form: request and answer stay as they are, without what is the gateway's.</summary>
public sealed class OpenAiVectorSearch : VectorShape
{
    /// <inheritdoc/>
    public override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json) => json.WriteElement(answer);

    /// <inheritdoc/>
    protected override void Write(VectorQuery query, JsonElement request, TargetModel target, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in request.EnumerateObject())
        {
            var name = member.NameOf();
            if (!InternalNames.All.Contains(name, StringComparer.Ordinal) && !InternalNames.MatchesPattern(name))
            {
                json.WritePropertyName(name);
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override IEnumerable<VectorHit> HitsIn(JsonElement answer) => [];
}
