using System.Collections.Frozen;
using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Routing;

/// <summary>The groups to go to when one has failed, in order: the failing group's own chain first, then what was left of earlier ones.</summary>
internal sealed class FallbackChain(CallContext call)
{
    private const string Everything = "*";

    private readonly LinkedList<FallbackTarget> _pending = [];
    private readonly HashSet<string> _attempted = new(StringComparer.Ordinal);
    private bool _clientChainUsed;

    /// <summary>Groups gone to so far.</summary>
    public int Steps { get; private set; }

    /// <summary>True when a class of error has a list of its own with an entry for the group, so that retrying is pointless.</summary>
    public static bool HasListFor(CallContext call, string group, UpstreamErrorKind kind)
        => kind is UpstreamErrorKind.ContextWindowExceeded or UpstreamErrorKind.ContentPolicyViolation
            && call.MayFallBack && !ChainFor(call, group, kind).IsEmpty;

    /// <summary>Names of the groups that a failing group may be followed by, as configured.</summary>
    public static IReadOnlyList<string> NamesFor(CallContext call, string group, UpstreamErrorKind kind)
        => !call.MayFallBack ? [] : [.. ChainFor(call, group, kind).Select(static target => target.Model)];

    /// <summary>The next group to try.</summary>
    /// <param name="failed">The group that has just failed.</param>
    /// <param name="kind">How it failed.</param>
    /// <param name="group">Where to go.</param>
    /// <param name="overrides">Members that replace the client's there.</param>
    /// <returns>False when there is none, or the limit of steps is reached.</returns>
    public bool TryNext(ModelGroup failed, UpstreamErrorKind kind, out ModelGroup group, out ImmutableArray<JsonMember> overrides)
    {
        group = null!;
        overrides = [];
        if (!call.MayFallBack || Steps >= call.Snapshot.Config.Router.MaxFallbacks)
        {
            return false;
        }

        if (_attempted.Add(failed.Name))
        {
            Prepend(ChainFor(call, failed.Name, kind));
            if (!_clientChainUsed && !call.Envelope.Fallbacks.IsDefaultOrEmpty)
            {
                _clientChainUsed = true;
                Prepend(call.Envelope.Fallbacks);
            }
        }

        while (_pending.First is { } first)
        {
            _pending.RemoveFirst();
            if (call.Snapshot.Models.Resolve(first.Value.Model) is { } next && !_attempted.Contains(next.Name) && HasUsable(next)
                && IsOpenToCaller(next))
            {
                Steps++;
                group = next;
                overrides = first.Value.Overrides;
                return true;
            }
        }

        return false;
    }

    /// <summary>Another team's model does not exist for this caller, whoever told it the name.</summary>
    private bool IsOpenToCaller(ModelGroup group) => group.TeamId is null || call.Caller.IsAdmin
        || string.Equals(group.TeamId, call.Caller.Key?.Identity.TeamId, StringComparison.Ordinal);

    private static bool HasUsable(ModelGroup group)
    {
        foreach (var deployment in group.Deployments)
        {
            if (!deployment.Config.Info.Blocked)
            {
                return true;
            }
        }

        return false;
    }

    private void Prepend(ImmutableArray<FallbackTarget> targets)
    {
        for (var i = targets.Length - 1; i >= 0; i--)
        {
            _pending.AddFirst(targets[i]);
        }
    }

    private static ImmutableArray<FallbackTarget> ChainFor(CallContext call, string group, UpstreamErrorKind kind)
    {
        var settings = call.Snapshot.Config.Router;
        var special = kind switch
        {
            UpstreamErrorKind.ContextWindowExceeded => settings.ContextWindowFallbacks,
            UpstreamErrorKind.ContentPolicyViolation => settings.ContentPolicyFallbacks,
            _ => FrozenDictionary<string, ImmutableArray<FallbackTarget>>.Empty,
        };

        // A configured special list stands alone, even without an entry for the group (routing.md 8.1).
        return Lookup(special.Count > 0 ? special : settings.Fallbacks, group);
    }

    private static ImmutableArray<FallbackTarget> Lookup(FrozenDictionary<string, ImmutableArray<FallbackTarget>> lists, string group)
    {
        if (lists.Count == 0)
        {
            return [];
        }

        if (lists.TryGetValue(group, out var chain))
        {
            return chain;
        }

        var slash = group.IndexOf('/', StringComparison.Ordinal);
        return (slash >= 0 && lists.TryGetValue(group[(slash + 1)..], out chain)) || lists.TryGetValue(Everything, out chain) ? chain : [];
    }
}
