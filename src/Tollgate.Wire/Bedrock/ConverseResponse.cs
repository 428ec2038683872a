using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Reads a whole answer of the dialect.</summary>
internal static class ConverseResponse
{
    /// <summary>Reads one.</summary>
    /// <exception cref="WireException">It is no answer of the dialect.</exception>
    public static ChatResponse Read(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        var content = root.Member("output"u8).Member("message"u8).Member("content"u8);
        if (content.ValueKind is not JsonValueKind.Array && root.Text("stopReason"u8) is null)
        {
            throw new WireException("The answer holds no output.message.content.");
        }

        var choice = new ChatChoice(0);
        var reader = new BlockReader(new ConverseNames(target.Asked), new JsonAnswer(target), body, choice.Parts);
        if (content.ValueKind is JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                reader.Read(block);
            }
        }

        (choice.Stop, choice.NativeStop) = ConverseUsage.StopOf(root.Text("stopReason"u8));
        if (choice.Stop is StopReason.ToolCalls && !choice.Parts.Any(static part => part is ToolCallPart) && reader.HasJson)
        {
            choice.Stop = StopReason.Stop;
        }

        var response = new ChatResponse
        {
            Usage = ConverseUsage.Read(root.Member("usage"u8), root.Member("serviceTier"u8), reader.ThoughtBytes),
            ServiceTier = root.Member("serviceTier"u8).Text("type"u8),
        };
        response.Choices.Add(choice);
        if (root.Member("trace"u8) is { ValueKind: JsonValueKind.Object } trace)
        {
            response.Extras.Add(new HubMember("trace", trace));
        }

        return response;
    }

    private sealed class BlockReader(ConverseNames names, JsonAnswer form, ReadOnlyMemory<byte> body, IList<ContentPart> parts)
    {
        /// <summary>The answer came as the call of the tool that stands for its form.</summary>
        public bool HasJson { get; private set; }

        public long ThoughtBytes { get; private set; }

        public void Read(JsonElement block)
        {
            if (block.ValueKind is not JsonValueKind.Object)
            {
                throw new WireException("A block of the answer is no object.");
            }

            foreach (var member in block.EnumerateObject())
            {
                if (Part(member) is { } part)
                {
                    parts.Add(part);
                }
            }
        }

        private ContentPart? Part(JsonProperty member)
        {
            var value = member.Value;
            if (member.NameEquals("text"u8))
            {
                return new TextPart(value.Text() ?? "");
            }

            if (member.NameEquals("toolUse"u8))
            {
                return Call(value);
            }

            if (member.NameEquals("reasoningContent"u8))
            {
                return Thought(value);
            }

            if (member.NameEquals("citationsContent"u8))
            {
                return Cited(value);
            }

            return member.NameEquals("image"u8) && value.Member("source"u8).Member("bytes"u8) is { ValueKind: JsonValueKind.String } bytes
                ? new ImagePart(MediaSource.FromBase64("image/" + (value.Text("format"u8) ?? "png"), HubJson.SliceOf(body, bytes)))
                : new OpaquePart(Surface.Converse, member.Name, value);
        }

        private ContentPart Call(JsonElement call)
        {
            var name = call.Text("name"u8) ?? throw new WireException("A toolUse of the answer has no name.");
            var input = call.Member("input"u8);
            if (form.IsAnswer(name))
            {
                HasJson = true;
                return new TextPart(form.TextOf(input.IsGiven() ? Encoding.UTF8.GetString(input.Bytes()) : "{}"));
            }

            return new ToolCallPart(call.Text("toolUseId"u8) ?? "", names.Own(name), input.IsGiven() ? SpacedJson.Of(input.Bytes()) : "{}");
        }

        private ContentPart? Thought(JsonElement thought)
        {
            if (thought.Text("redactedContent"u8) is { } redacted)
            {
                return new RedactedThinkingPart(redacted);
            }

            var text = thought.Member("reasoningText"u8);
            if (text.ValueKind is not JsonValueKind.Object)
            {
                return null;
            }

            var words = text.Text("text"u8) ?? "";
            ThoughtBytes += Encoding.UTF8.GetByteCount(words);
            return new ThinkingPart(words, text.Text("signature"u8));
        }

        private static TextPart Cited(JsonElement value)
        {
            var text = value.Member("content"u8) is { ValueKind: JsonValueKind.Array } content
                ? string.Concat(content.EnumerateArray().Select(static piece => piece.Text("text"u8))) : "";
            return new TextPart(text)
            {
                Citations = value.Member("citations"u8) is { ValueKind: JsonValueKind.Array } citations
                    ? [.. citations.EnumerateArray().Select(ConverseUsage.ReadCitation)] : [],
            };
        }
    }
}
