using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Vectors;

namespace Tollgate.Engine.Lookups;

/// <summary>A query as a vector, and what it took to make it.</summary>
/// <param name="Json">The vector, a JSON array of numbers.</param>
/// <param name="Usage">Tokens of the query.</param>
/// <param name="Cost">What they cost.</param>
internal sealed record QueryVector(string Json, TokenUsage Usage, CostBreakdown Cost);

/// <summary>Makes vectors of queries, for stores that take nothing else.</summary>
internal sealed class QueryVectors(UpstreamTransport transport, TimeProvider time)
{
    /// <summary>Makes one, unless the call has it from an attempt before or needs none.</summary>
    /// <returns>Why there is none; null when all is well.</returns>
    public async ValueTask<ConnectionFault?> PrepareAsync(CallContext call, CancellationToken cancellationToken)
    {
        var media = call.Media!;
        if (call.Surface is not Surface.VectorSearch || media.Vector is not null
            || call.Snapshot.Lookups.FindStore(call.Envelope.Model)?.Embedding is not { } embedding)
        {
            return null;
        }

        string text;
        using (var document = JsonDocument.Parse(call.Body))
        {
            text = VectorQuery.Read(document.RootElement).Joined;
        }

        try
        {
            return await MakeAsync(call, embedding, text, cancellationToken);
        }
        catch (Exception exception) when (exception is WireException or JsonException or InvalidOperationException or InvalidDataException)
        {
            return new ConnectionFault(
                UpstreamErrorKind.BadResponse, $"{embedding.Connection.ExceptionName} - the query could not be embedded: {exception.Message}");
        }
    }

    private async ValueTask<ConnectionFault?> MakeAsync(CallContext call, Deployment embedding, string text, CancellationToken cancellationToken)
    {
        var connection = embedding.Connection;
        var endpoint = connection.EndpointFor(Surface.Embeddings, stream: false, apiVersion: null);
        if (endpoint.Uri is null)
        {
            return endpoint.Fault;
        }

        var (body, unfit) = BodyOf(embedding, text);
        if (body is null)
        {
            return unfit;
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint.Uri)
        {
            Content = new ReadOnlyMemoryContent(body.Value) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
        };
        if (await connection.AuthorizeAsync(message, clientKey: null, cancellationToken) is { } fault)
        {
            return fault;
        }

        using var response = await transport.For(connection.Transport).SendAsync(message, cancellationToken);
        await using var answer = UpstreamCaller.Decoded(response, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var outcome = await UpstreamErrors.FromResponseAsync(embedding, response, answer, time, cancellationToken);
            return new ConnectionFault(outcome.Kind, $"{connection.ExceptionName} - the query could not be embedded: {outcome.Message}");
        }

        using var document = JsonDocument.Parse(await EmbeddingCaller.ReadAllAsync(answer, cancellationToken));
        var (vector, tokens) = Read(connection, document.RootElement);
        tokens ??= connection.UsageOf(response.Headers)?.PromptTokens ?? TokenEstimate.FromBytes(System.Text.Encoding.UTF8.GetByteCount(text));
        var usage = new TokenUsage(tokens.Value, 0, tokens.Value, 0, 0);

        // On record from here on: it is paid for, whatever becomes of the search.
        call.Usage = usage;
        call.Media!.Vector = new QueryVector(vector, usage, CostCalculator.Calculate(embedding.Prices, usage));
        return null;
    }

    private static (ReadOnlyMemory<byte>? Body, ConnectionFault? Fault) BodyOf(Deployment embedding, string text)
    {
        var connection = embedding.Connection;
        var written = new ArrayBufferWriter<byte>(512);
        if (connection.Embeddings is { } codec)
        {
            var target = connection.TargetFor(Surface.Embeddings);
            using var json = new Utf8JsonWriter(written, HubJson.Writing);
            codec.WriteRequest(new EmbeddingRequest { Model = target.Model, Inputs = [new EmbeddingInput(text)] }, target, json);
            json.Flush();
            return (written.WrittenMemory, null);
        }

        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, embedding.ModelName);
            json.WriteStartArray("input"u8);
            json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var members = new JsonMembers();
        _ = JsonScanner.Scan(written.WrittenSpan, members);
        var edits = new JsonEdits();
        var request = new UpstreamRequest(
            written.WrittenMemory, members, Surface.Embeddings, Stream: false, RequestPolicy.Default with { DropParams = true }, ApiVersion: null);
        if (connection.WriteRequest(request, edits) is { } unfit)
        {
            return (null, unfit);
        }

        var edited = new ArrayBufferWriter<byte>(edits.LengthOf(written.WrittenCount) + 1);
        edits.WriteTo(written.WrittenSpan, edited);
        return (edited.WrittenMemory, null);
    }

    private static (string Vector, long? Tokens) Read(IUpstreamConnection connection, JsonElement answer)
    {
        if (connection.Embeddings is { } codec)
        {
            var response = codec.ReadResponse(answer, connection.TargetFor(Surface.Embeddings));
            return response.Vectors is [var vector, ..]
                ? ("[" + string.Join(',', vector.Select(static number => number.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "]",
                    response.PromptTokens)
                : throw new WireException("the answer holds no embedding.");
        }

        return answer.Member("data"u8) is { ValueKind: JsonValueKind.Array } data && data.GetArrayLength() > 0
            && data[0].Member("embedding"u8) is { ValueKind: JsonValueKind.Array } embedding
            && embedding.EnumerateArray().All(static number => number.ValueKind is JsonValueKind.Number)
                ? (embedding.GetRawText(), answer.Member("usage"u8).Member("prompt_tokens"u8).Count())
                : throw new WireException("the answer holds no embedding.");
    }
}
