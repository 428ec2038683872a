using System.Net;
using System.Net.Sockets;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Media;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Tests.Media;

public sealed class MediaFetcherTests : IAsyncLifetime
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2, 3, 4];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private Task _serving = Task.CompletedTask;
    private int _requests;

    private string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    private MediaSettings Allowed => new() { AllowedHosts = System.Collections.Frozen.FrozenSet.Create(StringComparer.OrdinalIgnoreCase, Host) };

    public ValueTask InitializeAsync()
    {
        _listener.Start();
        _serving = ServeAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    [Fact]
    public async Task AllowedHost_IsFetchedOnceAMinute()
    {
        Answer("/a.png", $"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {Png.Length}\r\n\r\n", Png);
        using var fetcher = new MediaFetcher(TimeProvider.System);
        var source = await fetcher.FetchAsync($"http://{Host}/a.png", null, Allowed, CancellationToken.None);
        source.MediaType.ShouldBe("image/png");
        Convert.FromBase64String(Encoding.ASCII.GetString(source.Base64.Span)).ShouldBe(Png);
        (await fetcher.FetchAsync($"http://{Host}/a.png", "image/x", Allowed, CancellationToken.None)).MediaType.ShouldBe("image/x");
        _requests.ShouldBe(1);
    }

    [Fact]
    public async Task InternalHost_IsRefusedWithoutARequest()
    {
        using var fetcher = new MediaFetcher(TimeProvider.System);
        var refusal = await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync($"http://{Host}/?secret=1", null, new MediaSettings(), CancellationToken.None));
        refusal.Message.ShouldContain("not on the public internet");
        refusal.Message.ShouldNotContain("secret");
        _requests.ShouldBe(0);
    }

    [Fact]
    public async Task NameOfAnInternalHost_IsRefused_WhateverElseItResolvesTo()
    {
        using var fetcher = new MediaFetcher(
            TimeProvider.System, new AddressGuard(static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Parse("10.0.0.1")])));
        var refusal = await Should.ThrowAsync<WireException>(
            () => fetcher.FetchAsync("http://rebinding.example/x.png", null, new MediaSettings(), CancellationToken.None));
        refusal.Message.ShouldNotContain("10.0.0.1");
    }

    [Fact]
    public async Task Redirect_IsCheckedAgain()
    {
        Answer("/r", "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n", []);
        using var fetcher = new MediaFetcher(TimeProvider.System);
        (await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync($"http://{Host}/r", null, Allowed, CancellationToken.None)))
            .Message.ShouldContain("not on the public internet");
    }

    [Fact]
    public async Task EndlessRedirects_End()
    {
        Answer("/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n", []);
        using var fetcher = new MediaFetcher(TimeProvider.System);
        (await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync($"http://{Host}/loop", null, Allowed, CancellationToken.None)))
            .Message.ShouldContain("redirects");
    }

    [Fact]
    public async Task LargeBody_IsRefused_WithAndWithoutItsLength()
    {
        var body = new byte[4096];
        Answer("/known", $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n", body);
        Answer("/unknown", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", body);
        using var fetcher = new MediaFetcher(TimeProvider.System);
        var small = Allowed with { MaxDownloadBytes = 1000 };
        foreach (var path in new[] { "/known", "/unknown" })
        {
            (await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync($"http://{Host}{path}", null, small, CancellationToken.None)))
                .Message.ShouldContain("larger than");
        }
    }

    [Theory]
    [InlineData("ftp://host/x", "only http and https")]
    [InlineData("file:///etc/passwd", "only http and https")]
    [InlineData("not an address", "only http and https")]
    [InlineData("http://user:pass@host/x", "credentials")]
    public async Task OtherAddresses_AreRefused(string url, string reason)
    {
        using var fetcher = new MediaFetcher(TimeProvider.System);
        (await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync(url, null, new MediaSettings(), CancellationToken.None))).Message.ShouldContain(reason);
    }

    [Fact]
    public async Task DownloadsSwitchedOff_AreRefused()
    {
        using var fetcher = new MediaFetcher(TimeProvider.System);
        (await Should.ThrowAsync<WireException>(
            () => fetcher.FetchAsync($"http://{Host}/a", null, Allowed with { MaxDownloadBytes = 0 }, CancellationToken.None))).Message.ShouldContain("switched downloads off");
    }

    [Fact]
    public async Task MissingFile_IsRefusedWithItsStatus()
    {
        using var fetcher = new MediaFetcher(TimeProvider.System);
        (await Should.ThrowAsync<WireException>(() => fetcher.FetchAsync($"http://{Host}/none", null, Allowed, CancellationToken.None)))
            .Message.ShouldContain("status 404");
    }

    private readonly Dictionary<string, byte[]> _bodies = new(StringComparer.Ordinal);

    private void Answer(string path, string head, byte[] body)
    {
        _answers[path] = head;
        _bodies[path] = body;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } first)
                {
                    while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                    {
                    }

                    _requests++;
                    var path = first.Split(' ')[1];
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(_answers.GetValueOrDefault(path, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")));
                    await stream.WriteAsync(_bodies.GetValueOrDefault(path, []));
                    if (path == "/unknown")
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // The test is over.
        }
    }
}
