using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Responses;

namespace Tollgate.Engine.Responses;

/// <summary>Earlier answers: from the gateway's memory, or from the deployment that gave them.</summary>
internal sealed class KeptAnswers(ResponseMemory memory, UpstreamTransport transport, TimeProvider time)
{
    /// <summary>The answer to a question about one of them is never larger.</summary>
    private const long MostBytes = 64L * 1024 * 1024;

    /// <summary>Serves a client.</summary>
    /// <param name="http">Request and answer.</param>
    /// <param name="snapshot">Configuration.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">The answer's id as the client has it.</param>
    /// <param name="action">What is wanted.</param>
    /// <exception cref="ApiException">Why not.</exception>
    public async Task ServeAsync(HttpContext http, GatewaySnapshot snapshot, Caller caller, string id, ResponseAction action)
    {
        var opened = ResponseIds.Open(snapshot, caller, id) ?? throw NotFound(id);
        if (await memory.FindAsync(opened.Upstream) is { } kept)
        {
            await ServeKeptAsync(http, kept, opened, id, action);
            return;
        }

        if (snapshot.Models.FindDeployment(opened.DeploymentId) is not { } deployment
            || deployment.Connection.SpokenFor(Surface.Responses) != Surface.Responses)
        {
            throw NotFound(id);
        }

        await RelayAsync(http, TimeoutsOf(snapshot, deployment), deployment, opened, id, action);
    }

    private static ApiException NotFound(string id)
        => new(404, $"Response with id '{id}' not found.", "invalid_request_error", "response_id");

    private async Task ServeKeptAsync(HttpContext http, KeptResponse kept, ResponseId opened, string id, ResponseAction action)
    {
        switch (action)
        {
            case ResponseAction.Get:
                await SendAsync(http.Response, kept.Answer, http.RequestAborted);
                break;
            case ResponseAction.Delete:
                await memory.ForgetAsync(opened.Upstream);
                await SendAsync(http.Response, Written(json => WriteDeleted(id, json)), http.RequestAborted);
                break;
            case ResponseAction.InputItems:
                var page = InputItemPage.Read(http.Request.Query);
                await SendAsync(http.Response, Written(json => page.Write(kept, opened.Upstream, json)), http.RequestAborted);
                break;
            default:
                throw ApiException.BadRequest("Only responses that are being made in the background can be cancelled.", "response_id");
        }
    }

    private async Task RelayAsync(
        HttpContext http, CallTimeouts timeouts, Deployment deployment, ResponseId opened, string id, ResponseAction action)
    {
        var connection = deployment.Connection;
        var endpoint = connection.EndpointFor(Surface.Responses);
        if (endpoint.Uri is null)
        {
            throw Refusal(UpstreamErrors.FromFault(deployment, endpoint.Fault!));
        }

        var path = "/" + Uri.EscapeDataString(opened.Upstream) + action switch
        {
            ResponseAction.Cancel => "/cancel",
            ResponseAction.InputItems => "/input_items",
            _ => "",
        };
        var address = WithQuery(UpstreamCaller.AddressBelow(endpoint.Uri, path), http.Request.QueryString);
        using var message = new HttpRequestMessage(MethodOf(action), address) { VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        using var clock = new AttemptClock(time, timeouts, http.RequestAborted);
        try
        {
            if (await connection.AuthorizeAsync(message, null, clock.Token) is { } fault)
            {
                throw Refusal(UpstreamErrors.FromFault(deployment, fault));
            }

            using var response = await transport.For(connection.Transport).SendAsync(message, clock.Token);
            await using var body = await response.Content.ReadAsStreamAsync(clock.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(await UpstreamErrors.FromResponseAsync(deployment, response, body, time, clock.Token));
            }

            if (response.Content.Headers.ContentType?.MediaType is "text/event-stream")
            {
                StreamRelay.StartEventStream(http.Response);
                await body.CopyToAsync(http.Response.Body, clock.Token);
                return;
            }

            await SendAsync(http.Response, Renamed(await ReadAsync(body, clock.Token), opened.Upstream, id), clock.Token);
        }
        catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception) && !http.RequestAborted.IsCancellationRequested)
        {
            throw Refusal(UpstreamErrors.FromException(deployment, exception, clock));
        }
    }

    private static CallTimeouts TimeoutsOf(GatewaySnapshot snapshot, Deployment deployment)
    {
        var whole = deployment.Config.Timeout ?? snapshot.Config.Router.Timeout ?? snapshot.Config.Models.RequestTimeout;
        return new CallTimeouts(whole, whole, snapshot.Config.Server.StreamIdleTimeout);
    }

    private static HttpMethod MethodOf(ResponseAction action) => action switch
    {
        ResponseAction.Delete => HttpMethod.Delete,
        ResponseAction.Cancel => HttpMethod.Post,
        _ => HttpMethod.Get,
    };

    private static Uri WithQuery(Uri address, QueryString query)
    {
        if (!query.HasValue)
        {
            return address;
        }

        var own = address.Query.TrimStart('?');
        var more = query.Value![1..];
        return new UriBuilder(address) { Query = own.Length == 0 ? more : $"{own}&{more}" }.Uri;
    }

    /// <summary>The failure in LiteLLM's words.</summary>
    private static ApiException Refusal(AttemptOutcome outcome)
    {
        var connection = outcome.Deployment.Connection;
        var who = outcome.IsOurs ? "" : connection.ExceptionName + " - ";
        return new ApiException(
            ErrorClasses.StatusOf(outcome.Kind, outcome.Status),
            $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {who}{outcome.Message}",
            param: outcome.UpstreamParam);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(piece, cancellationToken)) > 0)
        {
            await buffer.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            if (buffer.Length > MostBytes)
            {
                throw new InvalidDataException($"The upstream's answer is larger than {MostBytes} bytes.");
            }
        }

        return buffer.ToArray();
    }

    /// <summary>The answer under the id that the client knows.</summary>
    private static ReadOnlyMemory<byte> Renamed(ReadOnlyMemory<byte> answer, string upstreamId, string id)
    {
        var members = new JsonMembers();
        var json = answer.Span;
        var index = JsonScanner.Scan(json, members).IsNone && members.RootKind == JsonKind.Object ? members.Find(json, "id"u8) : -1;
        if (index < 0)
        {
            return answer;
        }

        var given = JsonText.AsString(json.Slice(members[index].ValueStart, members[index].ValueLength));
        if (!string.Equals(given, upstreamId, StringComparison.Ordinal))
        {
            return answer;
        }

        var edits = new JsonEdits();
        edits.Replace(members[index].ValueStart, members[index].End, JsonText.Quote(id));
        var renamed = new ArrayBufferWriter<byte>(edits.LengthOf(answer.Length));
        edits.WriteTo(json, renamed);
        return renamed.WrittenMemory;
    }

    private static void WriteDeleted(string id, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "response"u8);
        json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, HubJson.Writing))
        {
            write(json);
        }

        return bytes.WrittenMemory;
    }

    private static async Task SendAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, cancellationToken);
    }
}
