using Tollgate.Wire.Json;

namespace Tollgate.Wire.Responses;

/// <summary>
/// Tools that the provider ran for an answer and is paid for by the piece. This dialect's usage does not tell of them; the answer's items do.
/// </summary>
internal static class ToolUses
{
    /// <summary>The usage with the tools of the response object whose brace stands at <paramref name="start"/>.</summary>
    public static TokenUsage AddTo(in TokenUsage usage, ReadOnlySpan<byte> json, int start)
    {
        if (!JsonWalker.TryFind(json, start, "output"u8, out var output) || output.Kind is not JsonKind.Array)
        {
            return usage;
        }

        long searches = 0;
        long files = 0;
        HashSet<string>? containers = null;
        var items = new JsonWalker(json, output.ValueStart);
        while (items.MoveNext())
        {
            var item = items.Current.ValueStart;
            if (items.Current.Kind is not JsonKind.Object || TextOf(json, item, "type"u8) is not { } type)
            {
                continue;
            }

            switch (type)
            {
                case "web_search_call" when IsSearch(json, item):
                    searches++;
                    break;
                case "file_search_call":
                    files++;
                    break;
                case "code_interpreter_call":
                    // A container lives on from call to call and is paid once.
                    (containers ??= new(StringComparer.Ordinal)).Add(TextOf(json, item, "container_id"u8) ?? "");
                    break;
                default:
                    break;
            }
        }

        return searches + files == 0 && containers is null ? usage : usage with
        {
            WebSearchRequests = Math.Max(usage.WebSearchRequests, searches),
            FileSearches = files,
            CodeSessions = containers?.Count ?? 0,
        };
    }

    /// <summary>Opening a page that was found, or looking for words in it, is not a search.</summary>
    private static bool IsSearch(ReadOnlySpan<byte> json, int item)
        => !JsonWalker.TryFind(json, item, "action"u8, out var action) || action.Kind is not JsonKind.Object
            || TextOf(json, action.ValueStart, "type"u8) is null or "search";

    private static string? TextOf(ReadOnlySpan<byte> json, int start, ReadOnlySpan<byte> name)
        => JsonWalker.TryFind(json, start, name, out var member) && member.Kind is JsonKind.String
            ? JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength))
            : null;
}
