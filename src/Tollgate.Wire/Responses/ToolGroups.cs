using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>
/// Tools that a client keeps in groups (<c>"type":"namespace"</c>, as Codex does): no other dialect has groups, so that a tool goes by
/// both names as one, and a call of it comes back in two.
/// </summary>
internal static class ToolGroups
{
    private const string Separator = "__";

    /// <summary>One name out of two.</summary>
    public static string Join(string? group, string name) => string.IsNullOrEmpty(group) ? name : group + Separator + name;

    /// <summary>The name that an item says, with its group.</summary>
    public static string? NameIn(JsonElement item) => item.Text("name"u8) is { } name ? Join(item.Text("namespace"u8), name) : null;

    /// <summary>The group of a tool of the request, and its name in there.</summary>
    public static (string? Group, string Name) Split(ChatRequest? request, string name)
    {
        foreach (var tool in request?.Tools ?? [])
        {
            if (tool.Namespace is { } group && string.Equals(tool.Name, name, StringComparison.Ordinal))
            {
                return (group, name[(group.Length + Separator.Length)..]);
            }
        }

        return (null, name);
    }
}
