using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>A whole answer on its way from one dialect to another.</summary>
/// <param name="upstream">Reads the upstream's.</param>
/// <param name="client">Writes the client's.</param>
/// <param name="target">Facts about the model that answered.</param>
/// <param name="view">What the client is to see.</param>
public sealed class TranslatedAnswer(DialectCodec upstream, DialectCodec client, TargetModel target, AnswerView view) : AnswerPath, IDisposable
{
    private WrittenJson? _written;
    private JsonDocument? _document;
    private ChatResponse _response = new();
    private bool _isCounted;

    /// <inheritdoc/>
    public override TokenUsage Usage => _response.Usage ?? Estimate();

    /// <inheritdoc/>
    public override bool UsageEstimated => !_isCounted;

    /// <inheritdoc/>
    public override string? AnswerId => _response.Id;

    /// <inheritdoc/>
    public override int Length
    {
        get
        {
            return Written().Length;
        }
    }

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            _document?.Dispose();
            _document = JsonDocument.Parse(answer);
            var root = _document.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.Member("error"u8).ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                return ResponseVerdict.Error;
            }

            _response = upstream.ReadResponse(root, answer, target);
            _response.Usage ??= Reported;
            _isCounted = _response.Usage is not null;
            if (view.Request is { } request)
            {
                ToolRestorer.For(request)?.Apply(_response);
            }

            if (view.MergesReasoning)
            {
                ReasoningMerger.Apply(_response);
            }

            return ResponseVerdict.Good;
        }
        catch (Exception exception) when (exception is JsonException or WireException or InvalidOperationException or FormatException)
        {
            return ResponseVerdict.Malformed;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output)
    {
        output.Write(Written().Span);
    }

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output)
    {
        Complete();
        var writer = client.WriteStream(view);
        foreach (var next in WholeEvents.Of(_response))
        {
            writer.Write(next, output);
        }

        writer.End(output);
    }

    /// <summary>Gives the memory of both texts back.</summary>
    public void Dispose()
    {
        _document?.Dispose();
        _written?.Return();
        _written = null;
    }

    private ReadOnlyMemory<byte> Written()
    {
        if (_written is null)
        {
            Complete();
            var written = WrittenJson.Rent();
            client.WriteResponse(_response, view, written.Writer);
            written.Writer.Flush();
            _written = written;
        }

        return _written.Memory;
    }

    /// <summary>Clients of every dialect read usage; an estimate is better than none.</summary>
    private void Complete() => _response.Usage ??= Estimate();

    private TokenUsage Estimate()
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        var bytes = _response.Choices.Sum(static choice => choice.Parts.Sum(static part => (long)(part switch
        {
            TextPart text => text.Text.Length,
            ThinkingPart thinking => thinking.Text.Length,
            ToolCallPart call => call.Name.Length + call.Arguments.Length,
            _ => 0,
        })));
        var completion = TokenEstimate.FromBytes(bytes);
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }
}
