using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Natives;

/// <summary>
/// The login of one ChatGPT user, made before by a tool that writes LiteLLM's or Codex' file. It is renewed here and written back.
/// </summary>
internal sealed class ChatGptLogin(string file, TokenEndpoint issuer, TimeProvider clock)
{
    private const string Issuer = "https://auth.openai.com/oauth/token";
    private const string Client = "app_EMoamEEZ73f0CkXaXp7hrann";

    // Tokens of this issuer live for days; one that does not say is looked at again after an hour.
    private static readonly TimeSpan UnstatedLife = TimeSpan.FromHours(1);

    public string Identity { get; } = TokenEndpoint.Identity("chatgpt", file);

    /// <summary>Where the login is kept.</summary>
    public static string FileOf(ConnectionDraft draft)
    {
        var home = draft.Env("HOME") ?? draft.Env("USERPROFILE") ?? ".";
        return Path.Combine(
            draft.Env("CHATGPT_TOKEN_DIR") ?? Path.Combine(home, ".config", "litellm", "chatgpt"), draft.Env("CHATGPT_AUTH_FILE")
                ?? "auth.json");
    }

    /// <summary>The login's token, renewed when it is about to end.</summary>
    public async Task<IssuedToken> FetchAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not { } kept)
        {
            throw new TokenException("there is no login to ChatGPT: log in with LiteLLM or Codex, and put the file where CHATGPT_TOKEN_DIR names.");
        }

        var token = Issued(kept);
        if (token.ExpiresOn > clock.GetUtcNow() + TimeSpan.FromMinutes(2) || kept.Refresh is null)
        {
            return token;
        }

        using var content = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("client_id", Client), KeyValuePair.Create("grant_type", "refresh_token"), KeyValuePair.Create(
                "refresh_token", kept.Refresh),
            KeyValuePair.Create("scope", "openid profile email"),
        ]);
        using var message = new HttpRequestMessage(HttpMethod.Post, TokenEndpoint.AddressOf(Issuer)) { Content = content };
        using var answer = await issuer.SendAsync(message, cancellationToken);
        var access = answer.RootElement.Text("access_token"u8)
            ?? throw new TokenException("no token could be had: the issuer's answer holds none.");
        var renewed = kept with { Access = access, Refresh = answer.RootElement.Text("refresh_token"u8) ?? kept.Refresh, ExpiresAt = null };
        token = Issued(renewed);
        await WriteAsync(renewed with { ExpiresAt = token.ExpiresOn.ToUnixTimeSeconds() }, cancellationToken);
        return token;
    }

    private IssuedToken Issued(Kept kept)
    {
        var claims = ClaimsOf(kept.Access);
        var end = kept.ExpiresAt ?? claims.Member("exp"u8).Count();
        var account = kept.Account ?? claims.Member("https://api.openai.com/auth"u8).Text("chatgpt_account_id"u8);
        return new IssuedToken(kept.Access, end is { } seconds and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : clock.GetUtcNow() + UnstatedLife)
        {
            Headers = account is null ? [] : [("ChatGPT-Account-Id", account)],
        };
    }

    /// <summary>What a token says of itself; nothing when it is no JWT. It is not checked: whoever takes it does that.</summary>
    private static JsonElement ClaimsOf(string token)
    {
        var parts = token.Split('.');
        try
        {
            return parts.Length == 3 ? JsonElement.Parse(Base64Url.DecodeFromChars(parts[1])) : default;
        }
        catch (Exception failed) when (failed is FormatException or JsonException)
        {
            return default;
        }
    }

    private async Task<Kept?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file, cancellationToken));
            var root = document.RootElement;
            var tokens = root.Member("tokens"u8) is { ValueKind: JsonValueKind.Object } inner ? inner : root;
            return tokens.Text("access_token"u8) is { Length: > 0 } access
                ? new Kept(access, tokens.Text("refresh_token"u8), tokens.Text("account_id"u8), root.Member("expires_at"u8).Count()) : null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private async Task WriteAsync(Kept kept, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("{\"access_token\":\"").Append(JsonEncodedText.Encode(kept.Access));
        if (kept.Refresh is not null)
        {
            text.Append("\",\"refresh_token\":\"").Append(JsonEncodedText.Encode(kept.Refresh));
        }

        if (kept.Account is not null)
        {
            text.Append("\",\"account_id\":\"").Append(JsonEncodedText.Encode(kept.Account));
        }

        text.Append(CultureInfo.InvariantCulture, $"\",\"expires_at\":{kept.ExpiresAt ?? 0}}}");
        await LoginFile.WriteAsync(file, text.ToString(), cancellationToken);
    }

    private sealed record Kept(string Access, string? Refresh, string? Account, long? ExpiresAt);
}
