using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;

namespace Tollgate.Engine.Responses.Socket;

/// <summary>
/// The WebSocket mode of the Responses dialect (llm-api.md section 12): each <c>response.create</c> is a call of its own, admitted, limited and
/// paid for like one over HTTP; one after the other on a socket.
/// </summary>
internal sealed class ResponseSocket(SnapshotHolder snapshots, Authenticator authenticator, LlmPipeline pipeline, TimeProvider time)
{
    /// <summary>Serves a client until it leaves; answers every outcome itself.</summary>
    /// <param name="http">The request to open the socket.</param>
    /// <param name="draining">The gateway wants to stop.</param>
    public async Task RunAsync(HttpContext http, CancellationToken draining)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await ErrorResponder.WriteAsync(
                http.Response, ApiException.BadRequest("Responses are created with POST, or over a WebSocket at this path."), Surface.Responses);
            return;
        }

        var snapshot = snapshots.Current;
        var key = SocketDoor.KeyOf(http.Request, snapshot.Config.General);
        var caller = Caller.Anonymous;
        try
        {
            AccessGates.Check(http, snapshot);
            if (!AccessGates.IsPublic(http, snapshot))
            {
                caller = await authenticator.IdentifyAsync(key.Value, key.Place, snapshot, http.RequestAborted);
            }

            RouteAccess.CheckInference(caller, http.Request.Path.Value ?? "/", Surface.Responses);
        }
        catch (ApiException error) when (error.Status >= 500)
        {
            await ErrorResponder.WriteAsync(http.Response, error, Surface.Responses);
            return;
        }
        catch (ApiException error)
        {
            await SocketDoor.RefuseAsync(http, error, caller.KeyHeader is not null);
            return;
        }

        using var socket = await SocketDoor.AcceptAsync(http);
        await using var session = new ResponseSession(http, socket, key, snapshot.Config.General, pipeline, time);
        await session.RunAsync(draining);
    }
}
