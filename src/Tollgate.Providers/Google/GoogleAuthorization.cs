using Google.Apis.Auth.OAuth2.Responses;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Google;

/// <summary>A bearer token of Google's; a client that brings its own uses that instead.</summary>
internal sealed class GoogleAuthorization(ConnectionDraft draft, GoogleTokens tokens, GoogleIdentity identity, VertexPlace place) : Authorization
{
    private readonly HeaderSet _headers = new(draft, "Authorization", "Bearer {key}");
    private readonly string? _quotaProject = identity.QuotaProject();
    private readonly string _exceptionName = draft.Row.ExceptionName;

    public override ValueTask<ConnectionFault?> ApplyAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in _headers.Plain)
        {
            Set(message, name, value);
        }

        if (_headers.BringsAuth)
        {
            return default;
        }

        if (clientKey is not null)
        {
            Set(message, "Authorization", "Bearer " + clientKey);
            return default;
        }

        return FetchAsync(message, cancellationToken);
    }

    private async ValueTask<ConnectionFault?> FetchAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        GoogleToken token;
        try
        {
            token = await tokens.GetAsync(identity, cancellationToken);
        }
        catch (Exception failed) when (failed is GoogleCredentialException or TokenResponseException or IOException or UnauthorizedAccessException
            or HttpRequestException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return new ConnectionFault(UpstreamErrorKind.Authentication, $"{_exceptionName} - no Google token could be had: {Reason(failed)}");
        }

        Set(message, "Authorization", "Bearer " + token.Text);
        if (_quotaProject is not null)
        {
            Set(message, "x-goog-user-project", _quotaProject);
        }

        return place.Project is null ? Address(message, token.Project) : null;
    }

    /// <summary>Puts in the project that only the metadata server knew.</summary>
    private ConnectionFault? Address(HttpRequestMessage message, string? project)
    {
        if (message.RequestUri is not { } uri || !uri.AbsoluteUri.Contains(VertexPlace.UnknownProject, StringComparison.Ordinal))
        {
            return null;
        }

        if (string.IsNullOrEmpty(project))
        {
            return new ConnectionFault(
                UpstreamErrorKind.BadRequest,
                $"{_exceptionName} - vertex_project is not known: set litellm_params.vertex_project or the environment variable VERTEXAI_PROJECT.");
        }

        message.RequestUri = new Uri(uri.AbsoluteUri.Replace(VertexPlace.UnknownProject, Uri.EscapeDataString(project), StringComparison.Ordinal));
        return null;
    }

    /// <summary>What an operator can act on; nothing of the credentials, nothing that the endpoint repeats of them.</summary>
    private static string Reason(Exception failed) => failed switch
    {
        GoogleCredentialException known => known.Message,
        TokenResponseException refused => refused.Error?.Error switch
        {
            "invalid_grant" => "the credentials have expired or were revoked, or the machine's clock is wrong (invalid_grant).",
            "unauthorized_client" or "access_denied" => "the account lacks the right to get tokens for Google Cloud.",
            "invalid_client" => "the client of the credentials is not known any more (invalid_client).",
            _ => $"the token endpoint refused with status {(int?)refused.StatusCode}.",
        },
        IOException or UnauthorizedAccessException => "the credentials file cannot be read.",
        HttpRequestException => "the token endpoint cannot be reached.",
        _ => $"{failed.GetType().Name}.",
    };
}
