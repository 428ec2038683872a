using System.Text;
using System.Text.Json;

namespace Tollgate.Wire.Hub;

/// <summary>
/// Gives tools in an answer back what their dialect could not say: names that were shortened, and the free text of custom tools that came as a
/// function's argument. One instance an answer.
/// </summary>
/// <param name="request">The client's request; null when it is not known.</param>
public sealed class RestoredTools(ChatRequest? request)
{
    /// <summary>The argument that stands for the free text of a custom tool where the upstream knows only functions.</summary>
    public const string TextArgument = "input";

    private readonly bool _isNeeded = request is not null
        && request.Tools.Any(static tool => tool.Kind is ToolKind.Custom || !string.Equals(ToolNames.Fit(tool.Name), tool.Name, StringComparison.Ordinal));

    private readonly Dictionary<(int Choice, int Index), StringBuilder> _texts = [];

    /// <summary>Restores the calls of a whole answer.</summary>
    public void Restore(ChatResponse response)
    {
        if (!_isNeeded)
        {
            return;
        }

        foreach (var choice in response.Choices)
        {
            for (var i = 0; i < choice.Parts.Count; i++)
            {
                if (choice.Parts[i] is ToolCallPart call)
                {
                    choice.Parts[i] = Restore(call);
                }
            }
        }
    }

    /// <summary>Restores the calls in what one payload of a stream brought.</summary>
    internal void Restore(List<ChatEvent> events)
    {
        for (var i = 0; _isNeeded && i < events.Count; i++)
        {
            var next = events[i];
            switch (next.Kind)
            {
                case ChatEventKind.ToolCallStart:
                    events[i] = Start(next);
                    break;
                case ChatEventKind.ToolCallArguments when _texts.TryGetValue((next.Choice, next.Index), out var text):
                    text.Append(next.Text);
                    events.RemoveAt(i--);
                    break;
                case ChatEventKind.BlockEnd or ChatEventKind.Finish when _texts.Count > 0:
                    i += Flush(events, i, next.Choice);
                    break;
                default:
                    break;
            }
        }
    }

    private ToolCallPart Restore(ToolCallPart call)
    {
        var name = ToolNames.Restore(request, call.Name);
        return call.Kind is ToolKind.Function && IsCustom(name)
            ? call with { Name = name, Kind = ToolKind.Custom, Arguments = TextOf(call.Arguments) }
            : call with { Name = name };
    }

    private ChatEvent Start(in ChatEvent start)
    {
        var name = ToolNames.Restore(request, start.Name ?? "");
        if (start.ToolKind is not ToolKind.Function || !IsCustom(name))
        {
            return start with { Name = name };
        }

        _texts[(start.Choice, start.Index)] = new StringBuilder();
        return start with { Name = name, ToolKind = ToolKind.Custom };
    }

    /// <summary>The text of custom tools is known when their arguments are complete.</summary>
    private int Flush(List<ChatEvent> events, int at, int choice)
    {
        var added = 0;
        foreach (var (key, text) in _texts.Where(entry => entry.Key.Choice == choice).OrderBy(static entry => entry.Key.Index).ToList())
        {
            events.Insert(at + added++, new ChatEvent(ChatEventKind.ToolCallArguments) { Choice = key.Choice, Index = key.Index, Text = TextOf(text.ToString()) });
            _texts.Remove(key);
        }

        return added;
    }

    private bool IsCustom(string name)
    {
        foreach (var tool in request!.Tools)
        {
            if (tool.Kind is ToolKind.Custom && string.Equals(tool.Name, name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string TextOf(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.Text("input"u8) ?? arguments;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return arguments;
        }
    }
}
