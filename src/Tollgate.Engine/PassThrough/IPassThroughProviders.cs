using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Realtime;

namespace Tollgate.Engine.PassThrough;

/// <summary>
/// Where calls go that are relayed in a provider's own API, and with which credentials. Implemented by the provider catalogue: what differs
/// between providers is data there.
/// </summary>
public interface IPassThroughProviders
{
    /// <summary>First segments of paths that are relayed.</summary>
    ImmutableArray<PassThroughPrefix> Prefixes { get; }

    /// <summary>Providers that keep files, batches and the like in OpenAI's shape; the first is the default.</summary>
    ImmutableArray<string> ResourceProviders { get; }

    /// <summary>Providers that keep files and batches in APIs of their own, shown in OpenAI's shape.</summary>
    ImmutableArray<string> NativeProviders { get; }

    /// <summary>Those of them that have fine-tuning jobs.</summary>
    ImmutableArray<string> TuningProviders { get; }

    /// <summary>The way to a model of a provider with the credentials of somebody: for the lines of a batch.</summary>
    /// <param name="provider">Provider slug; counts where there is no deployment.</param>
    /// <param name="owner">Deployment or settings whose credentials count; null for those of the environment.</param>
    /// <param name="model">Model at the provider.</param>
    /// <param name="config">The configuration.</param>
    IUpstreamConnection ConnectModel(string provider, DeploymentConfig? owner, string model, GatewayConfig config);

    /// <summary>Where the model of a call stands, before its body is read.</summary>
    PassThroughModel ModelOf(string prefix, string path);

    /// <summary>Works out a call. Never throws for operator mistakes: the target's fault says what is missing.</summary>
    PassThroughTarget Open(in PassThroughCall call);

    /// <summary>Works out a call of a stored resource (files, batches, ...).</summary>
    /// <param name="provider">Provider slug.</param>
    /// <param name="deployment">Deployment whose credentials count; null for those of settings and environment.</param>
    /// <param name="call">Path below <c>/v1</c>, query and configuration.</param>
    PassThroughTarget OpenResource(string provider, DeploymentConfig? deployment, in PassThroughCall call);

    /// <summary>Works out a realtime session.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="upstreamModel">Its model, wildcards filled in.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="query">The client's query without model and credentials, with its question mark or empty.</param>
    PassThroughTarget OpenRealtime(DeploymentConfig deployment, string upstreamModel, GatewayConfig config, string query);

    /// <summary>Paths at which sessions in a provider's own realtime API are opened.</summary>
    ImmutableArray<string> LivePaths { get; }

    /// <summary>Works out such a session.</summary>
    /// <param name="project">Project that the client names; null for the model's or the operator's.</param>
    /// <param name="location">Location that the client names; null for the model's or the operator's.</param>
    /// <param name="model">Model as the client names it.</param>
    /// <param name="config">The configuration.</param>
    PassThroughTarget OpenLive(string? project, string? location, string model, GatewayConfig config);

    /// <summary>Provider whose address this is, for prices; empty when unknown.</summary>
    string ProviderAt(Uri address);
}

/// <summary>A first segment of paths that are relayed.</summary>
/// <param name="Name">The segment, without slashes.</param>
/// <param name="Summary">What it is for, for the API document.</param>
/// <param name="KeyInQuery">Its clients may send their key as <c>?key=</c>.</param>
/// <param name="IsSigned">Its requests are signed, for which a body must be whole.</param>
/// <param name="PaidBySecondAs">
/// Its transcripts are paid for by the length of the sound, at the price of this model unless they name another; null for none.
/// </param>
public sealed record PassThroughPrefix(
    string Name, string Summary, bool KeyInQuery = false, bool IsSigned = false, string? PaidBySecondAs = null);

/// <summary>The model of a call as far as its path tells.</summary>
/// <param name="Name">Model; null when the path names none.</param>
/// <param name="IsInPath">The path decides: what a body says does not count.</param>
public readonly record struct PassThroughModel(string? Name, bool IsInPath);

/// <summary>A call to be relayed.</summary>
/// <param name="Prefix">First segment.</param>
/// <param name="Path">The rest, escaped as it came, with its slash; empty for none.</param>
/// <param name="Query">Query without the gateway's key, with its question mark; empty for none.</param>
/// <param name="Model">Model of path or body; null when unknown.</param>
/// <param name="Config">The configuration.</param>
public readonly record struct PassThroughCall(string Prefix, string Path, string Query, string? Model, GatewayConfig Config);

/// <summary>Where a call goes.</summary>
public sealed record PassThroughTarget
{
    /// <summary>Absolute address; null when there is a fault.</summary>
    public Uri? Address { get; init; }

    /// <summary>Credentials, transport and name of the provider.</summary>
    public required IUpstreamConnection Connection { get; init; }

    /// <summary>Why the call cannot be made; null when it can.</summary>
    public ConnectionFault? Fault { get; init; }

    /// <summary>Files and batches in an API of the provider's own; null where it is OpenAI's.</summary>
    public Natives.INativeResources? Native { get; init; }

    /// <summary>Model as logs and prices know it, without the provider's prefix; null for what the call itself says.</summary>
    public string? Model { get; init; }

    /// <summary>Model that the body must name instead of the client's; null leaves it.</summary>
    public string? SendModel { get; init; }

    /// <summary>Id of the deployment that lent its credentials; empty when none did.</summary>
    public string DeploymentId { get; init; } = "";

    /// <summary>The only client headers that go on; empty sends all that carry no credential.</summary>
    public ImmutableArray<string> OnlyHeaders { get; init; } = [];

    /// <summary>The client's own credential may go on, since there is none here or the operator wants it so.</summary>
    public bool TakesClientCredentials { get; init; }

    /// <summary>The path asks for a stream.</summary>
    public bool IsStream { get; init; }

    /// <summary>Stands between a realtime client and the provider, made of the client's model and an id; null where both speak the same.</summary>
    public Func<string, string, IRealtimeTranslator>? Translator { get; init; }

    /// <summary>Media type of a realtime session that is one request both ways; null for a WebSocket.</summary>
    public string? DuplexType { get; init; }

    /// <summary>How its messages are sent, made of the authorised request; null for a WebSocket.</summary>
    public Func<HttpRequestMessage, IDuplexFraming>? Framing { get; init; }
}
