using System.Collections.Frozen;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Admission;

public sealed class LimitScopesTests
{
    [Fact]
    public void LimitOfAModelSaidTwice_IsClaimedOnceAndTheKeysOwnFieldCounts()
    {
        var key = new KeyIdentity
        {
            Hash = "h",
            ModelBudgets = [new PartialBudget("gpt", 1, "1d", new RateLimits(5, 500, null))],
            Metadata = new EntityMetadata
            {
                ModelLimits = new ModelLimits(
                    new Dictionary<string, long> { ["gpt"] = 7 }.ToFrozenDictionary(), FrozenDictionary<string, long>.Empty),
            },
        };

        var scopes = LimitScopes.Of(key);

        scopes.Select(static scope => scope.Counter).ShouldBeUnique();
        scopes.Single(static scope => scope.Kind == ClaimKind.Requests).Limit.ShouldBe(7);
        scopes.Single(static scope => scope.Kind == ClaimKind.Tokens).Limit.ShouldBe(500);
    }
}
