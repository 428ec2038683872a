using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Google;

/// <summary>Where credentials come from.</summary>
internal enum GoogleSource
{
    /// <summary>JSON in the configuration.</summary>
    Text,

    /// <summary>A file, read again for every token, so that it may be exchanged.</summary>
    File,

    /// <summary>The machine's own account, from the metadata server.</summary>
    Metadata,
}

/// <summary>Who a token is got for. Equal identities share one token.</summary>
/// <param name="Source">Where the credentials are.</param>
/// <param name="Value">The JSON, or the path; empty for the machine's account.</param>
internal sealed record GoogleIdentity(GoogleSource Source, string Value)
{
    /// <summary>The credentials of a deployment: its own, the environment's, the user's of gcloud, the machine's.</summary>
    public static GoogleIdentity Choose(ConnectionDraft draft)
    {
        if (draft.Param("vertex_credentials", "VERTEXAI_CREDENTIALS", "VERTEX_CREDENTIALS") is { } own)
        {
            return own.AsSpan().TrimStart() is ['{', ..] ? new GoogleIdentity(GoogleSource.Text, own) : new GoogleIdentity(GoogleSource.File, own);
        }

        if (draft.Env("GOOGLE_APPLICATION_CREDENTIALS") is { } path)
        {
            return new GoogleIdentity(GoogleSource.File, path);
        }

        var folder = draft.Env("CLOUDSDK_CONFIG") ?? (draft.Env("HOME") is { } home ? Path.Combine(home, ".config", "gcloud") : null);
        var usual = folder is null ? null : Path.Combine(folder, "application_default_credentials.json");
        return usual is not null && File.Exists(usual) ? new GoogleIdentity(GoogleSource.File, usual) : new GoogleIdentity(GoogleSource.Metadata, "");
    }

    /// <summary>The JSON.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Read() => Source is GoogleSource.Text ? Value : File.ReadAllText(Value);

    /// <summary>The project that the credentials name; null when they name none, or cannot be read, which the first call reports.</summary>
    public string? ProjectOf() => Member("project_id"u8) ?? Member("quota_project_id"u8);

    /// <summary>Who is billed when it is not the project that is called; null for that one.</summary>
    public string? QuotaProject() => Member("quota_project_id"u8);

    /// <summary>For logs: tells identities apart and shows nothing.</summary>
    public override string ToString() => $"{Source} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Value)).AsSpan(0, 4))}";

    private string? Member(ReadOnlySpan<byte> name)
    {
        if (Source is GoogleSource.Metadata)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Read());
            return document.RootElement.Text(name) is { Length: > 0 } value ? value : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;
        }
    }
}
