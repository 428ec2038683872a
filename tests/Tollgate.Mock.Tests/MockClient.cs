using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Tollgate.Mock.Tests;

/// <summary>A started server and a client for it.</summary>
internal sealed class MockClient : IAsyncDisposable
{
    public const string Chat = """{"model":"gpt-x","messages":[{"role":"user","content":"12345678"}]}""";
    public const string ChatStream = """{"model":"gpt-x","stream":true,"messages":[{"role":"user","content":"12345678"}]}""";

    public const string ChatStreamUsage =
        """{"model":"gpt-x","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"12345678"}]}""";

    private MockClient(MockServer server)
    {
        Server = server;

        // Without this, a response that is disposed early is read on for up to two seconds before the connection closes.
        Http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = server.BaseAddress };
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public MockServer Server { get; }

    public HttpClient Http { get; }

    public static async Task<MockClient> StartAsync(MockServerOptions? options = null) =>
        new(await MockServer.StartAsync(options ?? new MockServerOptions(), Token));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    public Task<HttpResponseMessage> ChatAsync(string body, params (string Name, string Value)[] headers) =>
        PostAsync("v1/chat/completions", body, headers);

    public async Task<JsonElement> JsonAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(path, body, headers);
        var text = await response.Content.ReadAsStringAsync(Token);
        ((int)response.StatusCode).ShouldBe(200, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<string> TextAsync(string body, params (string Name, string Value)[] headers)
    {
        using var response = await ChatAsync(body, headers);
        return await response.Content.ReadAsStringAsync(Token);
    }

    /// <summary>The data of all events of a stream with LF line ends.</summary>
    public async Task<List<string>> EventsAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(path, body, headers);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return Data(await response.Content.ReadAsStringAsync(Token));
    }

    public static List<string> Data(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    /// <summary>The text that the events' deltas say together.</summary>
    public static string Content(IEnumerable<string> events) => string.Concat(events
        .Where(data => data.StartsWith('{'))
        .SelectMany(data => Parse(data).GetProperty("choices").EnumerateArray())
        .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : null));

    /// <summary>Sends a chat request over a plain socket and returns every byte until the server closes, and whether it reset.</summary>
    public async Task<(byte[] Bytes, bool Reset)> RawAsync(string body, params (string Name, string Value)[] headers)
    {
        using var client = await OpenRawAsync(body, headers);
        var received = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await client.GetStream().ReadAsync(buffer, Token)) > 0)
            {
                received.Write(buffer, 0, read);
            }

            return (received.ToArray(), false);
        }
        catch (IOException problem) when (problem.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return (received.ToArray(), true);
        }
    }

    public async Task<TcpClient> OpenRawAsync(string body, params (string Name, string Value)[] headers)
    {
        var lines = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
        var bytes = Encoding.UTF8.GetByteCount(body);
        var client = new TcpClient();
        await client.ConnectAsync(Server.BaseAddress.Host, Server.BaseAddress.Port, Token);
        var head = $"POST /v1/chat/completions HTTP/1.1\r\nHost: mock\r\nContent-Length: {bytes}\r\n{lines}\r\n";
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + body), Token);
        return client;
    }
}
