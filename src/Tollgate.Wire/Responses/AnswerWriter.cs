using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>A whole answer for a client: the object that a stream of the same would have ended with.</summary>
internal static class AnswerWriter
{
    /// <summary>Writes one.</summary>
    public static ReadOnlyMemory<byte> Write(ChatResponse response, AnswerView view)
    {
        var output = new OutputBuilder(view) { Created = response.Created, ServiceTier = response.ServiceTier };
        foreach (var next in WholeEvents.Of(response))
        {
            output.Take(next, null);
        }

        return output.Complete(null);
    }
}
