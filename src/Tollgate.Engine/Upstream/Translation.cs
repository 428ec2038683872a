using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Media;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Anthropic;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Responses;

namespace Tollgate.Engine.Upstream;

/// <summary>One attempt whose client and upstream speak different dialects: the request as it is sent, and what reads the answer.</summary>
internal sealed class Translation : IDisposable
{
    private readonly DialectCodec _client;
    private readonly JsonDocument _document;
    private readonly ChatRequest _request;
    private readonly WrittenJson _written = WrittenJson.Rent();

    private Translation(DialectCodec client, DialectCodec upstream, TargetModel target, JsonDocument document, ChatRequest request)
    {
        _client = client;
        Upstream = upstream;
        Target = target;
        _document = document;
        _request = request;
    }

    /// <summary>The dialect of the upstream.</summary>
    public DialectCodec Upstream { get; }

    /// <summary>Facts about the model.</summary>
    public TargetModel Target { get; }

    /// <summary>The body in the upstream's dialect.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Its root members.</summary>
    public JsonMembers Members { get; } = new();

    /// <summary>Translates a call's request.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="deployment">Where it goes.</param>
    /// <param name="spoken">What the upstream is spoken to in.</param>
    /// <param name="media">Fetches what the upstream takes as bytes only.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <param name="prompt">Which one of a list of prompts is meant, to be answered whole; null for a call of one.</param>
    /// <returns>The translation, or why there is none.</returns>
    public static async ValueTask<(Translation? Opened, ConnectionFault? Fault)> OpenAsync(
        CallContext call, CallScratch scratch, Deployment deployment, Surface spoken, RequestMedia media, CancellationToken cancellationToken,
        int? prompt = null)
    {
        if (Dialects.Of(call.Surface) is not { } client || Dialects.Of(spoken) is not { } upstream)
        {
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, $"{deployment.Connection.ExceptionName} - the provider does not serve {call.Route}."));
        }

        JsonDocument? document = null;
        try
        {
            var (body, fault) = ClientBody(call, scratch, deployment);
            if (fault is not null)
            {
                return (null, fault);
            }

            document = JsonDocument.Parse(body);
            var request = prompt is { } index ? CompletionsCodec.ReadPrompt(document.RootElement, index) : client.ReadRequest(document.RootElement, body);
            request.Stream = call.Envelope.Stream && prompt is null;
            if (call.Surface == Surface.Responses)
            {
                // COMPAT: an answer that nobody has kept: the call starts afresh, as with LiteLLM (08-bridges.md section 2.5).
                request.PreviousResponseId = null;
            }

            if (spoken != Surface.Responses)
            {
                ReasoningCarrier.Remove(request);
            }

            var target = deployment.Connection.TargetFor(spoken);
            request.Model = target.Model;
            if (call.Surface is not (Surface.Chat or Surface.Completions))
            {
                deployment.Connection.ApplyDefaults(request);
                HubDrops.Apply(request, deployment.Config.AdditionalDropParams);
                HubDrops.Apply(request, call.Envelope.Policy.AdditionalDropParams);
            }

            if (!deployment.Config.CachePoints.IsDefaultOrEmpty
                && upstream.TreatmentOf(Feature.CacheHints, request, target).Handling is Handling.Carried or Handling.Changed)
            {
                CacheInjection.Apply(request, deployment.Config.CachePoints);
            }

            ForeignBlocks.Spell(request, spoken, body);
            var mayDrop = DropParams(call, deployment);
            target = target with { DropParams = mayDrop ?? target.DropParams };
            var report = Fidelity.Check(request, client, upstream, mayDrop, target);
            if (report.Refused.Count > 0)
            {
                document.Dispose();
                return (null, Refusal(target, report.Refused));
            }

            call.DroppedParams = report.Dropped;
            await media.ResolveAsync(request, upstream, target, call.Snapshot.Config.Media, cancellationToken);
            var translation = new Translation(client, upstream, target with { Asked = request }, document, request);
            translation.Write();
            return (translation, null);
        }
        catch (WireException exception)
        {
            document?.Dispose();
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, exception.Message, exception.Param));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException { Source: "System.Text.Json" })
        {
            // The scanner has accepted the text; what is left is nesting beyond the parser's limit, and names or texts that are half a character.
            document?.Dispose();
            return (null, new ConnectionFault(UpstreamErrorKind.BadRequest, $"Invalid JSON payload: {exception.Message}"));
        }
    }

    /// <summary>The way of a stream back to the client.</summary>
    public StreamPath Stream(AnswerView view)
        => new TranslatedStream(
            Upstream.ReadStream(Target), _client.WriteStream(Complete(view)), ToolRestorer.For(_request),
            view.MergesReasoning ? new ReasoningMerger() : null);

    /// <summary>The way of a whole answer back to the client.</summary>
    public AnswerPath Answer(AnswerView view) => new TranslatedAnswer(Upstream, _client, Target, Complete(view));

    /// <summary>No transport reads the body any more, so that its memory may be used again.</summary>
    public bool IsSent { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _document.Dispose();
        if (IsSent)
        {
            _written.Return();
        }
    }

    private AnswerView Complete(AnswerView view) => view with { Request = _request, RequestJson = _document.RootElement };

    private void Write()
    {
        Upstream.WriteRequest(_request, Target, _written.Writer);
        _written.Writer.Flush();
        Body = _written.Memory;
        var fault = JsonScanner.Scan(Body.Span, Members);
        if (!fault.IsNone)
        {
            throw new InvalidOperationException($"{Upstream.Name}: the request was written as broken JSON: {fault.Describe()}.");
        }
    }

    /// <summary>The client's body with the operator's and the provider's say about its parameters.</summary>
    internal static (ReadOnlyMemory<byte> Body, ConnectionFault? Fault) ClientBody(CallContext call, CallScratch scratch, Deployment deployment)
    {
        var edits = scratch.RequestEdits;
        edits.Clear();
        if (deployment.Connection.ApplyPolicy(UpstreamCaller.RequestFor(call), edits) is { } fault)
        {
            return (default, fault);
        }

        if (edits.Count == 0)
        {
            return (call.Body, null);
        }

        var edited = new ArrayBufferWriter<byte>(edits.LengthOf(call.Body.Length) + 1);
        edits.WriteTo(call.Body.Span, edited);
        return (edited.WrittenMemory, null);
    }

    private static bool? DropParams(CallContext call, Deployment deployment)
        => call.Envelope.Policy.DropParams ?? deployment.Config.DropParams ?? (call.Snapshot.Config.Models.DropParams ? true : null);

    private static ConnectionFault Refusal(TargetModel target, IReadOnlyList<string> names)
    {
        var list = "['" + string.Join("', '", names) + "']";

        // COMPAT: LiteLLM's words, which clients match (providers.md section 4, step 5).
        return new ConnectionFault(
            UpstreamErrorKind.UnsupportedParams,
            $"{target.Provider} does not support parameters: {list}, for model={target.Model}. "
            + "To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. \n If you want to use these "
            + $"params dynamically send allowed_openai_params={list} in your request.");
    }
}
