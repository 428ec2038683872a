using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Wire.Tests.Hub;

/// <summary>Runs codecs over texts.</summary>
internal static class Codecs
{
    public static readonly TargetModel Target = new() { Provider = "test", Model = "upstream-model" };

    public static AnswerView View(Surface surface, bool showUsage = true, ChatRequest? request = null) => new()
    {
        Surface = surface,
        Model = "public-model",
        ModelJson = "\"public-model\""u8.ToArray(),
        CreatedUnixSeconds = 1_700_000_000,
        ShowUsage = showUsage,
        Request = request,
        NewId = static () => "00112233445566778899aabbccddeeff",
    };

    public static ChatRequest Read(this DialectCodec codec, string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return codec.ReadRequest(JsonDocument.Parse(body).RootElement, body);
    }

    public static string Write(this DialectCodec codec, ChatRequest request, TargetModel? target = null)
    {
        request.Model = (target ?? Target).Model;
        return Written(json => codec.WriteRequest(request, target ?? Target, json));
    }

    public static ChatResponse Answer(this DialectCodec codec, string json, TargetModel? target = null)
    {
        var body = Encoding.UTF8.GetBytes(json);
        return codec.ReadResponse(JsonDocument.Parse(body).RootElement, body, target ?? Target);
    }

    public static string Write(this DialectCodec codec, ChatResponse response, AnswerView? view = null)
        => Written(json => codec.WriteResponse(response, view ?? View(codec.Surface), json));

    /// <summary>Runs an upstream's stream through the hub into a client's.</summary>
    public static (string Text, TranslatedStream Path) Translate(
        DialectCodec upstream, DialectCodec client, byte[] stream, int piece = int.MaxValue, AnswerView? view = null, TargetModel? target = null)
    {
        view ??= View(client.Surface);
        var path = new TranslatedStream(
            upstream.ReadStream(target ?? Target), client.WriteStream(view), view.Request is { } request ? ToolRestorer.For(request) : null);
        var output = new ArrayBufferWriter<byte>();
        var splitter = upstream.SplitStream();
        var isClosed = false;
        var held = Array.Empty<byte>();
        for (var at = 0; at < stream.Length && !isClosed; at += piece)
        {
            held = [.. held, .. stream.AsSpan(at, Math.Min(piece, stream.Length - at))];
            while (!isClosed)
            {
                var found = splitter.TryRead(held, out var consumed, out var next);
                isClosed = found && Take(path, next, output);
                held = held[consumed..];
                if (!found)
                {
                    break;
                }
            }
        }

        if (!isClosed && splitter.TryFinish(held, out var last))
        {
            isClosed = Take(path, last, output);
        }

        path.WriteEnd(output, isClosed);
        return (Encoding.UTF8.GetString(output.WrittenSpan), path);
    }

    private static bool Take(TranslatedStream path, in SseEvent next, ArrayBufferWriter<byte> output)
    {
        if (next.IsComment)
        {
            return false;
        }

        switch (path.Next(next.Data))
        {
            case ChunkAction.Forward:
                path.WriteTo(next.Data, output);
                return false;
            case ChunkAction.Done:
                return true;
            case ChunkAction.Drop:
                return false;
            case var other:
                throw new InvalidOperationException($"{other}: {Encoding.UTF8.GetString(next.Data.Span)}");
        }
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            write(json);
        }

        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        using var check = JsonDocument.Parse(text);
        return text;
    }
}
