using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Amazon;

/// <summary>Where keys come from.</summary>
internal enum AmazonSource : byte
{
    /// <summary>Environment of the container or the machine: variables, web identity, container and instance metadata.</summary>
    Ambient,

    /// <summary>Given as they are.</summary>
    Keys,

    /// <summary>A profile of the shared configuration files.</summary>
    Profile,

    /// <summary>A role that another identity takes on.</summary>
    Role,

    /// <summary>A role for a token of another identity provider.</summary>
    WebIdentity,
}

/// <summary>Whose keys sign the requests of a deployment (05-bedrock-sagemaker.md section 2). Deployments with the same one share them.</summary>
/// <param name="Source">Where they come from.</param>
/// <param name="Region">Region of the token service.</param>
internal sealed record AmazonIdentity(AmazonSource Source, string Region)
{
    /// <summary>Given keys; the identity that takes on a role, where there is one. Null for the environment's.</summary>
    public AmazonKeys? Keys { get; init; }

    public string? Profile { get; init; }

    /// <summary>ARN of the role to take on.</summary>
    public string? Role { get; init; }

    /// <summary>Name of the session, as Amazon's logs show it.</summary>
    public string Session { get; init; } = "tollgate";

    public string? ExternalId { get; init; }

    /// <summary>Tags of the session: JSON, an object or a list of objects with <c>Key</c> and <c>Value</c>.</summary>
    public string? Tags { get; init; }

    /// <summary>The other provider's token, a file that holds it, or <c>oidc/...</c>.</summary>
    public string? WebToken { get; init; }

    /// <summary>Token service; null for that of the region.</summary>
    public string? TokenService { get; init; }

    /// <summary>The first source that the deployment or the environment names.</summary>
    public static AmazonIdentity Choose(ConnectionDraft draft, string region)
    {
        var own = KeysOf(draft.Param("aws_access_key_id"), draft.Param("aws_secret_access_key"), draft.Param("aws_session_token"));
        var keys = own ?? KeysOf(draft.Env("AWS_ACCESS_KEY_ID"), draft.Env("AWS_SECRET_ACCESS_KEY"), draft.Env("AWS_SESSION_TOKEN"));
        var identity = new AmazonIdentity(AmazonSource.Ambient, region)
        {
            Keys = keys,
            Profile = draft.Param("aws_profile_name") ?? (own is null ? draft.Env("AWS_PROFILE_NAME") ?? draft.Env("AWS_PROFILE") : null),
            Role = draft.Param("aws_role_name", "AWS_ROLE_NAME"),
            Session = draft.Param("aws_session_name", "AWS_SESSION_NAME") ?? "tollgate",
            ExternalId = draft.Param("aws_external_id", "AWS_EXTERNAL_ID"),
            Tags = draft.Param("aws_session_tags"),
            WebToken = draft.Param("aws_web_identity_token", "AWS_WEB_IDENTITY_TOKEN"),
            TokenService = draft.Param("aws_sts_endpoint", "AWS_STS_ENDPOINT"),
        };
        identity = identity.Role is not null && identity.WebToken is null && draft.Param("aws_session_name", "AWS_SESSION_NAME") is not null
            && draft.Env("AWS_ROLE_NAME") is not null && draft.Env("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file
            ? identity with { WebToken = file } : identity;
        var source = identity switch
        {
            { WebToken: not null, Role: not null } => AmazonSource.WebIdentity,
            { Role: not null } => AmazonSource.Role,
            { Profile: not null } => AmazonSource.Profile,
            { Keys: not null } => AmazonSource.Keys,
            _ => AmazonSource.Ambient,
        };
        return identity with { Source = source };
    }

    /// <summary>True when the deployment itself names who signs, which counts more than a bearer token of the environment.</summary>
    public static bool IsNamedBy(ConnectionDraft draft)
        => draft.Param("aws_access_key_id") is not null || draft.Param("aws_role_name") is not null || draft.Param("aws_profile_name") is not null
            || draft.Param("aws_web_identity_token") is not null;

    private static AmazonKeys? KeysOf(string? id, string? secret, string? session)
        => id is not null && secret is not null ? new AmazonKeys(id, secret, session) : null;
}
