using Tollgate.Engine;
using Tollgate.Engine.Errors;

namespace Tollgate.Hosting;

/// <summary>What every request passes (R9): the root path, drain and concurrency, and the exception boundary.</summary>
internal sealed partial class FrontDoor(RequestDelegate next, SnapshotHolder snapshots, InFlight inFlight, TimeProvider time, ILogger<FrontDoor> logger)
{
    private const int RetryAfterSeconds = 2;

    /// <summary>A store is open within a fraction of a second after the start; a request that comes in that time waits instead of failing.</summary>
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(2);

    /// <summary>Serves a request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var server = snapshots.Current.Config.Server;
        if (server.RootPath.Length > 0 && http.Request.Path.StartsWithSegments(server.RootPath, StringComparison.Ordinal, out var rest))
        {
            http.Request.PathBase = server.RootPath;
            http.Request.Path = rest.HasValue ? rest : "/";
        }

        var isProbe = http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);
        inFlight.Enter();
        try
        {
            using var watched = server.LimitConcurrency is null ? null : inFlight.Watch(http.RequestAborted);
            if (inFlight.IsDraining && !isProbe)
            {
                http.Response.Headers.Connection = "close";
                await RefuseAsync(http, "The gateway is shutting down; retry on another instance.");
                return;
            }

            if (server.LimitConcurrency is { } limit && inFlight.Waiting > limit && !isProbe)
            {
                await RefuseAsync(http, $"More than {limit} requests at once; retry later.");
                return;
            }

            if (!isProbe && !inFlight.Started.IsCompleted)
            {
                await WaitForStoreAsync(http.RequestAborted);
            }

            await next(http);
            if (http.Response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
                && !http.Response.HasStarted && http.Response.ContentType is null)
            {
                await DescribeUnknownAsync(http.Response);
            }
        }
        catch (ApiException error) when (!http.Response.HasStarted)
        {
            await ErrorResponder.WriteAsync(http.Response, error);
        }
        catch (BadHttpRequestException error) when (!http.Response.HasStarted)
        {
            await ErrorResponder.WriteAsync(http.Response, new ApiException(error.StatusCode, error.Message, "invalid_request_error"));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
        }
        catch (Exception exception)
        {
            await ApologizeAsync(http, exception);
        }
        finally
        {
            inFlight.Exit();
        }
    }

    private async Task WaitForStoreAsync(CancellationToken aborted)
    {
        try
        {
            await inFlight.Started.WaitAsync(StartWait, time, aborted);
        }
        catch (TimeoutException)
        {
            // Whoever needs the store will say that it is away.
        }
    }

    /// <summary>COMPAT: the body of LiteLLM's web framework for routes it does not know.</summary>
    private static Task DescribeUnknownAsync(HttpResponse response)
    {
        response.ContentType = "application/json";
        return response.WriteAsync(response.StatusCode == StatusCodes.Status404NotFound
            ? """{"detail":"Not Found"}"""
            : """{"detail":"Method Not Allowed"}""");
    }

    private async Task ApologizeAsync(HttpContext http, Exception exception)
    {
        var path = http.Request.Path.Value ?? "";
        Log.Unhandled(logger, exception, http.Request.Method, path.Length > 200 ? path[..200] : path);
        if (http.Response.HasStarted)
        {
            // The status is gone; a cut connection is the only honest end.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await ErrorResponder.WriteAsync(http.Response, new ApiException(500, "Internal server error; the gateway's log says more."));
    }

    private static Task RefuseAsync(HttpContext http, string message) => ErrorResponder.WriteAsync(
        http.Response, new ApiException(503, message, "service_unavailable") { RetryAfterSeconds = RetryAfterSeconds });

    private static partial class Log
    {
        [LoggerMessage(EventIds.Hosting + 1, LogLevel.Error, "Unhandled failure while serving {Method} {Path}")]
        public static partial void Unhandled(ILogger logger, Exception exception, string method, string path);
    }
}
