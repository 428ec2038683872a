using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Media;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Tests.Upstream;

/// <summary>Addresses that stand in answers of providers: whichever pool they are asked through, they lead to the public internet or nowhere.</summary>
public sealed class ForeignRequestTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ForeignRequestTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Stop();

    [Theory]
    [InlineData("http://127.0.0.1:9/x", "not on the public internet")]
    [InlineData("http://169.254.169.254/latest/meta-data", "not on the public internet")]
    [InlineData("http://[::ffff:10.0.0.1]/", "not on the public internet")]
    [InlineData("http://name.example/", "not on the public internet")]
    [InlineData("https://user:secret@8.8.8.8/", "must not hold credentials")]
    public async Task InternalAddress_IsRefused_WithoutAConnection(string address, string why)
    {
        using var transport = Transport(new MediaSettings(), static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Loopback]));
        using var request = new ForeignRequest(HttpMethod.Get, new Uri(address));
        using var answer = await transport.For(TransportOptions.Default).SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        body.ShouldContain(why);
        body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task NameIsLookedUpOnce_AndWhatWasCheckedIsConnectedTo()
    {
        var lookUps = 0;
        using var transport = Transport(
            new MediaSettings { AllowedHosts = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "films.invalid") },
            (_, _) => Task.FromResult<IPAddress[]>([++lookUps == 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]));
        using var request = new ForeignRequest(HttpMethod.Get, new Uri($"http://films.invalid:{Port}/f.mp4"));
        var serving = ServeOnceAsync();
        using var answer = await transport.For(TransportOptions.Default).SendAsync(request, TestContext.Current.CancellationToken);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("film");
        await serving;
        lookUps.ShouldBe(1);
    }

    [Fact]
    public async Task AddressThatIsTheProvidersOwn_MayBeInternal()
    {
        using var transport = Transport(new MediaSettings(), static (_, _) => Task.FromResult<IPAddress[]>([]));
        var own = new Uri($"http://127.0.0.1:{Port}/v1");
        using var request = ForeignRequest.To(HttpMethod.Get, new Uri(own, "/f.mp4"), own);
        var serving = ServeOnceAsync();
        using var answer = await transport.For(TransportOptions.Default).SendAsync(request, TestContext.Current.CancellationToken);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("film");
        await serving;
        ForeignRequest.To(HttpMethod.Get, new Uri("http://127.0.0.1:1/f.mp4"), own).ShouldBeOfType<ForeignRequest>();
    }

    [Fact]
    public async Task NameThatIsNone_IsAFailureOfTheTransport()
    {
        using var transport = Transport(new MediaSettings(), static (_, _) => Task.FromException<IPAddress[]>(new SocketException()));
        using var request = new ForeignRequest(HttpMethod.Get, new Uri("https://nowhere.invalid/"));
        await Should.ThrowAsync<HttpRequestException>(() => transport.For(TransportOptions.Default).SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static UpstreamTransport Transport(MediaSettings settings, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
        => new(new ServerSettings(), () => settings, new AddressGuard(resolve));

    private async Task ServeOnceAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 })
        {
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfilm"));
    }
}
