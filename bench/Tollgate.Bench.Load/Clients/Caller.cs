using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tollgate.Bench.Load.Clients;

/// <summary>Single calls: to see whether a server answers, to set it up, to read its figures, and the mixed traffic of a soak.</summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) });

    public static HttpRequestMessage Post(Uri url, string key, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return request;
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
        _client.SendAsync(request, cancellation);

    /// <summary>The status of a chat call whose answer was read to its end; 0 when nobody listens or the answer was cut.</summary>
    public async Task<int> TryChatAsync(Uri url, string key, byte[] body, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Limit);
        try
        {
            using var request = Post(url, key, body);
            using var response = await _client.SendAsync(request, limited.Token);
            var text = await response.Content.ReadAsStringAsync(limited.Token);
            var isChat = text.Contains("chat.completion", StringComparison.Ordinal);
            return response.StatusCode == HttpStatusCode.OK && !isChat ? 0 : (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return 0;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return 0;
        }
    }

    /// <summary>The body of a GET; <c>null</c> unless it was answered with 200.</summary>
    public async Task<string?> TryGetAsync(Uri url, string key, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await _client.SendAsync(request, cancellation);
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsStringAsync(cancellation) : null;
    }

    /// <summary>Makes a key with a budget and rate limits so high that they are checked on every call and never reached.</summary>
    public async Task<string> CreateVirtualKeyAsync(Uri baseUrl, string masterKey, CancellationToken cancellation)
    {
        var body = """
            {"models":["bench","bench-anthropic","bench-gemini","bench-bedrock"],"max_budget":1e9,"rpm_limit":1000000000,"tpm_limit":1000000000,"max_parallel_requests":100000}
            """u8;
        using var request = Post(new Uri(baseUrl, "/key/generate"), masterKey, body.ToArray());
        using var response = await _client.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new BenchException($"--virtual-key: /key/generate answered {(int)response.StatusCode}: {text}");
        }

        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("key").GetString()!;
    }

    public void Dispose() => _client.Dispose();
}
