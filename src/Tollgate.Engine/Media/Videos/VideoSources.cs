using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Media.Videos;

/// <summary>What calls that make films go out from: the film of a remix, edit or extension, and characters, which providers know by ids of their own.</summary>
internal sealed class VideoSources(VideoOwners owners)
{
    /// <summary>Leads a call to whoever has the film that it goes out from, and puts the provider's ids into its body.</summary>
    /// <exception cref="ApiException">The film is not there, or is somebody else's.</exception>
    public ValueTask FindAsync(CallContext call, in CallRoute route)
        => call.Surface is not Surface.Videos ? ValueTask.CompletedTask : FindFilmAsync(call, route.Rework, route.SourceId);

    private async ValueTask FindFilmAsync(CallContext call, string? rework, string? pathId)
    {
        using var body = Parse(call);
        var root = body?.RootElement ?? default;
        var written = rework is null ? null : pathId ?? root.Member("video"u8).Text("id"u8) ?? root.Text("video_id"u8) ?? root.Text("video"u8);
        var film = written is null ? null : VideoIds.TryDecode(written);
        if (film is not null)
        {
            var holder = VideoHolders.Find(call, film, out var model) ?? throw new ApiException(404, $"Video not found: {written}", "invalid_request_error");
            await owners.CheckAsync(call, holder.Connection.Provider, film.Id);
            call.PathModel = model;
            call.PinnedDeployment = holder.Id;
            call.IsBoundToProvider = true;
        }
        else if (rework is not null && call.PathModel is null)
        {
            call.PathModel = Asked(call);
        }

        var id = film?.Id ?? written;
        if (rework is not null)
        {
            if (id is null && call.Form is not { Parts.Count: > 0 })
            {
                throw ApiException.BadRequest($"{call.Route}: Missing required parameter: 'video'.", "video");
            }

            call.Operation = pathId is null ? "/" + rework : $"/{Uri.EscapeDataString(id!)}/{rework}";
        }

        if (body is not null && root.ValueKind is JsonValueKind.Object && (film is not null || root.Member("characters"u8).ValueKind is JsonValueKind.Array))
        {
            call.Body = Written(root, pathId is null ? film?.Id : null);
        }
    }

    /// <summary>The body, where it is read as JSON: what is wrong with one that is none is said later.</summary>
    private static JsonDocument? Parse(CallContext call)
    {
        try
        {
            return call.Body.IsEmpty ? null : JsonDocument.Parse(call.Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The model of a call whose film does not tell it.</summary>
    private static string? Asked(CallContext call)
    {
        var request = call.Http.Request;
        return request.Query["model"].ToString() is { Length: > 0 } query ? query
            : request.Headers["x-litellm-model"].ToString() is { Length: > 0 } header ? header : null;
    }

    private static ReadOnlyMemory<byte> Written(JsonElement root, string? film)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                if (film is not null && member.Name is "video" or "video_id")
                {
                    json.WriteStartObject("video"u8);
                    json.WriteString("id"u8, film);
                    json.WriteEndObject();
                }
                else if (member.Name is "characters" && member.Value.ValueKind is JsonValueKind.Array)
                {
                    WriteCharacters(json, member.Value);
                }
                else
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private static void WriteCharacters(Utf8JsonWriter json, JsonElement characters)
    {
        json.WriteStartArray("characters"u8);
        foreach (var character in characters.EnumerateArray())
        {
            if (character.Text("id"u8) is { } id && VideoIds.TryDecode(id) is { } own)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, own.Id);
                json.WriteEndObject();
            }
            else
            {
                json.WriteElement(character);
            }
        }

        json.WriteEndArray();
    }
}
