using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Tollgate.Providers.Tests.Natives;

/// <summary>An issuer of tokens, or a provider of few words, played by a function.</summary>
internal sealed class Issuer(Func<HttpRequestMessage, string, (HttpStatusCode Status, string Body)> answer) : HttpMessageHandler
{
    /// <summary>What was asked: method, address and body.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Headers of the first request, by name.</summary>
    public Dictionary<string, string> FirstHeaders { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Task Gate { get; set; } = Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Gate;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (Asked.IsEmpty)
        {
            foreach (var (name, values) in request.Headers)
            {
                FirstHeaders[name] = string.Join(",", values);
            }
        }

        Asked.Enqueue($"{request.Method} {request.RequestUri} {body}".TrimEnd());
        var (status, text) = answer(request, body);
        return new HttpResponseMessage(status) { Content = new StringContent(text, Encoding.UTF8, "application/json"), RequestMessage = request };
    }
}

/// <summary>A clock that stands until it is set.</summary>
internal sealed class HandClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
