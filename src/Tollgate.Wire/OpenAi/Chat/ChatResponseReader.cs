using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.OpenAi;

/// <summary>Reads whole chat answers.</summary>
internal static class ChatResponseReader
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="WireException">It is none.</exception>
    public static ChatResponse Read(JsonElement root)
    {
        if (root.Member("choices"u8) is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0)
        {
            throw new WireException("The answer has no choices.", "choices");
        }

        var response = new ChatResponse
        {
            Id = root.Text("id"u8),
            Model = root.Text("model"u8),
            Created = root.Member("created"u8).Count(),
            ServiceTier = root.Text("service_tier"u8),
            Usage = root.Member("usage"u8) is { ValueKind: JsonValueKind.Object } usage ? TokenUsage.Read(usage.Bytes(), 0) : null,
        };
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("id" or "object" or "created" or "model" or "choices" or "usage" or "service_tier"))
            {
                response.Extras.Add(new HubMember(member.Name, member.Value));
            }
        }

        foreach (var choice in choices.EnumerateArray())
        {
            response.Choices.Add(ReadChoice(choice, response.Choices.Count));
        }

        return response;
    }

    private static ChatChoice ReadChoice(JsonElement json, int at)
    {
        var choice = new ChatChoice((int?)json.Member("index"u8).Count() ?? at)
        {
            LogProbs = json.Member("logprobs"u8) is { ValueKind: JsonValueKind.Object } probabilities ? probabilities : null,
        };
        var message = json.Member("message"u8);
        if (message.ValueKind is JsonValueKind.Object)
        {
            ReadMessage(message, choice.Parts);
        }
        else if (json.Text("text"u8) is { Length: > 0 } text)
        {
            choice.Parts.Add(new TextPart(text));
        }

        var word = json.Text("finish_reason"u8);
        choice.Stop = FinishReasons.Read(word, choice.Parts.Any(static part => part is ToolCallPart));
        choice.NativeStop = json.Member("provider_specific_fields"u8).Text("native_finish_reason"u8);
        return choice;
    }

    private static void ReadMessage(JsonElement message, IList<ContentPart> parts)
    {
        ReadThoughts(message, parts);
        if (message.Text("content"u8) is { Length: > 0 } text)
        {
            parts.Add(new TextPart(text) { Citations = CitationsOf(message.Member("annotations"u8)) });
        }
        else if (message.Member("content"u8) is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var part in list.EnumerateArray())
            {
                if (part.Text("text"u8) is { Length: > 0 } piece)
                {
                    parts.Add(new TextPart(piece));
                }
            }
        }

        if (message.Text("refusal"u8) is { Length: > 0 } refusal)
        {
            parts.Add(new RefusalPart(refusal));
        }

        ReadMedia(message, parts);
        if (message.Member("tool_calls"u8) is { ValueKind: JsonValueKind.Array } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                parts.Add(ReadCall(call, parts.Count));
            }
        }
        else if (message.Member("function_call"u8) is { ValueKind: JsonValueKind.Object } function)
        {
            parts.Add(new ToolCallPart("call_0", function.Text("name"u8) ?? "", function.Text("arguments"u8) ?? ""));
        }
    }

    private static void ReadThoughts(JsonElement message, IList<ContentPart> parts)
    {
        if (message.Member("thinking_blocks"u8) is { ValueKind: JsonValueKind.Array } blocks && blocks.GetArrayLength() > 0)
        {
            foreach (var block in blocks.EnumerateArray())
            {
                if (block.Text("data"u8) is { } data)
                {
                    parts.Add(new RedactedThinkingPart(data));
                }
                else
                {
                    parts.Add(new ThinkingPart(block.Text("thinking"u8) ?? "", block.Text("signature"u8)));
                }
            }
        }
        else if ((message.Text("reasoning_content"u8) ?? message.Text("reasoning"u8)) is { Length: > 0 } reasoning)
        {
            parts.Add(new ThinkingPart(reasoning, null));
        }
    }

    private static void ReadMedia(JsonElement message, IList<ContentPart> parts)
    {
        if (message.Member("audio"u8) is { ValueKind: JsonValueKind.Object } audio)
        {
            parts.Add(ReadAudio(audio));
        }

        if (message.Member("images"u8) is { ValueKind: JsonValueKind.Array } images)
        {
            foreach (var image in images.EnumerateArray())
            {
                if (image.Member("image_url"u8).Text("url"u8) is { } url)
                {
                    parts.Add(new ImagePart(MediaSource.FromUrl(url)));
                }
            }
        }
    }

    /// <summary>The audio of an answer, or a piece of it.</summary>
    public static AudioPart ReadAudio(JsonElement audio) => new(MediaSource.FromBase64(null, Encoding.ASCII.GetBytes(audio.Text("data"u8) ?? "")))
    {
        Id = audio.Text("id"u8),
        Transcript = audio.Text("transcript"u8),
        ExpiresAt = audio.Member("expires_at"u8).Count(),
    };

    /// <summary>Annotations of OpenAI's form.</summary>
    public static IReadOnlyList<Citation> CitationsOf(JsonElement annotations)
    {
        if (annotations.ValueKind is not JsonValueKind.Array || annotations.GetArrayLength() == 0)
        {
            return [];
        }

        var citations = new List<Citation>();
        foreach (var annotation in annotations.EnumerateArray())
        {
            var inner = annotation.Member("url_citation"u8) is { ValueKind: JsonValueKind.Object } nested ? nested : annotation;
            citations.Add(new Citation
            {
                Url = inner.Text("url"u8),
                Title = inner.Text("title"u8),
                Start = (int?)inner.Member("start_index"u8).Count(),
                End = (int?)inner.Member("end_index"u8).Count(),
                Raw = annotation,
                RawOrigin = Surface.Chat,
            });
        }

        return citations;
    }

    private static ToolCallPart ReadCall(JsonElement call, int at)
    {
        var custom = call.Member("custom"u8);
        var function = custom.IsGiven() ? custom : call.Member("function"u8);
        var (id, signature) = ThoughtIds.Split(call.Text("id"u8) is { Length: > 0 } given ? given : $"call_{at}");
        var arguments = function.Member(custom.IsGiven() ? "input"u8 : "arguments"u8);
        return new ToolCallPart(
            id, function.Text("name"u8) ?? "", arguments.Text() ?? (arguments.IsGiven() ? Encoding.UTF8.GetString(arguments.Bytes()) : ""))
        {
            Kind = custom.IsGiven() ? ToolKind.Custom : ToolKind.Function,
            Signature = signature,
        };
    }
}
