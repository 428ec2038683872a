using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Anthropic;

/// <summary>A whole answer from one who speaks Anthropic's dialect to a client of the same: its bytes, but for the model.</summary>
/// <param name="view">What the client is to see.</param>
internal sealed class MessagesAnswer(AnswerView view) : AnswerPath
{
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private ReadOnlyMemory<byte> _answer;
    private MessagesUsage _usage;
    private TokenUsage _tokens;
    private string? _id;

    /// <inheritdoc/>
    public override TokenUsage Usage => _tokens;

    /// <inheritdoc/>
    public override bool UsageEstimated => !_usage.IsGiven;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override int Length => _edits.LengthOf(_answer.Length);

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        _answer = answer;
        _edits.Clear();
        var json = answer.Span;
        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ResponseVerdict.Malformed;
        }

        if (_members.Find(json, "error"u8) is >= 0 and var error && _members[error].Kind is JsonKind.Object or JsonKind.String)
        {
            return ResponseVerdict.Error;
        }

        var content = _members.Find(json, "content"u8);
        if (content < 0 || _members[content].Kind is not JsonKind.Array)
        {
            return ResponseVerdict.Malformed;
        }

        Look(json, _members[content]);
        return ResponseVerdict.Good;
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => _edits.WriteTo(_answer.Span, output);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output)
    {
        using var document = JsonDocument.Parse(_answer);
        var response = ResponseReader.Read(document.RootElement, _answer);
        response.Usage ??= _tokens;
        var writer = new MessagesStreamWriter(view);
        foreach (var next in WholeEvents.Of(response))
        {
            writer.Write(next, output);
        }

        writer.End(output);
    }

    private void Look(ReadOnlySpan<byte> json, in MemberSpan content)
    {
        var hasModel = false;
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            var value = json.Slice(member.ValueStart, member.ValueLength);
            if (JsonMembers.NameEquals(json, member, "model"u8))
            {
                hasModel = true;
                if (!value.SequenceEqual(view.ModelJson.Span))
                {
                    _edits.Replace(member.ValueStart, member.End, view.ModelJson);
                }
            }
            else if (JsonMembers.NameEquals(json, member, "usage"u8))
            {
                _usage.Take(json, member.ValueStart);
            }
            else if (JsonMembers.NameEquals(json, member, "id"u8))
            {
                _id = JsonText.AsString(value);
            }
        }

        _tokens = _usage.IsGiven ? _usage.ToTokens(ThinkingBytes(json, content.ValueStart)) : Estimate(content.ValueLength);
        AddMissing(hasModel);
    }

    private void AddMissing(bool hasModel)
    {
        var missing = new StringBuilder();
        if (!hasModel)
        {
            missing.Append(",\"model\":").Append(Encoding.UTF8.GetString(view.ModelJson.Span));
        }

        if (!_usage.IsGiven && _members.Find(_answer.Span, "usage"u8) < 0)
        {
            missing.Append(",\"usage\":{\"input_tokens\":").Append(_tokens.PromptTokens)
                .Append(",\"output_tokens\":").Append(_tokens.CompletionTokens).Append('}');
        }

        if (missing.Length > 0)
        {
            _edits.Insert(_members.RootEnd, Encoding.UTF8.GetBytes(missing.ToString()));
        }
    }

    private TokenUsage Estimate(int contentBytes)
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        var completion = TokenEstimate.FromBytes(contentBytes);
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }

    private static long ThinkingBytes(ReadOnlySpan<byte> json, int content)
    {
        var bytes = 0L;
        var block = new JsonWalker(json, content);
        while (block.MoveNext())
        {
            if (JsonWalker.TryFind(json, block.Current.ValueStart, "thinking"u8, out var thinking) && thinking.Kind is JsonKind.String)
            {
                bytes += thinking.ValueLength - 2;
            }
        }

        return bytes;
    }
}
