using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Reads Anthropic's whole answers (03-anthropic.md section 3).</summary>
internal static class ResponseReader
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="WireException">It is none.</exception>
    public static ChatResponse Read(JsonElement root, ReadOnlyMemory<byte> body)
    {
        var content = root.Member("content"u8);
        if (content.ValueKind is not JsonValueKind.Array)
        {
            throw new WireException("The answer has no content.", "content");
        }

        var response = new ChatResponse { Id = root.Text("id"u8), Model = root.Text("model"u8) };
        var choice = new ChatChoice(0);
        var blocks = new BlockReader(body);
        var state = default(State);
        foreach (var block in content.EnumerateArray())
        {
            AddBlock(choice.Parts, block, blocks, ref state);
        }

        var word = root.Text("stop_reason"u8);
        choice.Stop = MessagesStops.Read(word);
        choice.NativeStop = MessagesStops.Native(word);
        choice.StopSequence = root.Text("stop_sequence"u8);
        if (state is { HasEmulated: true, HasCalls: false } && choice.Stop is StopReason.ToolCalls)
        {
            choice.Stop = StopReason.Stop;
        }

        response.Choices.Add(choice);
        ReadRest(root, response, state.ThinkingBytes);
        return response;
    }

    private static void AddBlock(IList<ContentPart> parts, JsonElement block, BlockReader blocks, ref State state)
    {
        if (block.Text("type"u8) is not "tool_use")
        {
            var part = blocks.Read(block, $"content[{parts.Count}]");
            state.ThinkingBytes += part is ThinkingPart thinking ? thinking.Text.Length : 0;
            parts.Add(part);
            return;
        }

        var call = new ToolCallPart(block.Text("id"u8) ?? "", block.Text("name"u8) ?? "", ArgumentText.Of(block.Member("input"u8)));
        if (FormatPlan.IsTool(call.Name))
        {
            state.HasEmulated = true;
            parts.Add(new TextPart(FormatPlan.TextOf(call.Name, call.Arguments)));
            return;
        }

        state.HasCalls = true;
        parts.Add(call);
    }

    private static void ReadRest(JsonElement root, ChatResponse response, long thinkingBytes)
    {
        var usage = root.Member("usage"u8);
        if (usage.ValueKind is JsonValueKind.Object)
        {
            var counts = default(MessagesUsage);
            counts.Take(usage.Bytes());
            response.Usage = counts.ToTokens(thinkingBytes);
            response.ServiceTier = usage.Text("service_tier"u8);
        }

        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind is not JsonValueKind.Null
                && member.Name is not ("id" or "type" or "role" or "model" or "content" or "stop_reason" or "stop_sequence" or "usage"))
            {
                response.Extras.Add(new HubMember(member.Name, member.Value));
            }
        }
    }

    private struct State
    {
        public bool HasEmulated;
        public bool HasCalls;
        public long ThinkingBytes;
    }
}
