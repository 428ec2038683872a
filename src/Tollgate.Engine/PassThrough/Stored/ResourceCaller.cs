using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Calls that the gateway makes itself about files and batches: of several deployments at once, or beside the client's.</summary>
internal sealed class ResourceCaller(UpstreamTransport transport, IPassThroughProviders providers, TimeProvider time)
{
    private readonly TimeProvider _time = time;

    /// <summary>Where a call goes.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="provider">Provider slug; counts where there is no deployment.</param>
    /// <param name="owner">Deployment or settings whose credentials count; null for those of the environment.</param>
    /// <param name="path">Path below <c>/v1</c>.</param>
    public PassThroughTarget Open(CallContext call, string provider, DeploymentConfig? owner, string path)
        => providers.OpenResource(provider, owner, new PassThroughCall("", path, "", Model: null, call.Snapshot.Config));

    /// <summary>Credentials for a provider's resources in the settings (llm-api.md 13.1); null for those of the environment.</summary>
    public static DeploymentConfig? SettingsOf(GatewayConfig config, string resource, string provider)
    {
        var section = resource is "/fine_tuning/jobs" ? "finetune_settings" : "files_settings";
        return config.ResourceCredentials.FirstOrDefault(entry => string.Equals(entry.ModelGroup, section, StringComparison.Ordinal)
            && string.Equals(entry.CustomProvider, provider, StringComparison.Ordinal));
    }

    /// <summary>Reads an object.</summary>
    /// <exception cref="ApiException">It could not be read.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(CallContext call, Deployment deployment, PassThroughTarget target) => await SendAsync(
        call, deployment, target, HttpMethod.Get, content: null,
        static (answer, cancellationToken) => answer.Content.ReadAsByteArrayAsync(cancellationToken));

    /// <summary>A deployment as logs and prices know it.</summary>
    public static Deployment Describe(CallContext call, PassThroughTarget target, DeploymentConfig config)
        => new(config, target.Connection, config.Model, call.Snapshot.Prices);

    /// <summary>Makes a call and hands its answer on.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="deployment">Who is asked.</param>
    /// <param name="target">Where it is.</param>
    /// <param name="method">Method.</param>
    /// <param name="content">Body; null for none.</param>
    /// <param name="take">Reads the answer, which is a success.</param>
    /// <exception cref="ApiException">It failed, in the words of the upstream.</exception>
    public async Task<T> SendAsync<T>(
        CallContext call, Deployment deployment, PassThroughTarget target, HttpMethod method, HttpContent? content,
        Func<HttpResponseMessage, CancellationToken, Task<T>> take)
    {
        if (target is not { Fault: null, Address: { } address })
        {
            throw Refuse(call, UpstreamErrors.FromFault(deployment, target.Fault
                ?? new ConnectionFault(UpstreamErrorKind.InternalServer, "no address.")));
        }

        var message = new HttpRequestMessage(method, address) { Content = content, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        return await SendAsync(
            call, deployment, target.Connection.Transport, message,
            (sent, cancellationToken) => target.Connection.AuthorizeAsync(sent, clientKey: null, cancellationToken), take);
    }

    /// <summary>Makes a call and hands its answer on.</summary>
    /// <param name="call">The client's call.</param>
    /// <param name="deployment">Who is asked.</param>
    /// <param name="pool">TLS and proxy.</param>
    /// <param name="message">The call; disposed of when it is over.</param>
    /// <param name="authorize">Adds credentials.</param>
    /// <param name="take">Reads the answer, which is a success.</param>
    /// <exception cref="ApiException">It failed, in the words of the upstream.</exception>
    public async Task<T> SendAsync<T>(
        CallContext call, Deployment deployment, TransportOptions pool, HttpRequestMessage message,
        Func<HttpRequestMessage, CancellationToken, ValueTask<ConnectionFault?>> authorize,
        Func<HttpResponseMessage, CancellationToken, Task<T>> take)
    {
        using var sent = message;
        using var clock = new AttemptClock(_time, CallTimeouts.For(call, deployment), call.Aborted);
        try
        {
            if (await authorize(sent, clock.Token) is { } fault)
            {
                throw Refuse(call, UpstreamErrors.FromFault(deployment, fault));
            }

            using var answer = await transport.For(pool).SendAsync(sent, clock.Token);
            if (answer.IsSuccessStatusCode)
            {
                return await take(answer, clock.Token);
            }

            await using var body = await answer.Content.ReadAsStreamAsync(clock.Token);
            throw Refuse(call, await UpstreamErrors.FromResponseAsync(deployment, answer, body, _time, clock.Token));
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception) && !call.Aborted.IsCancellationRequested)
        {
            throw Refuse(call, UpstreamErrors.FromException(deployment, exception, clock));
        }
    }

    /// <summary>The way to a provider that keeps resources in an API of its own.</summary>
    public INativeSender SenderFor(NativeCall about) => new Sender(this, about.Call, about.Deployment, about.Target);

    /// <summary>The way to the model that a line of a batch names.</summary>
    public IUpstreamConnection ConnectModel(CallContext call, PassThroughTarget target, DeploymentConfig? holder, string model)
        => providers.ConnectModel(target.Connection.Provider, holder, model, call.Snapshot.Config);

    private static ApiException Refuse(CallContext call, AttemptOutcome outcome)
    {
        call.Outcome = outcome;
        return new ApiException(ErrorClasses.StatusOf(outcome.Kind, outcome.Status), $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}");
    }

    private sealed class Sender(ResourceCaller caller, CallContext call, Deployment deployment, PassThroughTarget target) : INativeSender
    {
        public DateTimeOffset Now => caller._time.GetUtcNow();

        public Task<T> SendAsync<T>(
            HttpRequestMessage message, Func<HttpRequestMessage, CancellationToken, ValueTask<ConnectionFault?>> authorize,
            Func<HttpResponseMessage, CancellationToken, Task<T>> take)
            => caller.SendAsync(call, deployment, target.Connection.Transport, message, authorize, take);
    }
}
