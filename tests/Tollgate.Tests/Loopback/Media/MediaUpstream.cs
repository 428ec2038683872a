using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>An upstream that a test answers with itself, body unread.</summary>
internal sealed class MediaUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MediaUpstream(WebApplication app) => _app = app;

    /// <summary>Base URL for a deployment.</summary>
    public string Address => _app.Urls.First() + "/v1";

    /// <summary>Starts one.</summary>
    public static async Task<MediaUpstream> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(GatewayFixture.Token);
        return new MediaUpstream(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
