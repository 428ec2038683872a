using System.Buffers;
using System.Globalization;
using System.Text;
using Tollgate.Engine.Admission;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>
/// A call whose upper bound does not fit a budget goes out with its output limit lowered to what does
/// (<c>tollgate.budget_cap_output</c>, routing.md 17.5).
/// </summary>
internal static class OutputCap
{
    /// <summary>The least that the makers of the responses dialect accept as a limit.</summary>
    private const long LeastOfResponses = 16;

    /// <summary>Finds the largest output whose cost fits, and notes it with the call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="room">nano-USD that are left.</param>
    /// <returns>The estimate to reserve; null when not even the prompt fits, or there is nothing to lower.</returns>
    public static Estimate? Lower(CallContext call, long room)
    {
        var least = call.Surface is Surface.Responses ? LeastOfResponses : 1;
        var most = CallEstimate.OutputLimitOf(call);
        if (!call.Surface.IsChat() || most <= least || CallEstimate.For(call, least).ToReserve.Cost > room)
        {
            return null;
        }

        // Dearer with every token: the largest that fits lies between one that does and one that does not.
        var (fits, exceeds) = (least, most);
        while (exceeds - fits > 1)
        {
            var middle = fits + ((exceeds - fits) / 2);
            if (CallEstimate.For(call, middle).ToReserve.Cost <= room)
            {
                fits = middle;
            }
            else
            {
                exceeds = middle;
            }
        }

        call.OutputCap = fits;
        return CallEstimate.For(call, fits).ToReserve;
    }

    /// <summary>Writes the limit into the call's body, in its dialect's words.</summary>
    public static void Write(CallContext call, long limit)
    {
        var text = Encoding.ASCII.GetBytes(limit.ToString(CultureInfo.InvariantCulture));
        var edits = new JsonEdits();
        switch (call.Surface)
        {
            case Surface.GenerateContent:
                Nest(call, edits, text);
                break;
            case Surface.Responses:
                Set(call, edits, text, "max_output_tokens"u8, default);
                break;
            default:
                Set(call, edits, text, "max_tokens"u8, "max_completion_tokens"u8);
                break;
        }

        var body = new ArrayBufferWriter<byte>(edits.LengthOf(call.Body.Length) + 1);
        edits.WriteTo(call.Body.Span, body);
        call.Body = body.WrittenMemory;
        JsonScanner.Scan(call.Body.Span, call.Members);
    }

    private static void Set(CallContext call, JsonEdits edits, byte[] limit, ReadOnlySpan<byte> name, ReadOnlySpan<byte> otherName)
    {
        var json = call.Body.Span;
        for (var i = 0; i < call.Members.Count; i++)
        {
            ref readonly var member = ref call.Members[i];
            if (JsonMembers.NameEquals(json, member, name) || (!otherName.IsEmpty && JsonMembers.NameEquals(json, member, otherName)))
            {
                edits.Replace(member.ValueStart, member.End, limit);
            }
        }

        if (edits.Count == 0)
        {
            edits.Insert(call.Members.RootEnd, (byte[])[.. call.Members.Count > 0 ? ",\""u8 : "\""u8, .. name, .. "\":"u8, .. limit]);
        }
    }

    /// <summary>The dialect that keeps its limits one level down.</summary>
    private static void Nest(CallContext call, JsonEdits edits, byte[] limit)
    {
        var json = call.Body.Span;
        var index = call.Members.Find(json, "generationConfig"u8);
        index = index >= 0 ? index : call.Members.Find(json, "generation_config"u8);
        if (index < 0 || call.Members[index].Kind != JsonKind.Object)
        {
            byte[] config = [.. "\"generationConfig\":{\"maxOutputTokens\":"u8, .. limit, (byte)'}'];
            edits.Insert(call.Members.RootEnd, call.Members.Count > 0 ? (byte[])[(byte)',', .. config] : config);
            return;
        }

        var start = call.Members[index].ValueStart;
        var members = new JsonWalker(json, start);
        while (members.MoveNext())
        {
            if (members.NameIs("maxOutputTokens"u8) || members.NameIs("max_output_tokens"u8))
            {
                edits.Replace(members.Current.ValueStart, members.Current.End, limit);
            }
        }

        if (edits.Count == 0)
        {
            var comma = JsonWalker.IsEmpty(json, start) ? ""u8 : ","u8;
            edits.Insert(start + 1, (byte[])[.. "\"maxOutputTokens\":"u8, .. limit, .. comma]);
        }
    }
}
