using System.Globalization;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What an upstream's whole answer turned out to be.</summary>
public enum ResponseVerdict : byte
{
    /// <summary>Send it, with the editor's edits.</summary>
    Good,

    /// <summary>An error object under status 200.</summary>
    Error,

    /// <summary>No JSON object, or one without what its surface promises.</summary>
    Malformed,
}

/// <summary>Facts that an answer lacks and the gateway knows.</summary>
/// <param name="Surface">What was called.</param>
/// <param name="ClientModel">The model as the client wrote it, a JSON string with quotes.</param>
/// <param name="Rules">What to change in choices.</param>
/// <param name="CreatedUnixSeconds">For an answer without <c>created</c>.</param>
/// <param name="PromptBytes">Size of the prompt, for an answer without usage.</param>
public readonly record struct ResponseView(
    Surface Surface, ReadOnlyMemory<byte> ClientModel, ResponseRules Rules, long CreatedUnixSeconds, long PromptBytes);

/// <summary>Looks at a whole answer of the OpenAI dialect and edits it for the client. Reused; not thread-safe.</summary>
public sealed class ResponseEditor
{
    private readonly JsonMembers _members = new();
    private ReadOnlyMemory<byte> _id;

    /// <summary>Edits of the answer looked at last.</summary>
    public JsonEdits Edits { get; } = new();

    /// <summary>Usage reported, or estimated when <see cref="UsageEstimated"/>.</summary>
    public TokenUsage Usage { get; private set; }

    /// <summary>The answer's <c>id</c>; null when it has none. To be asked while the answer's buffer is there.</summary>
    public string? AnswerId => JsonText.AsString(_id.Span);

    /// <summary>The upstream reported no usage.</summary>
    public bool UsageEstimated { get; private set; }

    /// <summary>Looks at an answer.</summary>
    public ResponseVerdict Read(ReadOnlyMemory<byte> answer, in ResponseView view)
    {
        Edits.Clear();
        var json = answer.Span;
        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ResponseVerdict.Malformed;
        }

        var error = _members.Find(json, "error"u8);
        if (error >= 0 && _members[error].Kind is JsonKind.Object or JsonKind.String)
        {
            return ResponseVerdict.Error;
        }

        var content = _members.Find(json, view.Surface == Surface.Embeddings ? "data"u8 : "choices"u8);
        if (content < 0 || _members[content].Kind != JsonKind.Array || JsonWalker.IsEmpty(json, _members[content].ValueStart))
        {
            return ResponseVerdict.Malformed;
        }

        Edit(answer, view, content);
        return ResponseVerdict.Good;
    }

    private void Edit(ReadOnlyMemory<byte> answer, in ResponseView view, int content)
    {
        var json = answer.Span;
        var model = _members.Find(json, "model"u8);
        var usage = _members.Find(json, "usage"u8);
        var id = _members.Find(json, "id"u8);
        _id = id < 0 ? default : answer.Slice(_members[id].ValueStart, _members[id].ValueLength);
        UsageEstimated = usage < 0 || _members[usage].Kind != JsonKind.Object;
        Usage = UsageEstimated
            ? Estimate(view, _members[content].ValueLength)
            : TokenUsage.ReadIn(json, _members, usage);
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            if (i == model && !json.Slice(member.ValueStart, member.ValueLength).SequenceEqual(view.ClientModel.Span))
            {
                Edits.Replace(member.ValueStart, member.End, view.ClientModel);
            }
            else if (i == usage && UsageEstimated)
            {
                Edits.Replace(member.ValueStart, member.End, Encoding.UTF8.GetBytes(UsageJson(view.Surface)));
            }
            else if (i == content && !view.Rules.IsIdentity && view.Surface != Surface.Embeddings)
            {
                new ChoicesEditor(view.Rules).Edit(answer, member, Edits);
            }
        }

        AddMissing(json, view, hasModel: model >= 0, hasUsage: usage >= 0);
    }

    private void AddMissing(ReadOnlySpan<byte> json, in ResponseView view, bool hasModel, bool hasUsage)
    {
        var hasId = view.Surface == Surface.Embeddings || _members.Find(json, "id"u8) >= 0;
        var hasCreated = view.Surface == Surface.Embeddings || _members.Find(json, "created"u8) >= 0;
        var hasObject = _members.Find(json, "object"u8) >= 0;
        if (hasId && hasCreated && hasObject && hasModel && hasUsage)
        {
            return;
        }

        var missing = new StringBuilder();
        Add(missing, !hasId, "id", $"\"{(view.Surface == Surface.Chat ? "chatcmpl-" : "cmpl-")}{UniqueId.Hex()}\"");
        Add(missing, !hasObject, "object", view.Surface switch
        {
            Surface.Chat => "\"chat.completion\"",
            Surface.Embeddings => "\"list\"",
            _ => "\"text_completion\"",
        });
        Add(missing, !hasCreated, "created", view.CreatedUnixSeconds.ToString(CultureInfo.InvariantCulture));
        Add(missing, !hasModel, "model", Encoding.UTF8.GetString(view.ClientModel.Span));
        Add(missing, !hasUsage, "usage", UsageJson(view.Surface));
        Edits.Insert(_members.RootEnd, Encoding.UTF8.GetBytes(missing.ToString()));
    }

    private string UsageJson(Surface surface) => surface == Surface.Embeddings
        ? string.Create(CultureInfo.InvariantCulture, $"{{\"prompt_tokens\":{Usage.PromptTokens},\"total_tokens\":{Usage.TotalTokens}}}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"prompt_tokens\":{Usage.PromptTokens},\"completion_tokens\":{Usage.CompletionTokens},\"total_tokens\":{Usage.TotalTokens}}}");

    private static void Add(StringBuilder missing, bool wanted, string name, string value)
    {
        if (wanted)
        {
            missing.Append(",\"").Append(name).Append("\":").Append(value);
        }
    }

    private static TokenUsage Estimate(in ResponseView view, int contentBytes)
    {
        var prompt = TokenEstimate.FromBytes(view.PromptBytes);
        var completion = view.Surface == Surface.Embeddings ? 0 : TokenEstimate.FromBytes(contentBytes);
        return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
    }
}
