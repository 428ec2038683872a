using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Media;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>Translates lines of batches: OpenAI's chat calls into the provider's dialect, and answers back.</summary>
internal sealed class LineTranslator(RequestMedia media, TimeProvider time)
{
    private const string Endpoint = "/v1/chat/completions";

    /// <summary>Translates the line of a batch.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <param name="spoken">The dialect of the provider's lines.</param>
    /// <param name="connect">The way to the model that a line names.</param>
    /// <param name="cancellationToken">The client has left.</param>
    /// <returns>The client's id of the line and its body.</returns>
    /// <exception cref="ApiException">400 for a line that cannot be said.</exception>
    public async Task<(string CustomId, ReadOnlyMemory<byte> Body)> WriteAsync(
        CallContext call, ReadOnlyMemory<byte> line, int number, Surface spoken, Func<string, IUpstreamConnection> connect,
        CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var customId = Text(root, "custom_id") ?? throw Refuse(number, "has no custom_id.");
            if (Text(root, "url") is { } url && !url.EndsWith(Endpoint["/v1".Length..], StringComparison.Ordinal))
            {
                throw Refuse(number, $"calls {url}: this provider runs batches of {Endpoint} only.");
            }

            if (!root.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object)
            {
                throw Refuse(number, "has no body.");
            }

            var connection = connect(Text(body, "model") ?? throw Refuse(number, "names no model."));
            var translated = await TranslateAsync(call, body.Bytes().ToArray(), spoken, connection, cancellationToken);
            return translated.Fault is { } fault ? throw Refuse(number, $"cannot be run: {fault.Message}") : (customId, translated.Body);
        }
        catch (JsonException broken)
        {
            throw Refuse(number, $"is not JSON: {broken.Message}");
        }
        catch (WireException unfit)
        {
            throw Refuse(number, $"cannot be run: {unfit.Message}");
        }
        catch (InvalidOperationException broken) when (broken.Source is "System.Text.Json")
        {
            throw Refuse(number, "holds half a character.");
        }
    }

    /// <summary>Translates an answer.</summary>
    /// <returns>The answer in OpenAI's dialect; empty when it is none of the provider's.</returns>
    public ReadOnlyMemory<byte> Read(Surface spoken, IUpstreamConnection connection, JsonElement answer, string? model)
    {
        try
        {
            var bytes = answer.Bytes().ToArray();
            using var document = JsonDocument.Parse(bytes);
            var target = connection.TargetFor(spoken);
            var response = Dialects.Of(spoken)!.ReadResponse(document.RootElement, bytes, target);
            var name = model ?? response.Model ?? target.Model;
            var view = new AnswerView
            {
                Surface = Surface.Chat,
                Model = name,
                ModelJson = JsonText.Quote(name),
                CreatedUnixSeconds = time.GetUtcNow().ToUnixTimeSeconds(),
            };
            var written = new ArrayBufferWriter<byte>(1024);
            using (var json = new Utf8JsonWriter(written, HubJson.Writing))
            {
                Dialects.Of(Surface.Chat)!.WriteResponse(response, view, json);
            }

            return written.WrittenMemory;
        }
        catch (Exception unread) when (unread is WireException or JsonException)
        {
            return default;
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Body, ConnectionFault? Fault)> TranslateAsync(
        CallContext call, ReadOnlyMemory<byte> body, Surface spoken, IUpstreamConnection connection, CancellationToken cancellationToken)
    {
        if (spoken is Surface.Chat)
        {
            return Edit(connection, body, Surface.Chat, static (to, request, edits) => to.WriteRequest(request, edits));
        }

        var (edited, fault) = Edit(connection, body, Surface.Chat, static (to, request, edits) => to.ApplyPolicy(request, edits));
        if (fault is not null)
        {
            return (default, fault);
        }

        using var document = JsonDocument.Parse(edited);
        var client = Dialects.Of(Surface.Chat)!;
        var upstream = Dialects.Of(spoken)!;
        var asked = client.ReadRequest(document.RootElement, edited);
        var target = connection.TargetFor(spoken);
        asked.Model = target.Model;
        asked.Stream = false;
        ForeignBlocks.Spell(asked, spoken, edited);
        if (Fidelity.Check(asked, client, upstream, target.DropParams ? true : null, target) is { Refused: { Count: > 0 } refused })
        {
            return (default, new ConnectionFault(
                UpstreamErrorKind.UnsupportedParams,
                $"{target.Provider} does not support parameters: ['{string.Join("', '", refused)}'], for model={target.Model}."));
        }

        await media.ResolveAsync(asked, upstream, target, call.Snapshot.Config.Media, cancellationToken);
        var written = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            upstream.WriteRequest(asked, target, json);
        }

        return Edit(connection, written.WrittenMemory, spoken, static (to, request, edits) => to.WriteRequest(request, edits));
    }

    private static (ReadOnlyMemory<byte> Body, ConnectionFault? Fault) Edit(
        IUpstreamConnection connection, ReadOnlyMemory<byte> body, Surface surface, Func<IUpstreamConnection, UpstreamRequest, JsonEdits, ConnectionFault?> edit)
    {
        var members = new JsonMembers();
        if (JsonScanner.Scan(body.Span, members) is { IsNone: false } broken)
        {
            return (default, new ConnectionFault(UpstreamErrorKind.BadRequest, broken.Describe()));
        }

        var edits = new JsonEdits();
        if (edit(connection, new UpstreamRequest(body, members, surface, Stream: false, RequestPolicy.Default, ApiVersion: null), edits) is { } fault)
        {
            return (default, fault);
        }

        var output = new ArrayBufferWriter<byte>(edits.LengthOf(body.Length) + 1);
        edits.WriteTo(body.Span, output);
        return (output.WrittenMemory, null);
    }

    private static string? Text(JsonElement root, string name)
        => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static ApiException Refuse(int number, string what) => ApiException.BadRequest($"Line {number} of the file {what}", "file");
}
