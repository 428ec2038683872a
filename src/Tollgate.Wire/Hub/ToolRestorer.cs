using System.Text;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Hub;

/// <summary>
/// Makes the tool calls of an answer those of the tools that the client defined: names that went out shortened get their own back, and a
/// custom tool that went out as a function gets its free text. One instance an answer.
/// </summary>
public sealed class ToolRestorer
{
    private readonly IReadOnlyDictionary<string, string>? _names;
    private readonly HashSet<string>? _custom;
    private readonly Dictionary<(int Choice, int Index), StringBuilder> _held = [];

    private ToolRestorer(IReadOnlyDictionary<string, string>? names, HashSet<string>? custom)
    {
        _names = names;
        _custom = custom;
    }

    /// <summary>Makes one; null when the request's tools need nothing of it.</summary>
    public static ToolRestorer? For(ChatRequest request)
    {
        HashSet<string>? custom = null;
        foreach (var tool in request.Tools)
        {
            if (tool.Kind is ToolKind.Custom)
            {
                (custom ??= new HashSet<string>(StringComparer.Ordinal)).Add(tool.Name);
            }
        }

        var names = ToolNames.Restoring(request);
        return names is null && custom is null ? null : new ToolRestorer(names, custom);
    }

    /// <summary>Restores the calls of a whole answer.</summary>
    public void Apply(ChatResponse response)
    {
        foreach (var choice in response.Choices)
        {
            for (var i = 0; i < choice.Parts.Count; i++)
            {
                if (choice.Parts[i] is ToolCallPart call)
                {
                    var named = call with { Name = NameOf(call.Name) };
                    choice.Parts[i] = IsCustom(named.Name) && call.Kind is ToolKind.Function
                        ? named with { Kind = ToolKind.Custom, Arguments = CustomInput.Unwrap(call.Arguments) }
                        : named;
                }
            }
        }
    }

    /// <summary>Restores the calls of a stream's next events. The input of a custom tool is held until its call is complete.</summary>
    public void Apply(IList<ChatEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var next = events[i];
            switch (next.Kind)
            {
                case ChatEventKind.ToolCallStart:
                    i += Release(events, i);
                    events[i] = Start(next);
                    break;
                case ChatEventKind.ToolCallArguments when _held.TryGetValue((next.Choice, next.Index), out var held):
                    held.Append(next.Text);
                    events.RemoveAt(i--);
                    break;
                case ChatEventKind.BlockEnd or ChatEventKind.Finish:
                    i += Release(events, i);
                    break;
                default:
                    break;
            }
        }
    }

    private ChatEvent Start(in ChatEvent start)
    {
        var name = NameOf(start.Name ?? "");
        if (!IsCustom(name) || start.ToolKind is ToolKind.Custom)
        {
            return start with { Name = name };
        }

        _held[(start.Choice, start.Index)] = new StringBuilder();
        return start with { Name = name, ToolKind = ToolKind.Custom };
    }

    /// <summary>Puts what was held before an event; returns how many events that were.</summary>
    private int Release(IList<ChatEvent> events, int at)
    {
        var released = 0;
        foreach (var ((choice, index), held) in _held)
        {
            events.Insert(at + released++, new ChatEvent(ChatEventKind.ToolCallArguments)
            {
                Choice = choice,
                Index = index,
                Text = CustomInput.Unwrap(held.ToString()),
                ToolKind = ToolKind.Custom,
            });
        }

        _held.Clear();
        return released;
    }

    private string NameOf(string name) => _names is not null && _names.TryGetValue(name, out var own) ? own : name;

    private bool IsCustom(string name) => _custom is not null && _custom.Contains(name);
}
