using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>An answer as the client has seen it, to its end.</summary>
internal sealed record ClientAnswer(int Status, string Body, HttpResponseHeaders Headers)
{
    /// <summary>The answer's own id; null for answers without one.</summary>
    public string? Id
    {
        get
        {
            const string Before = "\"id\":\"";
            var start = Body.IndexOf(Before, StringComparison.Ordinal);
            return start < 0 ? null : Body[(start + Before.Length)..Body.IndexOf('"', start + Before.Length)];
        }
    }

    /// <summary>The body as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>The <c>error</c> member.</summary>
    public JsonElement Error => Json.GetProperty("error");

    /// <summary>A header's only value; null without it.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.Single() : null;
}

/// <summary>Calls a gateway with one key.</summary>
internal sealed class Client : IDisposable
{
    private readonly HttpClient _http;

    public Client(Uri address, string key)
    {
        Key = key;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Until.Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>A chat that a model answers with ten tokens.</summary>
    /// <param name="more">Further members, e.g. <c>,"stream":true</c>.</param>
    public static string Chat(string model, string more = ",\"max_tokens\":20") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"How much is it?"}]{{more}}}""";

    /// <summary>Asks for a chat, streamed or not.</summary>
    public Task<ClientAnswer> ChatAsync(string model, bool stream = false) =>
        PostAsync("v1/chat/completions", Chat(model, stream ? ",\"max_tokens\":20,\"stream\":true" : ",\"max_tokens\":20"));

    /// <summary>A form of a model, a prompt and a file, with <c>form</c> as its boundary.</summary>
    public static string Form(string model, string file) =>
        $"--form\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n"
        + "--form\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nHow much is it?\r\n"
        + $"--form\r\nContent-Disposition: form-data; name=\"{file}\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nbytes\r\n--form--\r\n";

    /// <summary>Posts JSON, or a form of <see cref="Form"/>.</summary>
    public async Task<ClientAnswer> PostAsync(string path, string body)
    {
        using var response = await OpenAsync(path, body, HttpCompletionOption.ResponseContentRead);
        return await ReadAsync(response);
    }

    /// <summary>Posts JSON and returns before the body was read, by default.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        string path, string body, HttpCompletionOption until = HttpCompletionOption.ResponseHeadersRead)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        if (body.StartsWith("--form", StringComparison.Ordinal))
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=form");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        return await _http.SendAsync(request, until, TestContext.Current.CancellationToken);
    }

    /// <summary>Gets.</summary>
    public async Task<ClientAnswer> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<ClientAnswer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers);
}
