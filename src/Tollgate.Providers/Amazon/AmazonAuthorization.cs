using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Amazon;

/// <summary>Signs each request with keys of an identity; a client that brings its own key uses that as a bearer token.</summary>
internal sealed class AmazonAuthorization : Authorization
{
    private readonly AmazonIdentity _identity;
    private readonly AmazonCredentials _credentials;
    private readonly TimeProvider _clock;
    private readonly SigV4 _signer;
    private readonly HeaderSet _headers;
    private readonly string _exceptionName;
    private readonly Uri? _signedBase;

    private AmazonAuthorization(ConnectionDraft draft, ConnectionServices services, string service, string region, Uri? signedBase)
    {
        _identity = AmazonIdentity.Choose(draft, region);
        _credentials = services.Amazon;
        _clock = services.Clock;
        _signer = new SigV4(service, region);
        _headers = new HeaderSet(draft, "Authorization", "Bearer {key}");
        _exceptionName = draft.Row.ExceptionName;
        _signedBase = signedBase;
    }

    /// <summary>A bearer token where there is one and nobody said otherwise, else signatures.</summary>
    /// <param name="draft">Row and deployment.</param>
    /// <param name="services">What connections share.</param>
    /// <param name="service">Name of the service in signatures.</param>
    /// <param name="region">Its region.</param>
    /// <param name="signedBase">The address that signatures are for, where requests go to a proxy; null for where they go.</param>
    public static Authorization Choose(ConnectionDraft draft, ConnectionServices services, string service, string region, Uri? signedBase = null)
    {
        var hasKey = draft.Deployment.ApiKey is { Length: > 0 } || draft.Deployment.ApiKeyUnresolved;
        if (hasKey || draft.Deployment.ExtraHeaders.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase))
        {
            return new KeyAuthorization(draft, ProviderAuth.Bearer);
        }

        if (service is "bedrock" && !AmazonIdentity.IsNamedBy(draft) && draft.Env("AWS_BEARER_TOKEN_BEDROCK") is not null)
        {
            draft.KeyEnv = ["AWS_BEARER_TOKEN_BEDROCK"];
            return new KeyAuthorization(draft, ProviderAuth.Bearer);
        }

        return new AmazonAuthorization(draft, services, service, region, signedBase);
    }

    /// <summary>Signatures for S3: it knows no keys of Bedrock's.</summary>
    public static Authorization ForStorage(ConnectionDraft draft, ConnectionServices services, string region)
        => new AmazonAuthorization(draft, services, "s3", region, signedBase: null);

    public override ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        if (clientKey is null)
        {
            return SignAsync(message, cancellationToken);
        }

        if (clientKey.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            return ValueTask.FromResult<ConnectionFault?>(
                new ConnectionFault(UpstreamErrorKind.Authentication, $"{_exceptionName} - the api_key holds control characters."));
        }

        Set(message, "Authorization", "Bearer " + clientKey);
        return default;
    }

    private async ValueTask<ConnectionFault?> SignAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        AmazonKeys keys;
        try
        {
            keys = await _credentials.GetAsync(_identity, cancellationToken);
        }
        catch (AmazonKeyException missing)
        {
            return new ConnectionFault(UpstreamErrorKind.Authentication, $"{_exceptionName} - {missing.Message}");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or TimeoutException)
        {
            return new ConnectionFault(UpstreamErrorKind.Connection, $"{_exceptionName} - the service that gives credentials could not be reached.");
        }

        var hash = await BodyHash.OfAsync(message.Content, cancellationToken);
        var signed = _signedBase is null ? null : new Uri(_signedBase, message.RequestUri!.PathAndQuery);
        _signer.Sign(message, keys, _clock.GetUtcNow(), hash, signed);
        return null;
    }
}
