using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Responses;

/// <summary>A whole answer from an upstream of the dialect to a client of the same: its bytes with edits.</summary>
internal sealed class RelayedAnswer(AnswerView view) : AnswerPath
{
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private ReadOnlyMemory<byte> _answer;
    private TokenUsage? _usage;
    private string? _id;

    /// <inheritdoc/>
    public override TokenUsage Usage => _usage ?? Estimate();

    /// <inheritdoc/>
    public override bool UsageEstimated => _usage is null;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override int Length => _edits.LengthOf(_answer.Length);

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        _edits.Clear();
        _answer = answer;
        var json = answer.Span;
        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind is not JsonKind.Object)
        {
            return ResponseVerdict.Malformed;
        }

        var error = _members.Find(json, "error"u8);
        if (error >= 0 && _members[error].Kind is JsonKind.Object or JsonKind.String)
        {
            return ResponseVerdict.Error;
        }

        var output = _members.Find(json, "output"u8);
        if (output < 0 || _members[output].Kind is not JsonKind.Array)
        {
            return ResponseVerdict.Malformed;
        }

        var start = json.IndexOf((byte)'{');
        (_, _id) = ResponseEdits.Make(json, start, view, _edits);
        _usage = ResponseEdits.UsageOf(json, start);
        return ResponseVerdict.Good;
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => _edits.WriteTo(_answer.Span, output);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output)
    {
        using var document = JsonDocument.Parse(_answer);
        var writer = new ResponsesStreamWriter(view);
        foreach (var next in WholeEvents.Of(AnswerReader.Read(document.RootElement, _answer)))
        {
            writer.Write(next, output);
        }

        writer.End(output);
    }

    private TokenUsage Estimate()
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        var completion = TokenEstimate.FromBytes(_answer.Length);
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }
}
