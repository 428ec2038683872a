using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <content>Paths into a request: <c>a.b</c>, <c>a[*].b</c>, <c>a[0].b</c>. A path that leads nowhere is ignored.</content>
public sealed partial class RequestRewriter
{
    private const int EveryElement = -1;

    /// <summary>One step of a path.</summary>
    /// <param name="Name">Member name, or null for a step into an array.</param>
    /// <param name="Index">Element, or <see cref="EveryElement"/>.</param>
    private readonly record struct PathStep(byte[]? Name, int Index);

    private static bool HasPath(in RequestView request, ImmutableArray<string> paths)
    {
        foreach (var path in paths)
        {
            if (IsNested(path) && Parse(path) is [{ Name: { } root }, ..] && request.TryGet(root, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static RequestView DropPath(in RequestView request, string path, JsonEdits scratch)
    {
        scratch.Clear();
        var steps = Parse(path);
        if (steps is [{ Name: { } root }, ..] && request.TryGet(root, out var member))
        {
            Drop(request.Json.Span, member.ValueStart, steps.AsSpan(1), scratch);
        }

        return scratch.Count == 0 ? request : Rescan(Text(request.Json, scratch));
    }

    private static void Drop(ReadOnlySpan<byte> json, int container, ReadOnlySpan<PathStep> steps, JsonEdits edits)
    {
        var step = steps[0];
        if (json[container] != (step.Name is null ? (byte)'[' : (byte)'{'))
        {
            return;
        }

        var cutter = new MemberCutter(edits);
        var walker = new JsonWalker(json, container);
        for (var index = 0; walker.MoveNext(); index++)
        {
            var item = walker.Current;
            var start = step.Name is null ? item.ValueStart : item.Start;
            var matches = step.Name is null ? step.Index == EveryElement || step.Index == index : walker.NameIs(step.Name);
            if (matches && steps.Length == 1)
            {
                cutter.Cut(start, item.End);
                continue;
            }

            cutter.Keep(start, item.End);
            if (matches)
            {
                Drop(json, item.ValueStart, steps[1..], edits);
            }
        }

        cutter.Finish();
    }

    private static PathStep[] Parse(string path)
    {
        var steps = new List<PathStep>();
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? part : part[..bracket];
            if (name.Length > 0)
            {
                steps.Add(new PathStep(Encoding.UTF8.GetBytes(name), 0));
            }

            for (var at = bracket; at >= 0; at = part.IndexOf('[', at + 1))
            {
                var close = part.IndexOf(']', at);
                var inside = close < 0 ? "" : part[(at + 1)..close];
                var isIndex = int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
                if (!isIndex && inside is not "*")
                {
                    return [];
                }

                steps.Add(new PathStep(null, isIndex ? index : EveryElement));
            }
        }

        return [.. steps];
    }
}
