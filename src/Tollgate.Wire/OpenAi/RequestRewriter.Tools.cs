using System.Collections.Immutable;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>What is done inside <c>tools</c>.</summary>
public sealed record ToolRules
{
    /// <summary>
    /// Members removed from a tool, its function and its schema at any depth (<c>strict</c>, <c>additionalProperties</c>, ...).
    /// </summary>
    public ImmutableArray<string> StripKeys { get; init; } = [];

    /// <summary>Prompt-cache marks stay. Default false.</summary>
    public bool KeepCacheControl { get; init; }

    /// <summary>Tools of another type than <c>function</c> are removed. Default false.</summary>
    public bool FunctionsOnly { get; init; }
}

/// <summary>Edits the tools of a request.</summary>
internal static class ToolEditor
{
    public static void Edit(in RequestView request, in MemberSpan tools, ToolRules rules, JsonEdits edits)
    {
        var json = request.Json.Span;
        if (tools.Kind != JsonKind.Array)
        {
            return;
        }

        var strip = rules.StripKeys.Select(Encoding.UTF8.GetBytes).ToList();
        if (!rules.KeepCacheControl)
        {
            strip.Add("cache_control"u8.ToArray());
        }

        var cutter = new MemberCutter(edits);
        var walker = new JsonWalker(json, tools.ValueStart);
        while (walker.MoveNext())
        {
            var tool = walker.Current;
            if (rules.FunctionsOnly && !IsFunction(request, tool))
            {
                cutter.Cut(tool.ValueStart, tool.End);
                continue;
            }

            cutter.Keep(tool.ValueStart, tool.End);
            Strip(json, tool.ValueStart, strip, namesAreData: false, edits);
        }

        cutter.Finish();
    }

    private static bool IsFunction(in RequestView request, in MemberSpan tool)
        => JsonWalker.TryFind(request.Json.Span, tool.ValueStart, "type"u8, out var type) && request.IsText(type, "function"u8);

    /// <summary>Removes members by name; below <c>properties</c> the names are the tool author's own and stay.</summary>
    private static void Strip(ReadOnlySpan<byte> json, int container, List<byte[]> names, bool namesAreData, JsonEdits edits)
    {
        var isObject = json[container] == (byte)'{';
        if (!isObject && json[container] != (byte)'[')
        {
            return;
        }

        var cutter = new MemberCutter(edits);
        var walker = new JsonWalker(json, container);
        while (walker.MoveNext())
        {
            var item = walker.Current;
            var start = isObject ? item.Start : item.ValueStart;
            if (isObject && !namesAreData && IsAny(walker, names))
            {
                cutter.Cut(start, item.End);
                continue;
            }

            cutter.Keep(start, item.End);
            Strip(json, item.ValueStart, names, isObject && !namesAreData && IsMapOfNames(walker), edits);
        }

        cutter.Finish();
    }

    private static bool IsMapOfNames(in JsonWalker walker)
        => walker.NameIs("properties"u8) || walker.NameIs("$defs"u8) || walker.NameIs("definitions"u8);

    private static bool IsAny(in JsonWalker walker, List<byte[]> names)
    {
        foreach (var name in names)
        {
            if (walker.NameIs(name))
            {
                return true;
            }
        }

        return false;
    }
}
