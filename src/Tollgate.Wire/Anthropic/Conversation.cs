using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>One turn as it is sent.</summary>
/// <param name="IsAssistant">The model's; else the user's.</param>
internal sealed record Turn(bool IsAssistant)
{
    public List<ContentPart> Parts { get; } = [];
}

/// <summary>
/// A conversation as Anthropic takes it: instructions apart, turns of user and model one after the other, results of tools at the beginning of
/// a user's turn (03-anthropic.md 2.4).
/// </summary>
internal sealed class Conversation
{
    private const string Continue = "Please continue.";

    private readonly TargetModel _target;

    private Conversation(TargetModel target) => _target = target;

    /// <summary>The instructions.</summary>
    public List<TextPart> System { get; } = [];

    /// <summary>The turns.</summary>
    public List<Turn> Turns { get; private set; } = [];

    /// <summary>Tools are called or answered somewhere.</summary>
    public bool UsesTools => Turns.Exists(static turn => turn.Parts.Exists(static part => part is ToolCallPart or ToolResultPart));

    /// <summary>The model's last turn calls tools and shows no sealed thoughts before, which thinking models refuse.</summary>
    public bool LastCallsLackThoughts => Turns.FindLast(static turn => turn.IsAssistant) is { } last
        && last.Parts.Exists(static part => part is ToolCallPart)
        && !last.Parts.Exists(static part => part is ThinkingPart or RedactedThinkingPart);

    /// <summary>Orders a request's messages.</summary>
    public static Conversation Of(ChatRequest request, TargetModel target)
    {
        var conversation = new Conversation(target);
        foreach (var message in request.Messages)
        {
            conversation.Add(message);
        }

        conversation.OrderResults();
        if (target.ModifyParams)
        {
            conversation.Turns = ToolPairs.Repair(conversation.Turns);
            conversation.RepairEnds();
        }

        conversation.FillEmpty();
        conversation.TrimPrefill();
        return conversation;
    }

    private void Add(ChatMessage message)
    {
        switch (message.Role)
        {
            case ChatRole.System or ChatRole.Developer:
                System.AddRange(message.Parts.OfType<TextPart>().Where(static text => !string.IsNullOrWhiteSpace(text.Text)));
                break;
            case ChatRole.Assistant:
                var said = ServerBlocks.Merge(message).Where(static part => IsSayable(part) && part is not ThinkingPart { Signature: null or "" });
                AddTo(isAssistant: true, said, keepEmpty: _target.ModifyParams);
                break;
            default:
                AddTo(isAssistant: false, message.Parts.Where(IsSayable), keepEmpty: true);
                break;
        }
    }

    private void AddTo(bool isAssistant, IEnumerable<ContentPart> parts, bool keepEmpty)
    {
        var sayable = parts.ToList();
        if (sayable.Count == 0 && !keepEmpty)
        {
            return;
        }

        if (Turns.Count == 0 || Turns[^1].IsAssistant != isAssistant)
        {
            Turns.Add(new Turn(isAssistant));
        }

        Turns[^1].Parts.AddRange(sayable);
    }

    private static bool IsSayable(ContentPart part) => part is not TextPart { Text.Length: 0 }
        and not AudioPart and not VideoPart
        and not OpaquePart { Origin: not Surface.Messages }
        && part is not ToolResultPart { CallId: ['s', 'r', 'v', 't', 'o', 'o', 'l', 'u', '_', ..] };

    private void OrderResults()
    {
        foreach (var turn in Turns)
        {
            if (!turn.IsAssistant && turn.Parts.Exists(static part => part is ToolResultPart))
            {
                var ordered = turn.Parts.OrderBy(static part => part is ToolResultPart ? 0 : 1).ToList();
                turn.Parts.Clear();
                turn.Parts.AddRange(ordered);
            }
        }
    }

    private void RepairEnds()
    {
        if (Turns.Count == 0 || Turns[0].IsAssistant)
        {
            Turns.Insert(0, UserTurn());
        }

        if (Turns[^1].IsAssistant && _target.Can("assistant_prefill") is false)
        {
            Turns.Add(UserTurn());
        }
    }

    private Turn UserTurn()
    {
        var turn = new Turn(IsAssistant: false);
        turn.Parts.Add(new TextPart(_target.Options.GetValueOrDefault(MessagesOptions.UserContinueMessage) ?? Continue));
        return turn;
    }

    private void FillEmpty()
    {
        foreach (var turn in Turns)
        {
            if (turn.Parts.Count == 0)
            {
                turn.Parts.Add(new TextPart(_target.ModifyParams ? "." : " "));
            }
        }
    }

    /// <summary>Words put into the model's mouth may not end in white space.</summary>
    private void TrimPrefill()
    {
        if (Turns.Count > 0 && Turns[^1] is { IsAssistant: true } last && last.Parts[^1] is TextPart text)
        {
            last.Parts[^1] = text with { Text = text.Text.TrimEnd() };
            if (last.Parts is [TextPart { Text.Length: 0 }, ..] && last.Parts.Count == 1)
            {
                Turns.RemoveAt(Turns.Count - 1);
            }
            else if (last.Parts[^1] is TextPart { Text.Length: 0 })
            {
                last.Parts.RemoveAt(last.Parts.Count - 1);
            }
        }
    }
}

/// <summary>Blocks of tools that the provider ran itself, which chat clients carry beside a message and in its list of calls.</summary>
internal static class ServerBlocks
{
    /// <summary>A message's parts with those blocks among them.</summary>
    public static IEnumerable<ContentPart> Merge(ChatMessage message)
    {
        var fields = message.Extras.FirstOrDefault(static extra => extra.Name is "provider_specific_fields").Value;
        var hasServerCalls = message.Parts.Any(IsServers);
        if (!hasServerCalls && !fields.IsGiven())
        {
            return message.Parts;
        }

        var results = Items(fields.Member("web_search_results"u8)).Concat(Items(fields.Member("tool_results"u8))).ToList();
        var parts = new List<ContentPart>();
        parts.AddRange(Items(fields.Member("compaction_blocks"u8)));
        parts.AddRange(message.Parts.Where(static part => part is not ToolCallPart));
        foreach (var call in message.Parts.OfType<ToolCallPart>().Where(IsServers))
        {
            // A call without its result is refused, and so is a result without its call.
            if (results.Find(result => string.Equals(result.Raw.Text("tool_use_id"u8), call.Id, StringComparison.Ordinal)) is { } result)
            {
                parts.Add(call);
                parts.Add(result);
            }
        }

        parts.AddRange(message.Parts.Where(static part => part is ToolCallPart && !IsServers(part)));
        return parts;
    }

    private static bool IsServers(ContentPart part) => part is ToolCallPart { Id: ['s', 'r', 'v', 't', 'o', 'o', 'l', 'u', '_', ..] };

    private static IEnumerable<OpaquePart> Items(JsonElement list) => list.ValueKind is JsonValueKind.Array
        ? list.EnumerateArray().Where(static item => item.Text("type"u8) is not null)
            .Select(static item => new OpaquePart(Surface.Messages, item.Text("type"u8)!, item))
        : [];
}
