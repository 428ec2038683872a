using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tollgate.Engine;
using Tollgate.Providers.Connections;
using Tollgate.Wire.Hub;

namespace Tollgate.Providers.Natives;

/// <summary>
/// The login of one Copilot user. A login that is not there yet is begun in the background: the code to enter stands in the log, and calls are
/// refused until it has been entered.
/// </summary>
internal sealed partial class CopilotLogin(CopilotFiles files, TokenEndpoint issuer, TimeProvider clock, ILoggerFactory loggers)
{
    // GitHub's codes live for 15 minutes.
    private static readonly TimeSpan LongestLogin = TimeSpan.FromMinutes(15);

    private readonly ILogger<CopilotLogin> _logger = loggers.CreateLogger<CopilotLogin>();
    private readonly Lock _lock = new();
    private Task? _login;

    public string Identity { get; } = TokenEndpoint.Identity("github_copilot", files.AccessToken, files.ApiKey, files.ApiKeyUrl);

    /// <summary>The key for calls: that of the file while it is good, else a new one for the login.</summary>
    public async Task<IssuedToken> FetchAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(files.ApiKey, cancellationToken) is { } kept && TryParse(kept) is { } key && key.ExpiresOn > clock.GetUtcNow() + TimeSpan.FromMinutes(1))
        {
            return key;
        }

        if ((await ReadAsync(files.AccessToken, cancellationToken))?.Trim() is not { Length: > 0 } access)
        {
            Begin();
            throw new TokenException("the login to GitHub Copilot is pending: the code to enter stands in the gateway's log.");
        }

        using var ask = new HttpRequestMessage(HttpMethod.Get, TokenEndpoint.AddressOf(files.ApiKeyUrl));
        ask.Headers.TryAddWithoutValidation("Authorization", "token " + access);
        ask.Headers.TryAddWithoutValidation("User-Agent", "GitHubCopilotChat/0.26.7");
        ask.Headers.TryAddWithoutValidation("editor-version", "vscode/1.95.0");
        using var answer = await issuer.SendAsync(ask, cancellationToken);
        var text = answer.RootElement.GetRawText();
        var issued = TryParse(text) ?? throw new TokenException("no token could be had: the issuer's answer holds none.");
        await WriteAsync(files.ApiKey, text, cancellationToken);
        return issued;
    }

    private static IssuedToken? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.Text("token"u8) is { Length: > 0 } token && root.Member("expires_at"u8).Count() is { } end and < 100_000_000_000
                ? new IssuedToken(token, DateTimeOffset.FromUnixTimeSeconds(end), root.Member("endpoints"u8).Text("api"u8)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Begin()
    {
        lock (_lock)
        {
            if (_login is null or { IsCompleted: true })
            {
                _login = Task.Run(LogInAsync);
            }
        }
    }

    private async Task LogInAsync()
    {
        using var end = new CancellationTokenSource(LongestLogin, clock);
        try
        {
            using var code = await PostAsync(files.DeviceCodeUrl, [KeyValuePair.Create("client_id", files.Client), KeyValuePair.Create("scope", "read:user")], end.Token);
            var device = code.RootElement.Text("device_code"u8) ?? "";
            var pause = TimeSpan.FromSeconds(Math.Clamp(code.RootElement.Member("interval"u8).Count() ?? 5, 1, 60));
            Log.EnterCode(_logger, code.RootElement.Text("verification_uri"u8) ?? "", code.RootElement.Text("user_code"u8) ?? "");
            while (true)
            {
                await Task.Delay(pause, clock, end.Token);
                using var answer = await PostAsync(
                    files.AccessTokenUrl,
                    [
                        KeyValuePair.Create("client_id", files.Client),
                        KeyValuePair.Create("device_code", device),
                        KeyValuePair.Create("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    ],
                    end.Token);
                if (answer.RootElement.Text("access_token"u8) is { Length: > 0 } access)
                {
                    await WriteAsync(files.AccessToken, access, end.Token);
                    Log.LoggedIn(_logger);
                    return;
                }

                if (answer.RootElement.Text("error"u8) is not ("authorization_pending" or "slow_down"))
                {
                    throw new TokenException("the login was not granted.");
                }
            }
        }
        catch (Exception failed) when (failed is TokenException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            Log.LoginFailed(_logger, failed.GetType().Name);
        }
    }

    private async Task<JsonDocument> PostAsync(string address, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var message = new HttpRequestMessage(HttpMethod.Post, TokenEndpoint.AddressOf(address)) { Content = content };
        return await issuer.SendAsync(message, cancellationToken);
    }

    private static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Readable by the gateway's own user alone.</summary>
    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Providers + 2, LogLevel.Warning, "GitHub Copilot: open {Address} and enter the code {Code}")]
        public static partial void EnterCode(ILogger logger, string address, string code);

        [LoggerMessage(EventIds.Providers + 3, LogLevel.Information, "GitHub Copilot: the login is complete")]
        public static partial void LoggedIn(ILogger logger);

        [LoggerMessage(EventIds.Providers + 4, LogLevel.Warning, "GitHub Copilot: the login failed ({Reason}); the next call begins a new one")]
        public static partial void LoginFailed(ILogger logger, string reason);
    }
}
