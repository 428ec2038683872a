using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Providers.Resources;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Anthropic;

/// <summary>A connection to whoever speaks Anthropic's dialect and nothing else.</summary>
/// <param name="draft">Row and deployment.</param>
/// <param name="host">What the host takes.</param>
/// <param name="address">Where messages go.</param>
/// <param name="authorization">Credentials.</param>
internal sealed partial class AnthropicConnection(ConnectionDraft draft, AnthropicHost host, UpstreamEndpoint address, Authorization authorization)
    : DialectConnection(draft, authorization), IUpstreamConnection
{
    private readonly AnthropicHost _host = host.For(draft);
    private readonly Rewriters _rewriters = new(draft, AnthropicBody.ShapeFor(host));
    private readonly Lazy<TargetModel> _target = new(() => AnthropicModels.TargetOf(draft, host));

    /// <summary>Anthropic's own, where the address leads to its messages; hosts of its dialect have neither files nor batches.</summary>
    public override INativeResources? Resources => host == AnthropicHost.Anthropic && address.Uri is { } uri
        && uri.GetLeftPart(UriPartial.Path) is var path && path.EndsWith("/messages", StringComparison.Ordinal)
        ? new AnthropicResources(path[..^"/messages".Length], (message, token) => AuthorizeAsync(message, clientKey: null, token)) : null;

    /// <inheritdoc/>
    protected override Surface Spoken => Surface.Messages;

    /// <inheritdoc/>
    public override TargetModel TargetFor(Surface spoken) => _target.Value;

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
        => Draft.Fault is { } fault ? new UpstreamEndpoint(null, fault)
            : surface is Surface.Messages ? address
            : EndpointTable.BadRequest(Draft, $"the provider '{Provider}' does not serve {surface.Route()}.");

    /// <inheritdoc/>
    public override UpstreamCounter CounterFor(Surface spoken)
        => spoken is Surface.Messages && address.Uri is { } uri && uri.AbsolutePath.EndsWith("/messages", StringComparison.Ordinal)
        ? new UpstreamCounter(new UriBuilder(uri) { Path = uri.AbsolutePath + "/count_tokens" }.Uri, CounterForm.Messages)
        : default;

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
        => AnthropicBody.Write(request, _host, Draft.Model, _rewriters, edits);

    /// <inheritdoc/>
    public override bool TakesClientToken(string token) => AnthropicHeaders.IsToken(token);

    /// <inheritdoc/>
    public override void CompleteHeaders(in UpstreamRequest request, HttpRequestHeaders headers)
        => AnthropicHeaders.Write(request, headers, _host, Draft.Model);

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body)
    {
        // An error in a stream has no status of its own; its type says what it would have been.
        if (status == 500 && ErrorType().Match(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4096)])) is { Success: true } named)
        {
            status = named.Groups["type"].Value switch
            {
                "invalid_request_error" => 400,
                "authentication_error" => 401,
                "billing_error" => 402,
                "permission_error" => 403,
                "not_found_error" => 404,
                "request_too_large" => 413,
                "rate_limit_error" => 429,
                "timeout_error" => 504,
                "overloaded_error" => 529,
                _ => status,
            };
        }

        // 413 is too many bytes here, not too many tokens.
        return status is 413 ? UpstreamErrorKind.BadRequest : base.Classify(status, body);
    }

    [GeneratedRegex(
        "\"type\"\\s*:\\s*\"(?<type>[a-z_]{3,30}_error|request_too_large)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorType();
}
