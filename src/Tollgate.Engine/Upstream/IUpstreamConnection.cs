using System.Net.Http.Headers;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Upstream;

/// <summary>One deployment's way to its upstream: addresses, authentication, dialect. Immutable; used by many requests at once.</summary>
public interface IUpstreamConnection
{
    /// <summary>Provider slug, say <c>groq</c>.</summary>
    string Provider { get; }

    /// <summary>How error messages name the provider, say <c>GroqException</c>.</summary>
    string ExceptionName { get; }

    /// <summary>How the provider's errors are worded for clients.</summary>
    ErrorWording Wording => ErrorWording.Message;

    /// <summary>Base URL for <c>x-litellm-model-api-base</c>, without query or credentials; null when there is none.</summary>
    string? DisplayBase { get; }

    /// <summary>TLS, proxy and pool settings.</summary>
    TransportOptions Transport { get; }

    /// <summary>What is done to answers on their way back; <see cref="ResponseRules.IsIdentity"/> keeps them bytes.</summary>
    ResponseRules Response { get; }

    /// <summary>
    /// What the upstream is spoken to in when a client calls a surface: the surface itself where the provider serves it, else one that the
    /// call is translated to.
    /// </summary>
    Surface SpokenFor(Surface surface) => surface;

    /// <summary>The same for a call, where what it asks for decides.</summary>
    Surface SpokenFor(in UpstreamRequest request) => SpokenFor(request.Surface);

    /// <summary>
    /// Files and batches, where the provider keeps them in an API of its own; null where it keeps none, or keeps them in OpenAI's way.
    /// </summary>
    PassThrough.Natives.INativeResources? Resources => null;

    /// <summary>The wire format of embeddings where it is not OpenAI's; null where it is.</summary>
    EmbeddingCodec? Embeddings => null;

    /// <summary>Facts about the model, for calls that are translated to a surface.</summary>
    TargetModel TargetFor(Surface spoken) => new() { Provider = Provider, Model = "", Rules = Response };

    /// <summary>How the provider has a surface of pictures, sounds or documents, where that is not OpenAI's or Cohere's way; null where it is.</summary>
    MediaShape? ShapeFor(Surface surface) => null;

    /// <summary>Films at a provider that tells about them its own way; null where it is OpenAI's, or where none are made.</summary>
    IVideoTasks? Videos => null;

    /// <summary>
    /// What operator and provider row say of the parameters of an OpenAI client whose call is going to be translated: the gateway's own fields
    /// leave, defaults and overrides come in, what the provider does not support is dropped or refused. Edits the client's own body.
    /// </summary>
    /// <returns>Null when done; otherwise why the request cannot be made.</returns>
    ConnectionFault? ApplyPolicy(in UpstreamRequest request, JsonEdits edits) => null;

    /// <summary>
    /// What the operator configured of parameters, for a client of another dialect than OpenAI's whose call is going to be translated: set where
    /// the client says nothing.
    /// </summary>
    void ApplyDefaults(ChatRequest request)
    {
    }

    /// <summary>Where calls of a surface go, or why they cannot.</summary>
    UpstreamEndpoint EndpointFor(Surface surface);

    /// <summary>The same for a call whose client named an API version; connections without versions ignore it.</summary>
    UpstreamEndpoint EndpointFor(Surface surface, string? apiVersion) => EndpointFor(surface);

