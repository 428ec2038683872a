using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.PassThrough;

/// <summary>A relayed call on its way: what its plan finds out, step by step.</summary>
internal sealed class RelayCall(CallContext call, CallScratch scratch)
{
    public CallContext Call { get; } = call;

    public CallScratch Scratch { get; } = scratch;

    /// <summary>The key the client came with. Step 1.</summary>
    public GatewayKey Key { get; set; } = GatewayKey.From(null, null);

    /// <summary>Step 2.</summary>
    public RelayedBody? Body { get; set; }

    /// <summary>What is sent, once it is. Step 7.</summary>
    public RelayedContent? Content { get; set; }

    /// <summary>Where it goes. Step 2.</summary>
    public PassThroughTarget Target { get; set; } = null!;

    /// <summary>Who is asked, as logs and prices know it. Step 2.</summary>
    public Deployment Deployment { get; set; } = null!;

    /// <summary>Names of the model, one of which the key must be allowed to call; empty when the call is of no model.</summary>
    public string[] ModelNames { get; set; } = [];

    /// <summary>Counts what the call takes from rate limits; null for one request. Step 2.</summary>
    public Func<Task<CallLoad>>? CountLoad { get; set; }

    /// <summary>Usage in the answer is what this call used; false where it reports on something else. Default true.</summary>
    public bool IsMetered { get; set; } = true;

    /// <summary>Which of the client's headers go on.</summary>
    public HeaderPolicy Headers { get; set; }

    /// <summary>Changes an answer that comes whole; null relays it as it is.</summary>
    public Func<ReadOnlyMemory<byte>, ValueTask<ReadOnlyMemory<byte>>>? Rewrite { get; set; }

    /// <summary>Answers the call here; null relays it. Steps 6 and 7.</summary>
    public Func<RelayCall, Task>? Serve { get; set; }

    /// <summary>Describes who is asked: a deployment of no model group.</summary>
    /// <param name="model">Model without provider; null when none is known.</param>
    /// <param name="timeout">Of the whole call; null for the gateway's.</param>
    public Deployment Describe(string? model, TimeSpan? timeout = null)
    {
        var provider = Target.Connection.Provider;
        var name = model ?? "unknown";
        var upstream = provider.Length == 0 || name.StartsWith(provider + "/", StringComparison.Ordinal) ? name : $"{provider}/{name}";
        var config = new DeploymentConfig
        {
            ModelGroup = name,
            Id = Target.DeploymentId,
            Model = upstream,
            CustomProvider = provider.Length == 0 ? null : provider,
            Timeout = timeout,
        };
        return new Deployment(config, Target.Connection, upstream, Call.Snapshot.Prices);
    }
}
