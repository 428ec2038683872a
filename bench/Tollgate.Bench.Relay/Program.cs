using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Tollgate.Bench.Relay;

/// <summary>The floor of every benchmark: what Kestrel and SocketsHttpHandler cost when nothing happens between them.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (Flag(args, "--port") is not { } port || Flag(args, "--upstream") is not { } upstream)
        {
            await Console.Error.WriteLineAsync("usage: tollgate-bench-relay --port N --upstream http://127.0.0.1:M");
            return 1;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));
        });

        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
        };
        using var client = new HttpMessageInvoker(handler);
        var forwarder = new Forwarder(client, new Uri(upstream));

        await using var app = builder.Build();
        app.Run(http => http.Request.Path == "/__alloc" ? WriteAllocatedAsync(http) : forwarder.ForwardAsync(http));
        await app.RunAsync();
        return 0;
    }

    private static string? Flag(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    private static Task WriteAllocatedAsync(HttpContext http) => http.Response.WriteAsync(
        $"dotnet_gc_allocated_bytes_total {GC.GetTotalAllocatedBytes(false)}\ndotnet_gc_heap_bytes {GC.GetTotalMemory(false)}\n");
}

internal sealed class Forwarder(HttpMessageInvoker client, Uri upstream)
{
    public async Task ForwardAsync(HttpContext http)
    {
        var aborted = http.RequestAborted;
        try
        {
            using var request = CreateRequest(http);
            using var response = await client.SendAsync(request, aborted);
            http.Response.StatusCode = (int)response.StatusCode;
            CopyHeaders(response, http.Response.Headers);

            using var body = await response.Content.ReadAsStreamAsync(aborted);
            var output = http.Response.BodyWriter;
            int read;
            while ((read = await body.ReadAsync(output.GetMemory(4096), aborted)) > 0)
            {
                output.Advance(read);
                await output.FlushAsync(aborted);
            }
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
    }

    private HttpRequestMessage CreateRequest(HttpContext http)
    {
        var incoming = http.Request;
        var target = new Uri(upstream, incoming.Path + incoming.QueryString.Value);
        var request = new HttpRequestMessage(HttpMethod.Parse(incoming.Method), target);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            request.Content = new StreamContent(incoming.Body);
            request.Content.Headers.ContentLength = incoming.ContentLength;
            if (incoming.ContentType is { } type)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
        }

        return request;
    }

    private static void CopyHeaders(HttpResponseMessage response, IHeaderDictionary output)
    {
        foreach (var header in response.Headers.NonValidated)
        {
            if (header.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive"))
            {
                output[header.Key] = header.Value.ToString();
            }
        }

        foreach (var header in response.Content.Headers.NonValidated)
        {
            output[header.Key] = header.Value.ToString();
        }
    }
}
