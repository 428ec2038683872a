using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Media.Videos;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.PassThrough.Videos;

/// <summary>Answers about films as clients see them: with ids that lead back, and the model's name as clients know it.</summary>
/// <param name="Encode">The gateway's id for one of the provider's.</param>
/// <param name="Model">The model's name; null leaves the provider's.</param>
internal sealed record VideoAnswers(Func<string, string> Encode, string? Model)
{
    private static readonly string[] Ids = ["id", "remixed_from_video_id", "first_id", "last_id"];

    /// <summary>Whose answers these are: of a deployment, or of settings that no id has to tell.</summary>
    public static VideoAnswers Of(VideoId? holder, bool isCharacter) => holder is null ? new VideoAnswers(static id => id, null)
        : new VideoAnswers(
            id => isCharacter ? VideoIds.EncodeCharacter(holder with { Id = id }) : VideoIds.Encode(holder with { Id = id }), null);

    /// <summary>One film, or a list of them of which only some are to be seen.</summary>
    /// <param name="json">The provider's answer.</param>
    /// <param name="visible">Ids that may be seen; null for all.</param>
    public ReadOnlyMemory<byte> Write(ReadOnlyMemory<byte> json, IReadOnlySet<string>? visible = null)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return json;
            }

            var output = new ArrayBufferWriter<byte>(json.Length + 256);
            using (var writer = new Utf8JsonWriter(output, HubJson.Writing))
            {
                Copy(document.RootElement, visible, writer);
            }

            return output.WrittenMemory;
        }
        catch (JsonException)
        {
            return json;
        }
    }

    /// <summary>Ids of a list.</summary>
    public static IReadOnlyCollection<string> IdsIn(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Member("data"u8) is { ValueKind: JsonValueKind.Array } items
                ? [.. items.EnumerateArray().Select(static item => item.Text("id"u8)).OfType<string>()] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private void Copy(JsonElement value, IReadOnlySet<string>? visible, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            if (member.Value.ValueKind is JsonValueKind.String && Ids.Contains(member.Name, StringComparer.Ordinal))
            {
                json.WriteStringValue(Encode(member.Value.GetString()!));
            }
            else if (Model is not null && member.Value.ValueKind is JsonValueKind.String && member.Name is "model")
            {
                json.WriteStringValue(Model);
            }
            else if (member.Name is "data" && member.Value.ValueKind is JsonValueKind.Array)
            {
                json.WriteStartArray();
                foreach (var item in member.Value.EnumerateArray().Where(item => visible is null || (item.Text("id"u8) is { } id && visible.Contains(id))))
                {
                    Copy(item, visible, json);
                }

                json.WriteEndArray();
            }
            else
            {
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }
}
