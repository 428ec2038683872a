using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Providers.Natives;

/// <summary>Providers that understand speech in tasks: the file is sent, a task made of it, asked for until it is over, and tidied away.</summary>
internal static class TranscriptFamilies
{
    private static readonly TimeSpan TidyingTime = TimeSpan.FromSeconds(10);

    public static IUpstreamConnection OpenSoniox(ConnectionDraft draft, ConnectionServices services)
    {
        var polling = PollingOf(services);
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface is Surface.Transcriptions ? NativeConnection.Below(draft, "/files") : NativeConnection.NotServed(draft, surface),
            Media = static surface => surface is Surface.Transcriptions ? SonioxTranscription.Instance : null,
            Exchange = (transport, message, _, token) => new TaskCalls(transport, message).SonioxAsync(polling, services.Clock, token),
        });
    }

    /// <summary>Chats are OpenAI's at a gateway of the provider's; transcripts have a host of their own.</summary>
    public static IUpstreamConnection OpenAssembly(ConnectionDraft draft, ConnectionServices services)
    {
        const string gateway = "llm-gateway.";
        var polling = PollingOf(services);
        var chats = EndpointTable.Below(draft);
        return new NativeConnection(draft, new KeyAuthorization(draft, draft.Row.Auth), new NativeWiring
        {
            Address = (surface, _) => surface is Surface.Transcriptions ? Upload() : surface is Surface.Translations ? NativeConnection.NotServed(draft, surface) : chats[surface],
            Media = static surface => surface is Surface.Transcriptions ? AssemblyTranscription.Instance : null,
            Exchange = (transport, message, request, token) => request.Surface is Surface.Transcriptions
                ? new TaskCalls(transport, message).AssemblyAsync(polling, token) : transport.SendAsync(message, token),
        });

        UpstreamEndpoint Upload()
        {
            var (root, query) = EndpointTable.Split(draft.Base!.Replace("//" + gateway, "//api.", StringComparison.Ordinal));
            root = root.EndsWith("/v1", StringComparison.Ordinal) || root.EndsWith("/v2", StringComparison.Ordinal) ? root[..^3] : root;
            return EndpointTable.Make(draft, EndpointTable.Join(root + "/v2/upload", query, "", draft.Deployment.ExtraQuery));
        }
    }

    private static Polling PollingOf(ConnectionServices services) => new(services.Clock) { Limit = TimeSpan.FromHours(2) };

    /// <summary>The requests of one transcription: each with the headers of the first, the key among them.</summary>
    private sealed class TaskCalls(HttpMessageInvoker transport, HttpRequestMessage first)
    {
        public async Task<HttpResponseMessage> AssemblyAsync(Polling polling, CancellationToken cancellationToken)
        {
            var (uploaded, answer) = await SendAsync(first, cancellationToken);
            using (answer)
            {
                if (answer.Text("upload_url"u8) is not { } address)
                {
                    return uploaded;
                }

                uploaded.Dispose();
                var tasks = Beside("upload", "transcript");
                using var task = Make(HttpMethod.Post, tasks, With("audio_url"u8, address));
                return await polling.RunAsync(transport, task, state => state.Text("status"u8) switch
                {
                    "queued" or "processing" when state.Text("id"u8) is { } id => PollState.Goes(Below(tasks, id)),
                    "error" => PollState.Over with { Status = HttpStatusCode.BadRequest },
                    _ => PollState.Over,
                }, cancellationToken);
            }
        }

        public async Task<HttpResponseMessage> SonioxAsync(Polling polling, TimeProvider clock, CancellationToken cancellationToken)
        {
            var (uploaded, file) = await SendAsync(first, cancellationToken);
            using (file)
            {
                if (file.Text("id"u8) is not { } id)
                {
                    return uploaded;
                }

                uploaded.Dispose();
                var left = new List<Uri> { Below(first.RequestUri!, id) };
                try
                {
                    return await SonioxTaskAsync(polling, id, left, cancellationToken);
                }
                finally
                {
                    await TidyAsync(left, clock);
                }
            }
        }

        private async Task<HttpResponseMessage> SonioxTaskAsync(Polling polling, string file, List<Uri> left, CancellationToken cancellationToken)
        {
            var tasks = Beside("files", "transcriptions");
            using var task = Make(HttpMethod.Post, tasks, With("file_id"u8, file));
            var over = await polling.RunAsync(transport, task, state =>
            {
                if (state.Text("id"u8) is not { } id)
                {
                    return PollState.Over;
                }

                if (left.Count == 1)
                {
                    left.Insert(0, Below(tasks, id));
                }

                return state.Text("status"u8) is "queued" or "processing" ? PollState.Goes(Below(tasks, id))
                    : state.Text("status"u8) is "error" ? PollState.Over with { Status = HttpStatusCode.BadRequest } : PollState.Over;
            }, cancellationToken);
            if (!over.IsSuccessStatusCode)
            {
                return await WithMessageAsync(over, cancellationToken);
            }

            var state = await over.Content.ReadAsByteArrayAsync(cancellationToken);
            if (left.Count == 1)
            {
                return over;
            }

            over.Dispose();
            using var ask = Make(HttpMethod.Get, Below(left[0], "transcript"));
            var (transcript, text) = await SendAsync(ask, cancellationToken);
            using (text)
            {
                return text.Root is { ValueKind: JsonValueKind.Object } root ? Polling.Ended(transcript, Joined(state, root), transcript.StatusCode) : transcript;
            }
        }

        /// <summary>A task that failed says why in words of its own.</summary>
        private static async Task<HttpResponseMessage> WithMessageAsync(HttpResponseMessage failed, CancellationToken cancellationToken)
        {
            var body = await failed.Content.ReadAsByteArrayAsync(cancellationToken);
            using var answer = Parsed.Of(body);
            return answer.Text("error_message"u8) is not { } said ? Polling.Ended(failed, body, failed.StatusCode)
                : Polling.Ended(failed, Object(json =>
                {
                    json.WriteStartObject("error"u8);
                    json.WriteString("message"u8, said);
                    json.WriteString("type"u8, answer.Text("error_type"u8) ?? "invalid_request_error");
                    json.WriteEndObject();
                }), failed.StatusCode);
        }

        /// <summary>What is left at the provider is deleted, whatever came of it; that it cannot be changes nothing for the client.</summary>
        private async Task TidyAsync(List<Uri> left, TimeProvider clock)
        {
            using var time = new CancellationTokenSource(TidyingTime, clock);
            foreach (var address in left)
            {
                try
                {
                    using var delete = Make(HttpMethod.Delete, address);
                    using var gone = await transport.SendAsync(delete, time.Token);
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
                {
                    return;
                }
            }
        }

        private async Task<(HttpResponseMessage Response, Parsed Answer)> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            var response = await transport.SendAsync(message, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return (response, default);
            }

            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            Polling.Ended(response, body, response.StatusCode);
            return (response, Parsed.Of(body));
        }

        private HttpRequestMessage Make(HttpMethod method, Uri address, byte[]? json = null)
        {
            var message = new HttpRequestMessage(method, address);
            if (json is not null)
            {
                message.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            }

            foreach (var (name, values) in first.Headers.NonValidated)
            {
                message.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
            }

            return message;
        }

        /// <summary>The request for a task, with the name of the file in it.</summary>
        private byte[] With(ReadOnlySpan<byte> name, string file)
        {
            var member = JsonEncodedText.Encode(name);
            using var task = JsonDocument.Parse(SecondBody.Of(first));
            return Object(json =>
            {
                json.WriteString(member, file);
                foreach (var other in task.RootElement.EnumerateObject())
                {
                    json.WritePropertyName(other.Name);
                    json.WriteElement(other.Value);
                }
            });
        }

        private static byte[] Joined(byte[] state, JsonElement transcript)
        {
            using var task = JsonDocument.Parse(state);
            return Object(json =>
            {
                json.WriteElement("transcription"u8, task.RootElement);
                json.WriteElement("transcript"u8, transcript);
            });
        }

        private static byte[] Object(Action<Utf8JsonWriter> write)
        {
            var written = new ArrayBufferWriter<byte>(256);
            using (var json = new Utf8JsonWriter(written, HubJson.Writing))
            {
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
            }

            return written.WrittenSpan.ToArray();
        }

        private Uri Beside(string last, string other)
        {
            var address = first.RequestUri!;
            return new UriBuilder(address) { Path = address.AbsolutePath[..^last.Length] + other }.Uri;
        }

        private static Uri Below(Uri address, string name) => new UriBuilder(address) { Path = $"{address.AbsolutePath}/{Uri.EscapeDataString(name)}" }.Uri;
    }

    /// <summary>An answer as JSON, where it is some.</summary>
    private readonly struct Parsed(JsonDocument? document) : IDisposable
    {
        public JsonElement Root => document?.RootElement ?? default;

        public static Parsed Of(byte[] body)
        {
            try
            {
                return new Parsed(JsonDocument.Parse(body));
            }
            catch (JsonException)
            {
                // Whoever reads the answer says what is wrong with it.
                return default;
            }
        }

        public string? Text(ReadOnlySpan<byte> name) => Root.Text(name);

        public void Dispose() => document?.Dispose();
    }
}
