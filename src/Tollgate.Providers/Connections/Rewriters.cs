using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Connections;

/// <summary>The request rewriters of one connection, each compiled when its surface is called first: most deployments see one surface only.</summary>
/// <param name="draft">The connection.</param>
/// <param name="last">Changes rules after everybody else; null for none.</param>
internal sealed class Rewriters(ConnectionDraft draft, Action<ParameterRulesBuilder>? last = null)
{
    private readonly RequestRewriter?[] _bySurface = new RequestRewriter?[Surfaces.Count];

    /// <summary>Edits a request by the rules of its surface.</summary>
    /// <returns>Null when done; otherwise why it cannot be made.</returns>
    public ConnectionFault? Write(in UpstreamRequest request, JsonEdits edits)
    {
        // Two calls may both compile: the rules are the same, and whichever is kept serves.
        ref var slot = ref _bySurface[(int)request.Surface];
        var rewriter = Volatile.Read(ref slot);
        if (rewriter is null)
        {
            rewriter = RuleCompiler.Compile(draft, request.Surface, last);
            Volatile.Write(ref slot, rewriter);
        }

        return rewriter.Write(request.Json, request.Members, request.Stream, request.Policy, edits) is { } fault
            ? new ConnectionFault(fault.IsUnsupportedParams ? UpstreamErrorKind.UnsupportedParams : UpstreamErrorKind.BadRequest, fault.Message)
            : null;
    }
}
