using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Tests;

/// <summary>Configurations and calls in short.</summary>
internal static class Calls
{
    /// <summary>A deployment whose id is given or counts up from its group's name.</summary>
    public static DeploymentConfig Deployment(string group, string model, string? id = null)
        => new() { ModelGroup = group, Model = model, Id = id ?? $"id-{group}-{model}" };

    /// <summary>A configuration of deployments.</summary>
    public static GatewayConfig Config(params DeploymentConfig[] deployments) => new() { Deployments = [.. deployments] };

    /// <summary>A call of a compiled configuration.</summary>
    public static CallContext Call(GatewayConfig config, string body = """{"model":"a"}""", Surface surface = Surface.Chat)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(bytes, members).IsNone.ShouldBeTrue();
        return new CallContext(new DefaultHttpContext(), new GatewaySnapshot(config, new FakeProviderDirectory()), surface, startedAt: 0)
        {
            Members = members,
            Body = bytes,
            Envelope = RequestEnvelope.Read(bytes, members, null, "/chat/completions"),
        };
    }

    /// <summary>What an attempt came to.</summary>
    public static AttemptOutcome Outcome(Deployment deployment, UpstreamErrorKind kind, double? retryAfter = null, int? status = null) => new()
    {
        Deployment = deployment,
        Kind = kind,
        Status = status ?? ErrorClasses.StatusOf(kind, 418),
        RetryAfter = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };
}
