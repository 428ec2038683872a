using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Responses.Socket;
using Tollgate.Wire;

namespace Tollgate.Engine.Responses;

/// <summary>The door to earlier answers for endpoints. Costs nothing and counts towards no limit.</summary>
public sealed class ResponseCalls
{
    private readonly KeptAnswers _answers;
    private readonly SnapshotHolder _snapshots;
    private readonly Authenticator _authenticator;
    private readonly ResponseSocket _socket;

    internal ResponseCalls(KeptAnswers answers, SnapshotHolder snapshots, Authenticator authenticator, ResponseSocket socket)
    {
        _socket = socket;
        _answers = answers;
        _snapshots = snapshots;
        _authenticator = authenticator;
    }

    /// <summary>Serves a question about an earlier answer; answers every outcome itself, errors included.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="id">The answer's id as the client has it.</param>
    /// <param name="action">What is wanted.</param>
    public Task RunAsync(HttpContext http, string id, ResponseAction action)
        => GuardAsync(http, (snapshot, caller) => _answers.ServeAsync(http, snapshot, caller, id, action));

    /// <summary>Serves a client over a WebSocket until it leaves; answers every outcome itself.</summary>
    /// <param name="http">The request to open it.</param>
    /// <param name="draining">Signalled when the gateway wants to stop.</param>
    public Task RunSocketAsync(HttpContext http, CancellationToken draining) => _socket.RunAsync(http, draining);

    private async Task GuardAsync(HttpContext http, Func<GatewaySnapshot, Caller, Task> serve)
    {
        var snapshot = _snapshots.Current;
        try
        {
            AccessGates.Check(http, snapshot);
            var caller = AccessGates.IsPublic(http, snapshot)
                ? Caller.Anonymous
                : await _authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
            RouteAccess.CheckInference(caller, http.Request.Path.Value ?? "/", Wire.Surface.Responses);
            await serve(snapshot, caller);
        }
        catch (ApiException error) when (!http.Response.HasStarted)
        {
            await ErrorResponder.WriteAsync(http.Response, error, Surface.Responses);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
    }
}
