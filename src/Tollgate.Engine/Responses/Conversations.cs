using System.Buffers;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.Responses;

namespace Tollgate.Engine.Responses;

/// <summary>Calls that go on from an earlier answer, and answers that later calls may go on from.</summary>
internal sealed class Conversations(ResponseMemory memory)
{
    /// <summary>
    /// Makes a call that names an earlier answer one that can be served: what the gateway has kept is put before the new input; what the
    /// provider keeps is named as the provider knows it, and the call goes to the same deployment.
    /// </summary>
    /// <exception cref="Errors.ApiException">403: the answer is somebody else's.</exception>
    public ValueTask RecallAsync(CallContext call)
        => call.Surface == Surface.Responses && call.Envelope.PreviousResponseId is { } id
            && ResponseIds.Open(call.Snapshot, call.Caller, id) is { } opened
                ? RecallAsync(call, id, opened)
                : ValueTask.CompletedTask;

    /// <summary>Who keeps the answer of a translated call; null when the client does not want it kept.</summary>
    /// <param name="call">The call.</param>
    /// <param name="name">The name inside the id that the client is told.</param>
    public Action<ReadOnlyMemory<byte>>? KeeperFor(CallContext call, string name)
    {
        if (!call.Envelope.Store || InputOf(call) is not { } input)
        {
            return null;
        }

        // The call's body goes back to its pool when the call ends.
        return answer => call.Kept = memory.KeepAsync(name, new KeptResponse(input, answer.ToArray())).AsTask();
    }

    /// <summary>The group of a call that goes on from an answer: the deployment that gave it, alone.</summary>
    public static ModelGroup Pin(CallContext call, ModelGroup group)
    {
        if (call.PinnedDeployment is not { } id)
        {
            return group;
        }

        foreach (var deployment in group.Deployments)
        {
            if (string.Equals(deployment.Id, id, StringComparison.Ordinal))
            {
                return group.Deployments.Length == 1 ? group : new ModelGroup(group.Name, [deployment]);
            }
        }

        // With the conversation here, the model that the client asks for now can go on with it. What only a provider knows goes to where a
        // fallback answered; its model must be one that the caller could have named, and one that there is: a pattern has none.
        return call.IsBoundToProvider && call.Snapshot.Models.FindDeployment(id) is { } other
            && !other.Config.Model.Contains('*', StringComparison.Ordinal) && MayCall(call, other) ? new ModelGroup(group.Name, [other]) : group;
    }

    private static bool MayCall(CallContext call, Deployment deployment)
        => deployment.Config.Info.TeamId is null
            && (call.Caller.IsAdmin || call.Caller.Key is not { Identity: var key }
                || Keys.ModelAccess.Allows(key, deployment.Config.ModelGroup, call.Snapshot));

    private async ValueTask RecallAsync(CallContext call, string id, ResponseId opened)
    {
        call.PreviousResponseId = id;
        call.PinnedDeployment = opened.DeploymentId;
        var kept = await memory.FindAsync(opened.Upstream);
        call.IsBoundToProvider = kept is null;
        var edits = new JsonEdits();
        var previous = call.Members.Find(call.Body.Span, "previous_response_id"u8);
        var input = call.Members.Find(call.Body.Span, "input"u8);
        if (kept is null)
        {
            ref readonly var named = ref call.Members[previous];
            edits.Replace(named.ValueStart, named.End, JsonText.Quote(opened.Upstream));
        }
        else if (input >= 0)
        {
            // In the order of the text.
            foreach (var index in previous < input ? (int[])[previous, input] : [input, previous])
            {
                ref readonly var member = ref call.Members[index];
                var text = index == input ? Joined(kept, InputOf(call) ?? "[]"u8.ToArray()) : "null"u8.ToArray();
                edits.Replace(member.ValueStart, member.End, text);
            }
        }

        var body = new ArrayBufferWriter<byte>(edits.LengthOf(call.Body.Length) + 1);
        edits.WriteTo(call.Body.Span, body);
        call.Body = body.WrittenMemory;
        JsonScanner.Scan(call.Body.Span, call.Members);
    }

    private static ReadOnlyMemory<byte> Joined(KeptResponse kept, ReadOnlyMemory<byte> input)
        => KeptResponse.Join([kept.Input[1..^1], kept.Output, input[1..^1]]);

    /// <summary>A call's input as an array of its own memory; null when it has none.</summary>
    private static ReadOnlyMemory<byte>? InputOf(CallContext call)
    {
        var json = call.Body.Span;
        var index = call.Members.Find(json, "input"u8);
        if (index < 0 || call.Members[index].Kind is not (JsonKind.Array or JsonKind.String))
        {
            return null;
        }

        var value = json.Slice(call.Members[index].ValueStart, call.Members[index].ValueLength);
        return call.Members[index].Kind == JsonKind.Array
            ? value.ToArray()
            : (byte[])[.. "[{\"type\":\"message\",\"role\":\"user\",\"content\":"u8, .. value, .. "}]"u8];
    }
}
