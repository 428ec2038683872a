using System.Buffers;
using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>Asks a deployment for a minimal answer, for <c>GET /health</c>. No client, no key, no retries.</summary>
public sealed class DeploymentProbe(UpstreamTransport transport, TimeProvider time)
{
    /// <summary>Tokens asked for when the deployment does not say (LiteLLM's current default).</summary>
    private const int DefaultMaxTokens = 5;

    /// <summary>What a probe says to the model; LiteLLM's default text, so that logs of upstreams look the same.</summary>
    private const string Prompt = "test from litellm";

    /// <summary>Makes one call.</summary>
    /// <returns>Null when the deployment answered; otherwise why it is unhealthy, without secrets.</returns>
    public async Task<string?> CheckAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.Config.MockResponse is not null)
        {
            return null;
        }

        var timeout = deployment.Config.Info.HealthCheckTimeout;
        using var clock = new AttemptClock(time, new CallTimeouts(timeout, timeout, timeout), cancellationToken);
        try
        {
            var outcome = await CallAsync(deployment, clock);
            return outcome is null ? null : $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            var outcome = UpstreamErrors.FromException(deployment, exception, clock);
            return $"litellm.{ErrorClasses.NameOf(outcome.Kind)}: {outcome.Message}";
        }
    }

    private async Task<AttemptOutcome?> CallAsync(Deployment deployment, AttemptClock clock)
    {
        var surface = deployment.Config.Info.Mode switch
        {
            "embedding" => Surface.Embeddings,
            "completion" => Surface.Completions,
            _ => Surface.Chat,
        };
        var connection = deployment.Connection;
        var spoken = connection.SpokenFor(surface);
        var endpoint = connection.EndpointFor(spoken, stream: false, apiVersion: null);
        if (endpoint.Uri is null)
        {
            return UpstreamErrors.FromFault(deployment, endpoint.Fault!);
        }

        var body = BodyFor(surface, deployment.Config.Info);
        if (spoken != surface && Translate(connection, body, surface, spoken) is { } translated)
        {
            body = translated;
        }

        var members = new JsonMembers();
        _ = JsonScanner.Scan(body, members);
        var edits = new JsonEdits();
        var policy = RequestPolicy.Default with { DropParams = true };
        var request = new UpstreamRequest(body, members, spoken, Stream: false, policy, ApiVersion: null);
        if (connection.WriteRequest(request, edits) is { } unfit)
        {
            return UpstreamErrors.FromFault(deployment, unfit);
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint.Uri) { Content = new SplicedContent(body, edits) };
        if (await connection.AuthorizeAsync(message, clientKey: null, clock.Token) is { } fault)
        {
            return UpstreamErrors.FromFault(deployment, fault);
        }

        connection.CompleteHeaders(request, message.Headers);
        using var response = await transport.For(connection.Transport).SendAsync(message, clock.Token);
        await using var answer = await response.Content.ReadAsStreamAsync(clock.Token);
        return response.IsSuccessStatusCode ? null : await UpstreamErrors.FromResponseAsync(deployment, response, answer, time, clock.Token);
    }

    private static byte[]? Translate(IUpstreamConnection connection, byte[] body, Surface surface, Surface spoken)
    {
        if (Dialects.Of(surface) is not { } client || Dialects.Of(spoken) is not { } upstream)
        {
            return null;
        }

        using var document = JsonDocument.Parse(body);
        var request = client.ReadRequest(document.RootElement, body);
        var target = connection.TargetFor(spoken);
        request.Model = target.Model;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, HubJson.Writing))
        {
            upstream.WriteRequest(request, target, json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] BodyFor(Surface surface, DeploymentInfo info)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, info.HealthCheckModel ?? "health-check");
            switch (surface)
            {
                case Surface.Embeddings:
                    json.WriteStartArray("input"u8);
                    json.WriteStringValue(Prompt);
                    json.WriteEndArray();
                    break;
                case Surface.Completions:
                    json.WriteString("prompt"u8, Prompt);
                    json.WriteNumber("max_tokens"u8, info.HealthCheckMaxTokens ?? DefaultMaxTokens);
                    break;
                default:
                    json.WriteStartArray("messages"u8);
                    json.WriteStartObject();
                    json.WriteString("role"u8, "user"u8);
                    json.WriteString("content"u8, Prompt);
                    json.WriteEndObject();
                    json.WriteEndArray();
                    json.WriteNumber("max_tokens"u8, info.HealthCheckMaxTokens ?? DefaultMaxTokens);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
