using System.Collections.Concurrent;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Pipeline;

/// <summary>Names of the <c>x-ratelimit-{descriptor}-...</c> headers of a limit; there are few, made once.</summary>
internal static class LimitHeaderNames
{
    private static readonly ConcurrentDictionary<(string, ClaimKind), (string Limit, string Remaining)> Known = new();

    public static (string Limit, string Remaining) For(LimitScope scope)
        => Known.GetOrAdd((scope.Alias ?? "gateway", scope.Kind), static key =>
        {
            var type = key.Item2 switch
            {
                ClaimKind.Requests => "requests",
                ClaimKind.Tokens => "tokens",
                _ => "max_parallel_requests",
            };
            return ($"x-ratelimit-{key.Item1}-limit-{type}", $"x-ratelimit-{key.Item1}-remaining-{type}");
        });
}
