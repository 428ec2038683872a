using System.Buffers;
using System.Collections.Immutable;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Why a request cannot be sent to an upstream.</summary>
/// <param name="IsUnsupportedParams">True when parameters are to blame that the upstream does not take; false for any other bad
/// request.</param>
/// <param name="Message">For the client.</param>
public sealed record RewriteFault(bool IsUnsupportedParams, string Message);

/// <summary>
/// Turns a client's body into the upstream's by edits on the original bytes: one walk over the root members, the insides of a member are
/// only read where a rule needs them. Immutable; used by many requests at once.
/// </summary>
/// <remarks>
/// PERF: the plain path (no rule inside members, no nested path, no overrides) allocates nothing and does not read <c>messages</c>.
/// What rearranges text that other edits touch (overrides, nested paths, merged turns) is done first, into a text of its own.
/// </remarks>
public sealed partial class RequestRewriter(ParameterRules rules)
{
    /// <summary>Model name the upstream is sent.</summary>
    public string Model => rules.Model;

    /// <summary>Makes the edits.</summary>
    /// <param name="json">The body.</param>
    /// <param name="members">Its root members.</param>
    /// <param name="stream">True when the answer is asked for as a stream.</param>
    /// <param name="policy">The request's own parameter policy.</param>
    /// <param name="edits">Where changes go; empty on entry.</param>
    /// <returns>Null when done.</returns>
    public RewriteFault? Write(ReadOnlyMemory<byte> json, JsonMembers members, bool stream, RequestPolicy policy, JsonEdits edits)
    {
        if (members.RootKind != JsonKind.Object)
        {
            return new RewriteFault(IsUnsupportedParams: false, "The request body must be a JSON object.");
        }

        var request = new RequestView(json, members);
        return NeedsText(request, policy) ? WriteText(request, stream, policy, edits) : new Pass(rules, policy, request, edits).Run(stream);
    }

    /// <summary>True for a path into a member, false for the name of a root member.</summary>
    internal static bool IsNested(string path) => path.AsSpan().ContainsAny('.', '[');

    private bool NeedsText(in RequestView request, RequestPolicy policy)
        => !policy.Overrides.IsEmpty
            || (rules.Messages is { Restructures: true } && request.TryGet("messages"u8, out _))
            || (request.TryGet("extra_body"u8, out var extra) && extra.Kind == JsonKind.Object)
            || HasPath(request, rules.DropPaths)
            || HasPath(request, policy.AdditionalDropParams);

    private RewriteFault? WriteText(RequestView request, bool stream, RequestPolicy policy, JsonEdits edits)
    {
        var originalLength = request.Json.Length;
        var scratch = new JsonEdits();
        if (!policy.Overrides.IsEmpty)
        {
            request = Merge(request, policy.Overrides, scratch);
        }

        if (request.TryGet("extra_body"u8, out var extra) && extra.Kind == JsonKind.Object)
        {
            request = Merge(request, MembersOf(request, extra), scratch);
        }

        foreach (var path in rules.DropPaths)
        {
            request = DropPath(request, path, scratch);
        }

        foreach (var path in policy.AdditionalDropParams)
        {
            request = IsNested(path) ? DropPath(request, path, scratch) : request;
        }

        if (rules.Messages is { Restructures: true } messages && request.TryGet("messages"u8, out var turns))
        {
            request = Merge(request, [new JsonMember("messages", MessageTurns.Rebuild(request, turns, messages))], scratch);
        }

        scratch.Clear();
        if (new Pass(rules, policy, request, scratch).Run(stream) is { } fault)
        {
            return fault;
        }

        edits.Replace(0, originalLength, Text(request.Json, scratch));
        return null;
    }

    /// <summary>Sets root members, as if the client had written them so.</summary>
    private static RequestView Merge(in RequestView request, ImmutableArray<JsonMember> with, JsonEdits scratch)
    {
        scratch.Clear();
        var json = request.Json.Span;
        var set = 0;
        for (var i = 0; i < request.Members.Count; i++)
        {
            ref readonly var member = ref request.Members[i];
            for (var j = 0; j < with.Length; j++)
            {
                if (JsonMembers.NameEquals(json, member, System.Text.Encoding.UTF8.GetBytes(with[j].Name)))
                {
                    scratch.Replace(member.ValueStart, member.End, with[j].Json);
                }
            }
        }

        var empty = request.Members.Count == 0;
        foreach (var member in with)
        {
            if (request.Members.Find(json, System.Text.Encoding.UTF8.GetBytes(member.Name)) < 0)
            {
                scratch.Insert(
                    request.Members.RootEnd, ParameterRules.Member(member.Name, member.Json).AsMemory(empty && set == 0 ? 1 : 0));
                set++;
            }
        }

        return Rescan(Text(request.Json, scratch));
    }

    /// <summary>Members of a client's <c>extra_body</c> that it may set: what its access was checked for stays as it is.</summary>
    private static ImmutableArray<JsonMember> MembersOf(in RequestView request, in MemberSpan extra)
    {
        var found = new Dictionary<string, JsonMember>(StringComparer.Ordinal);
        var walker = new JsonWalker(request.Json.Span, extra.ValueStart);
        while (walker.MoveNext())
        {
            var name = JsonText.Unescape(walker.Name);
            if (name is not ("model" or "stream" or "extra_body" or "messages" or "prompt" or "input"))
            {
                found[name] = new JsonMember(name, request.Json.Slice(walker.Current.ValueStart, walker.Current.ValueLength));
            }
        }

        return [.. found.Values];
    }

    private static byte[] Text(ReadOnlyMemory<byte> original, JsonEdits edits)
    {
        var text = new ArrayBufferWriter<byte>(Math.Max(1, edits.LengthOf(original.Length)));
        edits.WriteTo(original.Span, text);
        return text.WrittenSpan.ToArray();
    }

    private static RequestView Rescan(byte[] text)
    {
        var members = new JsonMembers();
        var fault = JsonScanner.Scan(text, members);
        return fault.IsNone ? new RequestView(text, members)
            : throw new InvalidOperationException($"A rule wrote broken JSON: {fault.Describe()}.");
    }
}
