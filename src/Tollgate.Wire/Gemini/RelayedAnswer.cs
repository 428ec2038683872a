using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Gemini;

/// <summary>A whole answer between two that speak the dialect: its bytes, with the usage read.</summary>
internal sealed class RelayedAnswer(AnswerView view) : AnswerPath
{
    private readonly RelayedChunk _chunk = new();
    private ReadOnlyMemory<byte> _answer;

    /// <inheritdoc/>
    public override TokenUsage Usage => UsageEstimated ? Estimate() : UsageMetadata.Read(_chunk.Usage.Span) with { WebSearchRequests = _chunk.Searches };

    /// <inheritdoc/>
    public override bool UsageEstimated => _chunk.Usage.IsEmpty;

    /// <inheritdoc/>
    public override string? AnswerId => JsonText.AsString(_chunk.Id.Span);

    /// <inheritdoc/>
    public override int Length => _answer.Length;

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        _answer = answer;
        return !_chunk.Read(answer) ? ResponseVerdict.Malformed
            : _chunk.IsError ? ResponseVerdict.Error
            : _chunk.IsAnswer ? ResponseVerdict.Good : ResponseVerdict.Malformed;
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => output.Write(_answer.Span);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output) => new RelayedStream().WriteTo(_answer, output);

    private TokenUsage Estimate()
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        var completion = TokenEstimate.FromBytes(_chunk.OutputBytes);
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }
}
