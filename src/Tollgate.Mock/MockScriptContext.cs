namespace Tollgate.Mock;

/// <summary>What a script of <see cref="MockServerOptions.Script"/> knows about the request beside the HTTP context.</summary>
/// <param name="Number">Counts the server's requests from 1.</param>
/// <param name="Operation">The path without API prefix, e.g. <c>chat/completions</c>; the whole path where it is none of ours.</param>
/// <param name="Deployment">The deployment of an Azure path, else null.</param>
/// <param name="Body">The request's body. The context's own body stream has been read to its end.</param>
/// <param name="Options">The server's options.</param>
public sealed record MockScriptContext(
    long Number,
    string Operation,
    string? Deployment,
    ReadOnlyMemory<byte> Body,
    MockServerOptions Options);
