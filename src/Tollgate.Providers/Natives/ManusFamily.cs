using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Natives;

/// <summary>
/// Manus: OpenAI's responses over tasks of an agent (07-native-others.md section 15). A client of responses gets the task as it begins and asks
/// for it itself; one that streams, or speaks another dialect, gets what it came to.
/// </summary>
internal static class ManusFamily
{
    // COMPAT: what LiteLLM sends, so that tasks run the same way as before.
    private const string TaskMode = "agent";

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        draft.Base = VersionedBase(draft.Base);

        // The deployment's own timeout ends what takes too long: research takes a quarter of an hour.
        var polling = new Polling(services.Clock) { Pause = TimeSpan.FromSeconds(2), Limit = TimeSpan.FromDays(1) };
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Spoken = Surface.Responses,
            Address = (surface, _) => surface is Surface.Responses ? NativeConnection.Below(draft, "/responses") : NativeConnection.NotServed(draft, surface),
            Shape = (body, _, json) => Shape(body, draft.Model, json),
            Exchange = async (transport, message, request, token) =>
            {
                var waits = request.Stream || request.IsTranslated;
                var answer = waits
                    ? await polling.RunAsync(transport, message, task => StateOf(task, message.RequestUri!), token)
                    : await transport.SendAsync(message, token);
                return await CompleteAsync(answer, token);
            },
        });
    }

    /// <summary>Files are kept below the same version as responses.</summary>
    private static string? VersionedBase(string? address)
    {
        const string version = "/v1";
        if (address is null)
        {
            return null;
        }

        var (root, query) = EndpointTable.Split(address);
        root = root.EndsWith(version, StringComparison.Ordinal) ? root : root + version;
        return query.Length > 0 ? $"{root}?{query}" : root;
    }

    /// <summary>The model's name is the profile of the agent; streams are made here and not asked for.</summary>
    private static void Shape(JsonElement body, string profile, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var member in body.EnumerateObject())
        {
            if (member.Name is not ("model" or "stream" or "stream_options"))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }

        if (!body.Member("agent_profile"u8).IsGiven())
        {
            json.WriteString("agent_profile"u8, profile);
        }

        if (!body.Member("task_mode"u8).IsGiven())
        {
            json.WriteString("task_mode"u8, TaskMode);
        }

        json.WriteEndObject();
    }

    private static PollState StateOf(JsonElement task, Uri address) => task.Text("status"u8) switch
    {
        "running" or "pending" or "queued" or "in_progress" when task.Text("id"u8) is { Length: > 0 } id
            => PollState.Goes(new UriBuilder(address) { Path = $"{address.AbsolutePath}/{Uri.EscapeDataString(id)}" }.Uri),
        "failed" or "error" or "cancelled" => PollState.Over with { Status = HttpStatusCode.InternalServerError },
        _ => PollState.Over,
    };

    /// <summary>A task that has only begun has no output yet, and its time has another name: clients of responses need both.</summary>
    private static async Task<HttpResponseMessage> CompleteAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            return answer;
        }

        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            return Polling.Ended(answer, document.RootElement.ValueKind is JsonValueKind.Object ? Completed(document.RootElement) : body, answer.StatusCode);
        }
        catch (JsonException)
        {
            // Whoever reads the answer says what is wrong with it.
            return Polling.Ended(answer, body, answer.StatusCode);
        }
    }

    private static byte[] Completed(JsonElement task)
    {
        var written = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in task.EnumerateObject())
            {
                if (member.Name is not ("created_at" or "createdAt") && (member.Name is not "output" || member.Value.ValueKind is JsonValueKind.Array))
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            if (!task.Member("object"u8).IsGiven())
            {
                json.WriteString("object"u8, "response"u8);
            }

            if ((TimeOf(task.Member("created_at"u8)) ?? TimeOf(task.Member("createdAt"u8))) is { } created)
            {
                json.WriteNumber("created_at"u8, created);
            }

            if (task.Member("output"u8).ValueKind is not JsonValueKind.Array)
            {
                json.WriteStartArray("output"u8);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return written.WrittenSpan.ToArray();
    }

    /// <summary>Unix seconds, also those in quotes.</summary>
    private static long? TimeOf(JsonElement time)
        => time.Count() ?? (long.TryParse(time.Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);
}
