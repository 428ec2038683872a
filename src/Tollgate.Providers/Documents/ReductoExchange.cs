using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Documents;

/// <summary>What a call of Reducto is made of besides the one request.</summary>
internal static class ReductoExchange
{
    /// <summary>Longest answer that is fetched.</summary>
    private const long MostAnswer = 128L * 1024 * 1024;

    private static readonly string[] Documents = ["input", "document_url"];

    public static async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker transport, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await message.Content!.ReadAsByteArrayAsync(cancellationToken));
        foreach (var name in Documents)
        {
            if (body.RootElement.TryGetProperty(name, out var document) && document.Text() is { } text && text.StartsWith("data:", StringComparison.Ordinal))
            {
                var (id, failure) = await UploadAsync(transport, message, MediaSource.FromUrl(text), cancellationToken);
                if (failure is not null)
                {
                    return failure;
                }

                message.Content = WithDocument(body.RootElement, name, id!);
            }
        }

        return await WholeAsync(transport, await transport.SendAsync(message, cancellationToken), message.RequestUri!, cancellationToken);
    }

    private static async Task<(string? Id, HttpResponseMessage? Failure)> UploadAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, MediaSource document, CancellationToken cancellationToken)
    {
        const string parse = "/parse";
        var address = message.RequestUri!;
        var path = address.AbsolutePath.EndsWith(parse, StringComparison.Ordinal) ? address.AbsolutePath[..^parse.Length] : address.AbsolutePath;
        using var upload = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(address) { Path = path + "/upload" }.Uri);
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            upload.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values);
        }

        var type = document.MediaType ?? "application/pdf";
        var file = new ByteArrayContent(Convert.FromBase64String(Encoding.ASCII.GetString(document.Base64.Span)));
        file.Headers.TryAddWithoutValidation("Content-Type", type);
        using var form = new MultipartFormDataContent { { file, "file", "document." + MediaTypes.FormatOf(type) } };
        upload.Content = form;
        var answer = await transport.SendAsync(upload, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            return (null, answer);
        }

        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return json.RootElement.Text("file_id"u8) is { } id ? (id, null) : (null, Failed(answer, "The provider took the document but named no id."));
        }
        catch (JsonException)
        {
            return (null, Failed(answer, "The provider took the document but named no id."));
        }
    }

    /// <summary>A result that is kept elsewhere, put into the answer. Where it is kept needs no key, and gets none.</summary>
    private static async Task<HttpResponseMessage> WholeAsync(
        HttpMessageInvoker transport, HttpResponseMessage answer, Uri provider, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            return answer;
        }

        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var result = json.RootElement.Member("result"u8);
            if (result.Text("type"u8) is not "url")
            {
                return Polling.Ended(answer, bytes, answer.StatusCode);
            }

            if (!Uri.TryCreate(result.Text("url"u8), UriKind.Absolute, out var address)
                || (address.Scheme is not "https" && !ForeignRequest.IsSameOrigin(address, provider)))
            {
                return Failed(answer, "The result is at an address that cannot be asked.");
            }

            using var ask = ForeignRequest.To(HttpMethod.Get, address, provider);
            using var kept = await transport.SendAsync(ask, cancellationToken);
            return !kept.IsSuccessStatusCode || kept.Content.Headers.ContentLength > MostAnswer
                ? Failed(answer, "The result could not be fetched from where the provider keeps it.")
                : Polling.Ended(answer, Joined(json.RootElement, await kept.Content.ReadAsByteArrayAsync(cancellationToken)), HttpStatusCode.OK);
        }
        catch (JsonException)
        {
            // Whoever reads the answer says what is wrong with it.
            return Polling.Ended(answer, bytes, answer.StatusCode);
        }
    }

    private static byte[] Joined(JsonElement answer, byte[] kept)
    {
        using var result = JsonDocument.Parse(kept);
        return Written(json =>
        {
            foreach (var member in answer.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (member.Name is not "result")
                {
                    json.WriteElement(member.Value);
                }
                else if (result.RootElement.ValueKind is JsonValueKind.Array)
                {
                    json.WriteStartObject();
                    json.WriteElement("chunks"u8, result.RootElement);
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteElement(result.RootElement);
                }
            }
        });
    }

    private static ByteArrayContent WithDocument(JsonElement body, string name, string id)
    {
        var written = new ByteArrayContent(Written(json =>
        {
            foreach (var member in body.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (string.Equals(member.Name, name, StringComparison.Ordinal))
                {
                    json.WriteStringValue(id);
                }
                else
                {
                    json.WriteElement(member.Value);
                }
            }
        }));
        written.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return written;
    }

    private static byte[] Written(Action<Utf8JsonWriter> members)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output, HubJson.Writing))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static HttpResponseMessage Failed(HttpResponseMessage answer, string why)
        => Polling.Ended(answer, Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{why}}}","code":"502"}}"""), HttpStatusCode.BadGateway);
}
