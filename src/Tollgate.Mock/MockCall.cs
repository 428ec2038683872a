using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Mock;

/// <summary>One request on its way through the server.</summary>
internal sealed class MockCall(HttpContext http, MockServerOptions options, MockRoute route, long number, ReadOnlyMemory<byte> body)
{
    private bool _ended;
    private bool _lost;

    public HttpContext Http => http;

    public HttpResponse Response => http.Response;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>The server's options with this request's headers applied.</summary>
    public MockServerOptions Options { get; set; } = options;

    public MockRoute Route => route;

    public long Number => number;

    public ReadOnlyMemory<byte> Body => body;

    public bool ClientLeft => !_ended && (_lost || Aborted.IsCancellationRequested);

    /// <summary>Says that the answer's last byte is about to be sent: a client that leaves from now on has not left early.</summary>
    public void End() => _ended = true;

    /// <summary>Says that a write failed before the server noticed that the client had left.</summary>
    public void LoseClient() => _lost = true;

    /// <summary>Reads the request; the deployment of an Azure path stands for a missing model.</summary>
    /// <exception cref="JsonException">The body is not what the API takes.</exception>
    public MockRequest Parse()
    {
        var request = MockRequest.Parse(body);
        if (request.Model.IsEmpty || request.Model.Span[0] != (byte)'"')
        {
            request.Model = route.Deployment is null
                ? throw new JsonException("you must provide a model parameter")
                : Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(route.Deployment)}\"");
        }

        return request;
    }

    public HoleValues Values(MockRequest request) =>
        new(number, Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(), request.Model, request.PromptTokens);

    /// <summary>The cut of this request, chosen by name or by chance.</summary>
    public MockCut Cut =>
        Options.Cut.Point == MockCutPoint.None && Chance.Hits(Options.CutRate, Options.Seed, number, Fate.Cut)
            ? new MockCut(MockCutPoint.AfterChunks, Options.CutAfterChunks)
            : Options.Cut;
}
