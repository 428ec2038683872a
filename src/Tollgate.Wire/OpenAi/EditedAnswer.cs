using System.Buffers;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>A whole answer of the OpenAI dialect on its way to a client of the same: its bytes with edits. Reused from call to call.</summary>
public sealed class EditedAnswer : AnswerPath
{
    private readonly ResponseEditor _editor = new();
    private ReadOnlyMemory<byte> _answer;
    private ResponseView _view;
    private bool _showUsage;

    /// <inheritdoc/>
    public override TokenUsage Usage => _editor.Usage;

    /// <inheritdoc/>
    public override bool UsageEstimated => _editor.UsageEstimated;

    /// <inheritdoc/>
    public override string? AnswerId => _editor.AnswerId;

    /// <inheritdoc/>
    public override int Length => _editor.Edits.LengthOf(_answer.Length);

    /// <summary>The upstream's bytes; with <see cref="Edits"/> what a large answer is sent from piece by piece.</summary>
    public ReadOnlyMemory<byte> Original => _answer;

    /// <summary>Edits of them.</summary>
    public JsonEdits Edits => _editor.Edits;

    /// <summary>Makes it ready for a call.</summary>
    /// <param name="view">What the client is to see.</param>
    /// <param name="showUsage">The client asked for usage in its stream.</param>
    public EditedAnswer For(in ResponseView view, bool showUsage)
    {
        _view = view;
        _showUsage = showUsage;
        return this;
    }

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        _answer = answer;
        return _editor.Read(answer, _view);
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => _editor.Edits.WriteTo(_answer.Span, output);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output)
    {
        var edited = new ArrayBufferWriter<byte>(_answer.Length + 256);
        WriteTo(edited);
        WholeAnswer.WriteAsStream(edited.WrittenSpan, _showUsage, output);
    }

    /// <summary>Forgets the call.</summary>
    public void Clear()
    {
        _editor.Edits.Clear();
        _answer = default;
        _view = default;
    }
}
