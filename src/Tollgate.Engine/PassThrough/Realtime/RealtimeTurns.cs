using Tollgate.Engine.Admission;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>
/// Asks again before each response of a session (llm-api.md section 14): is the key still one, and is there money left, counting what the
/// session itself has come to? Sound may be answered unasked: with its first piece after each response the same is asked, and
/// a refusal ends the session.
/// </summary>
/// <param name="call">The session.</param>
/// <param name="deployment">Who answers: decides the prices.</param>
/// <param name="identify">Identifies the caller anew.</param>
/// <param name="admission">Asks the budgets.</param>
internal sealed class RealtimeTurns(
    CallContext call, Deployment deployment, Func<ValueTask<Caller>> identify, AdmissionControl admission)
{
    private TokenUsage? _asked;

    /// <summary>The session is to be ended.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Lets an event of the client pass, or says why not.</summary>
    /// <param name="message">A whole event.</param>
    /// <param name="soFar">What the session has used; null for nothing yet.</param>
    /// <exception cref="ApiException">The refusal.</exception>
    public async ValueTask CheckAsync(ReadOnlyMemory<byte> message, TokenUsage? soFar)
    {
        var isCreate = IsCreate(message.Span);
        if (!isCreate && (soFar == _asked || message.Span.IndexOf("input_audio_buffer.append"u8) < 0))
        {
            return;
        }

        _asked = soFar;
        try
        {
            call.Caller = await identify();
            var cost = soFar is { } used ? CostCalculator.Calculate(call.PricesOf(deployment), used, call.ServiceTier).Total : 0m;
            await admission.RecheckAsync(call, deployment.Prices.IsExplicitlyFree, Money.ToNano(cost));
        }
        catch (ApiException) when (!isCreate)
        {
            IsOver = true;
            throw;
        }
    }

    private static bool IsCreate(ReadOnlySpan<byte> message)
    {
        // Sound is most of what clients send: it is not read for this. A name may be written with escapes.
        if (message.IndexOf("response.create"u8) < 0 && message.IndexOf((byte)'\\') < 0)
        {
            return false;
        }

        var members = new JsonMembers();
        if (!JsonScanner.Scan(message, members).IsNone || members.RootKind != JsonKind.Object)
        {
            return false;
        }

        var type = members.Find(message, "type"u8);
        return type >= 0 && JsonText.AsString(message.Slice(members[type].ValueStart, members[type].ValueLength)) is "response.create";
    }
}
