using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Tollgate.Providers.Amazon;

/// <summary>Gets keys through Amazon's own library: profiles, roles, web identities, and what container or machine offer.</summary>
/// <param name="clock">Tells when to look again.</param>
internal sealed class AmazonKeySources(TimeProvider clock)
{
    /// <summary>A role's keys are renewed this long before they end.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    /// <summary>The library keeps keys of profiles and metadata by itself; it is only asked again.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    /// <summary>How long keys serve whose source has gone silent.</summary>
    private static readonly TimeSpan Spare = TimeSpan.FromMinutes(10);

    private const int SessionSeconds = 3600;

    /// <summary>Gets the keys of an identity.</summary>
    /// <exception cref="AmazonKeyException">There are none; the message is fit for clients.</exception>
    public async Task<AmazonKeys> FetchAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        try
        {
            return identity.Source switch
            {
                AmazonSource.WebIdentity => await OfWebIdentityAsync(identity, cancellationToken),
                AmazonSource.Role => await OfRoleAsync(identity, cancellationToken),
                _ => await OfLibraryAsync(identity, cancellationToken),
            };
        }
        catch (AmazonServiceException refused)
        {
            // The service's own text names accounts; its code says what to mend.
            throw new AmazonKeyException($"The token service refused ({refused.ErrorCode}); check aws_role_name and who may take the role on.", refused);
        }
        catch (AmazonClientException missing)
        {
            throw new AmazonKeyException(identity.Source is AmazonSource.Profile
                ? $"Unable to locate credentials: profile '{identity.Profile}' has none that can be used."
                : "Unable to locate credentials", missing);
        }
    }

    private async Task<AmazonKeys> OfLibraryAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        var credentials = await CredentialsOfAsync(identity, cancellationToken);
        var found = await credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return new AmazonKeys(found.AccessKey, found.SecretKey, found.UseToken ? found.Token : null) { RenewAt = now + AskAgain, GoodUntil = now + Spare };
    }

    private async Task<AmazonKeys> OfRoleAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        var ground = await CredentialsOfAsync(identity, cancellationToken);
        using var service = ServiceFor(identity, ground);
        if (identity.Keys is null && await IsRoleAlreadyAsync(service, identity.Role!, cancellationToken))
        {
            return await OfLibraryAsync(identity with { Source = AmazonSource.Ambient }, cancellationToken);
        }

        var request = new AssumeRoleRequest
        {
            RoleArn = identity.Role,
            RoleSessionName = identity.Session,
            DurationSeconds = SessionSeconds,
            ExternalId = identity.ExternalId,
        };
        if (identity.Tags is not null)
        {
            request.Tags = ReadTags(identity.Tags);
        }

        return Of((await service.AssumeRoleAsync(request, cancellationToken)).Credentials);
    }

    private static async Task<AmazonKeys> OfWebIdentityAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        using var service = ServiceFor(identity, new AnonymousAWSCredentials());
        var answer = await service.AssumeRoleWithWebIdentityAsync(
            new AssumeRoleWithWebIdentityRequest
            {
                RoleArn = identity.Role,
                RoleSessionName = identity.Session,
                DurationSeconds = SessionSeconds,
                WebIdentityToken = await ReadTokenAsync(identity.WebToken!, cancellationToken),
            },
            cancellationToken);
        return Of(answer.Credentials);
    }

    private static AmazonKeys Of(global::Amazon.SecurityToken.Model.Credentials credentials)
    {
        DateTimeOffset? end = credentials.Expiration is { } expiration ? new DateTimeOffset(expiration.ToUniversalTime()) : null;
        return new AmazonKeys(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken) { RenewAt = end - RenewBefore, GoodUntil = end };
    }

    private static async Task<AWSCredentials> CredentialsOfAsync(AmazonIdentity identity, CancellationToken cancellationToken)
    {
        if (identity.Profile is { } profile)
        {
            return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var found)
                ? found
                : throw new AmazonKeyException($"Unable to locate credentials: there is no profile '{profile}'.");
        }

        if (identity.Keys is { } keys)
        {
            return keys.Session is { } session
                ? new SessionAWSCredentials(keys.AccessKey, keys.Secret, session) : new BasicAWSCredentials(keys.AccessKey, keys.Secret);
        }

        using var chain = new DefaultAWSCredentialsIdentityResolver();
        return await chain.ResolveIdentityAsync(clientConfig: null, cancellationToken);
    }

    private static AmazonSecurityTokenServiceClient ServiceFor(AmazonIdentity identity, AWSCredentials credentials) => new(
        credentials,
        new AmazonSecurityTokenServiceConfig
        {
            ServiceURL = identity.TokenService
                ?? $"https://sts.{identity.Region}.amazonaws.com{(identity.Region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}",
            AuthenticationRegion = identity.Region,
            MaxErrorRetry = 2,
        });

    /// <summary>A container whose own role is the one asked for need not (and often may not) take it on again.</summary>
    private static async Task<bool> IsRoleAlreadyAsync(AmazonSecurityTokenServiceClient service, string role, CancellationToken cancellationToken)
    {
        try
        {
            // arn:aws:sts::123:assumed-role/name/session, for arn:aws:iam::123:role/path/name.
            var own = (await service.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellationToken)).Arn.Split(':');
            var asked = role.Split(':');
            return own.Length > 5 && asked.Length > 5 && string.Equals(own[4], asked[4], StringComparison.Ordinal)
                && own[5].StartsWith("assumed-role/", StringComparison.Ordinal)
                && string.Equals(own[5].Split('/')[1], asked[5][(asked[5].LastIndexOf('/') + 1)..], StringComparison.Ordinal);
        }
        catch (AmazonServiceException)
        {
            // Not allowed to ask: taking the role on shows whether it may.
            return false;
        }
    }

    private static List<Tag> ReadTags(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind is JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(static tag => new Tag
                {
                    Key = tag.GetProperty("Key").GetString(), Value = tag.GetProperty("Value").GetString(),
                })]
                : [.. document.RootElement.EnumerateObject().Select(static tag => new Tag { Key = tag.Name, Value = tag.Value.ToString() })];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new AmazonKeyException("aws_session_tags must be a list of objects with Key and Value, or an object of names and values.", exception);
        }
    }

    private static async Task<string> ReadTokenAsync(string token, CancellationToken cancellationToken)
    {
        const string file = "oidc/file/";
        if (token.StartsWith("oidc/", StringComparison.Ordinal) && !token.StartsWith(file, StringComparison.Ordinal))
        {
            throw new AmazonKeyException($"aws_web_identity_token: '{token}' is not supported; give oidc/file/<path>, a path or the token itself.");
        }

        var path = token.StartsWith(file, StringComparison.Ordinal) ? token[file.Length..] : token;
        try
        {
            return token.Length < 4096 && File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : token;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AmazonKeyException("aws_web_identity_token: the file cannot be read.", exception);
        }
    }
}

/// <summary>No keys can be had.</summary>
/// <param name="message">Fit for clients: no account, no secret.</param>
/// <param name="inner">What happened.</param>
internal sealed class AmazonKeyException(string message, Exception? inner = null) : Exception(message, inner);
