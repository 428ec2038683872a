using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Google;

/// <summary>Credentials that cannot be used, in words for the operator. Never holds what they consist of.</summary>
internal sealed class GoogleCredentialException(string message) : Exception(message);

/// <summary>Gets tokens by Google's own library, for every kind of credentials that it knows.</summary>
/// <param name="clock">Tells when a token was got.</param>
internal sealed class GoogleCredentialSource(TimeProvider clock)
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";
    private const string MetadataProject = "computeMetadata/v1/project/project-id";

    /// <summary>Kinds of credentials, by the word of their JSON and of the library.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["service_account"] = JsonCredentialParameters.ServiceAccountCredentialType,
        ["authorized_user"] = JsonCredentialParameters.AuthorizedUserCredentialType,
        ["external_account"] = JsonCredentialParameters.ExternalAccountCredentialType,
        ["impersonated_service_account"] = JsonCredentialParameters.ImpersonatedServiceAccountCredentialType,
        ["external_account_authorized_user"] = JsonCredentialParameters.ExternalAccountAuthorizedUserCredentialType,
    };

    /// <summary>Gets a new token.</summary>
    /// <exception cref="GoogleCredentialException">There are no credentials, or they are not of a kind that is known.</exception>
    public async Task<GoogleToken> FetchAsync(GoogleIdentity identity, CancellationToken cancellationToken)
        => identity.Source is GoogleSource.Metadata ? await OfMachineAsync(cancellationToken) : await OfJsonAsync(identity, cancellationToken);

    private async Task<GoogleToken> OfJsonAsync(GoogleIdentity identity, CancellationToken cancellationToken)
    {
        var json = identity.Read();
        var kind = KindOf(json);
        GoogleCredential credential;
        try
        {
            credential = CredentialFactory.FromJson(json, kind).CreateScoped(Scope);
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw new GoogleCredentialException($"the credentials of type {kind} are incomplete or their key is broken.");
        }

        var token = credential.UnderlyingCredential switch
        {
            ServiceCredential service => await RefreshedAsync(service, cancellationToken),
            UserCredential user => await user.RefreshTokenAsync(cancellationToken) ? user.Token : null,
            _ => null,
        };
        return await ReadAsync(token, credential, project: null, cancellationToken);
    }

    private async Task<GoogleToken> OfMachineAsync(CancellationToken cancellationToken)
    {
        if (!await ComputeCredential.IsRunningOnComputeEngine())
        {
            throw new GoogleCredentialException(
                "there are no credentials: set litellm_params.vertex_credentials or GOOGLE_APPLICATION_CREDENTIALS to a credentials file, "
                + "or run where a metadata server answers.");
        }

        using var client = new global::Google.Apis.Http.HttpClientFactory().CreateHttpClient(new global::Google.Apis.Http.CreateHttpClientArgs());
        var credential = new ComputeCredential();
        var token = await RefreshedAsync(credential, cancellationToken);
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri("http://metadata.google.internal/" + MetadataProject));
        ask.Headers.Add("Metadata-Flavor", "Google");
        using var answer = await client.SendAsync(ask, cancellationToken);
        var project = answer.IsSuccessStatusCode ? (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim() : null;
        return await ReadAsync(token, null, project, cancellationToken);
    }

    private static async Task<TokenResponse?> RefreshedAsync(ServiceCredential credential, CancellationToken cancellationToken)
        => await credential.RequestAccessTokenAsync(cancellationToken) ? credential.Token : null;

    private async Task<GoogleToken> ReadAsync(TokenResponse? token, GoogleCredential? credential, string? project, CancellationToken cancellationToken)
    {
        if (token?.AccessToken is { Length: > 0 } text)
        {
            return new GoogleToken(text, clock.GetUtcNow().AddSeconds(token.ExpiresInSeconds ?? 3600), project);
        }

        // Kinds that keep their token to themselves: an hour is what all of Google's last, ten minutes are asked for at most.
        var kept = credential is null ? null
            : await ((ITokenAccess)credential).GetAccessTokenForRequestAsync(authUri: null, cancellationToken);
        return kept is { Length: > 0 } ? new GoogleToken(kept, clock.GetUtcNow().AddMinutes(10), project)
            : throw new GoogleCredentialException("the token endpoint gave no access token.");
    }

    private static string KindOf(string json)
    {
        string? type;
        try
        {
            using var document = JsonDocument.Parse(json);
            type = document.RootElement.Text("type"u8);
            if (document.RootElement.Member("credential_source"u8).Member("executable"u8).IsGiven())
            {
                throw new GoogleCredentialException("a credential_source that runs a program is not allowed.");
            }
        }
        catch (JsonException)
        {
            throw new GoogleCredentialException("the credentials are not JSON.");
        }

        return type is not null && Kinds.TryGetValue(type, out var kind) ? kind
            : throw new GoogleCredentialException($"credentials of type '{type}' are not known; known are {string.Join(", ", Kinds.Keys)}.");
    }
}
