using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Spend;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Pipeline;

/// <summary>Step 8: what a call came to: spend, where it is not on record yet, and metrics. The seam for callbacks.</summary>
internal sealed class CallSettlement : IDisposable
{
    private readonly SpendRecorder _spend;
    private readonly Meter _meter = new("Tollgate");
    private readonly Counter<long> _calls;
    private readonly Counter<long> _tokens;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _unpriced;

    /// <summary>Makes the instruments.</summary>
    public CallSettlement(SpendRecorder spend)
    {
        _spend = spend;
        _unpriced = _meter.CreateCounter<long>("tollgate.calls.unpriced", "{call}", "Calls that were counted as free because no price is known");
        _calls = _meter.CreateCounter<long>("tollgate.calls", "{call}", "LLM calls by surface and status");
        _tokens = _meter.CreateCounter<long>("tollgate.tokens", "{token}", "Tokens by direction, as the upstream reported them or estimated");
        _duration = _meter.CreateHistogram<double>("tollgate.call.duration", "s", "Time from request to the end of its answer");
    }

    /// <summary>Counts a call that has ended, in whatever way.</summary>
    internal void Settle(CallContext call, CallScratch scratch, TimeSpan total)
    {
        if (!call.IsRecorded)
        {
            Account(call, scratch);
        }

        if (call.Cost.IsUnknown)
        {
            _unpriced.Add(1);
        }

        if (_tokens.Enabled && call.Usage is { } usage)
        {
            _tokens.Add(usage.PromptTokens, new KeyValuePair<string, object?>("direction", "prompt"));
            _tokens.Add(usage.CompletionTokens, new KeyValuePair<string, object?>("direction", "completion"));
        }

        if (_calls.Enabled || _duration.Enabled)
        {
            var tags = new TagList { { "surface", call.Surface.ToString() }, { "status", StatusOf(call) } };
            _calls.Add(1, tags);
            _duration.Record(total.TotalSeconds, tags);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Account(CallContext call, CallScratch scratch)
    {
        if (call.Outcome is { } outcome && call.Usage is not null)
        {
            // Output was produced and paid for, whatever became of the rest.
            _spend.Record(call, scratch, outcome.Deployment, answerId: null, outcome.Succeeded);
            return;
        }

        var message = call.Refusal?.Message ?? call.Outcome?.Message ?? "";
        _spend.RecordFailure(call, scratch, StatusOf(call), message);
    }

    private static int StatusOf(CallContext call) => call.Outcome switch
    {
        { Kind: UpstreamErrorKind.ClientGone } => 499,
        { Succeeded: false } failed => ErrorClasses.StatusOf(failed.Kind, failed.Status),
        _ => call.Aborted.IsCancellationRequested ? 499 : call.Http.Response.StatusCode,
    };
}