    /// <summary>The same where streams have an address of their own.</summary>
    UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion) => EndpointFor(surface, apiVersion);

    /// <summary>
    /// Turns a body of the surface that is spoken into the upstream's by edits: model name, internal fields, parameter policy, defaults, quirks,
    /// stream usage. The body is the client's own, or what its call was translated to.
    /// </summary>
    /// <returns>Null when done; otherwise why the request cannot be expressed (say, unsupported parameters).</returns>
    ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits);

    /// <summary>Adds authentication and the connection's own headers. Tokens come from memory while they are fresh.</summary>
    /// <param name="message">The request about to be sent.</param>
    /// <param name="clientKey">A key the client was allowed to bring; null for the deployment's own.</param>
    /// <param name="cancellationToken">Ends waiting for a token.</param>
    /// <returns>Null when done; otherwise why no credential can be had.</returns>
    ValueTask<ConnectionFault?> AuthorizeAsync(HttpRequestMessage message, string? clientKey, CancellationToken cancellationToken);

    /// <summary>Where the upstream counts the tokens of a prompt, and how it is asked; no address where it does not.</summary>
    /// <param name="spoken">The surface that the upstream is spoken to in.</param>
    UpstreamCounter CounterFor(Surface spoken) => default;

    /// <summary>
    /// True for a credential that a client brought beside its key for the gateway and that this connection sends in place of the deployment's
    /// own (a subscriber's token). Asked only where the operator lets client headers through.
    /// </summary>
    bool TakesClientToken(string token) => false;

    /// <summary>
    /// Has the last word on the headers of a request: what depends on the body, or on headers of the client that belong to the dialect.
    /// </summary>
    /// <param name="request">The request as it was given to <see cref="WriteRequest"/>.</param>
    /// <param name="headers">Its headers: the connection's, and the client's where they are let through.</param>
    void CompleteHeaders(in UpstreamRequest request, System.Net.Http.Headers.HttpRequestHeaders headers)
    {
    }

    /// <summary>Usage that stands in the headers of an answer, for answers whose body says none; null where there is none either.</summary>
    /// <param name="headers">The answer's headers.</param>
    TokenUsage? UsageOf(HttpResponseHeaders headers) => null;

    /// <summary>
    /// Sends the request. More than one exchange where the provider answers a call with the address of its answer; headers that depend on the
    /// body are added here.
    /// </summary>
    /// <param name="transport">The connection's pool.</param>
    /// <param name="message">The request, authorized.</param>
    /// <param name="request">What it was written from.</param>
    /// <param name="cancellationToken">Ends waiting; the attempt's time limit.</param>
    Task<HttpResponseMessage> ExchangeAsync(
        HttpMessageInvoker transport, HttpRequestMessage message, in UpstreamRequest request, CancellationToken cancellationToken)
        => transport.SendAsync(message, cancellationToken);

    /// <summary>The class of an error answer, from status and codes first, known texts last.</summary>
    /// <param name="status">HTTP status, or the code of an error inside a 200 answer.</param>
    /// <param name="body">The answer's body; may be cut, empty or no JSON at all.</param>
    UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body);

    /// <summary>How long an error answer itself asks to wait, for providers that say it in the body; null when it does not.</summary>
    TimeSpan? RetryAfterIn(ReadOnlySpan<byte> body) => null;

    /// <summary>The same for providers that say the class in a header.</summary>
    /// <param name="status">HTTP status, or the code of an error inside a 200 answer.</param>
    /// <param name="body">The answer's body; may be cut, empty or no JSON at all.</param>
    /// <param name="headers">The answer's headers; null without an answer.</param>
    UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers) => Classify(status, body);
}

/// <summary>The client's request, as a connection needs to see it.</summary>
/// <param name="Json">The body.</param>
/// <param name="Members">Its root members.</param>
/// <param name="Surface">What is called.</param>
/// <param name="Stream">True when the answer is asked for as a stream.</param>
/// <param name="Policy">The request's own parameter policy.</param>
/// <param name="ApiVersion">API version the client named (query or body), or null.</param>
public readonly record struct UpstreamRequest(
    ReadOnlyMemory<byte> Json, JsonMembers Members, Surface Surface, bool Stream, RequestPolicy Policy, string? ApiVersion)
{
    /// <summary>
    /// Headers of the client, of which a connection may read those of its dialect (versions, switches) and no others; null when there is no
    /// client.
    /// </summary>
    public Microsoft.AspNetCore.Http.IHeaderDictionary? ClientHeaders { get; init; }

    /// <summary>The client called another surface, and sees nothing of this one.</summary>
    public bool IsTranslated { get; init; }
}

/// <summary>Why a connection cannot make a call, as the client is told.</summary>
/// <param name="Kind">Class of the error; decides status and retries.</param>
/// <param name="Message">Full message behind <c>litellm.Class:</c>.</param>
/// <param name="Param">Field of the client's body at fault; null when it is none.</param>
public sealed record ConnectionFault(UpstreamErrorKind Kind, string Message, string? Param = null);

/// <summary>An address, or why there is none.</summary>
/// <param name="Uri">Absolute address with query.</param>
/// <param name="Fault">Set when <paramref name="Uri"/> is null.</param>
public readonly record struct UpstreamEndpoint(Uri? Uri, ConnectionFault? Fault);

/// <summary>Who counts the tokens of prompts.</summary>
/// <param name="Uri">Absolute address with query; null where nobody does.</param>
/// <param name="Form">How it is asked.</param>
public readonly record struct UpstreamCounter(Uri? Uri, CounterForm Form);

/// <summary>What makes two connections unable to share a pool.</summary>
/// <param name="SslVerify">Check the upstream's certificate.</param>
/// <param name="CaFile">PEM bundle to trust besides the system's; null for none.</param>
/// <param name="Proxy">Outbound proxy; null for the environment's.</param>
public readonly record struct TransportOptions(bool SslVerify, string? CaFile, string? Proxy)
{
    /// <summary>Certificates checked against the system's roots, proxy from the environment.</summary>
    public static TransportOptions Default { get; } = new(SslVerify: true, CaFile: null, Proxy: null);
}
