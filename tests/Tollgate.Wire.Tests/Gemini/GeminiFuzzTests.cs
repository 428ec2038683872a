using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Gemini;

public class GeminiFuzzTests
{
    private const string Request =
        """
        {"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"\u00e9"},{"inlineData":{"mimeType":"image/png","data":"iVBOR"}},{"fileData":{"fileUri":"gs://a/b.pdf"}}]},
         {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":[1,2]}}}]},{"role":"function","parts":[{"functionResponse":{"name":"f","response":{"content":"x"}}}]}],
         "generationConfig":{"temperature":1,"stopSequences":["a"],"thinkingConfig":{"thinkingBudget":-1},"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}},
         "tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"ARRAY","items":{"type":"STRING"}}}}}]},{"googleSearch":{}}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}
        """;

    private const string Response =
        """
        {"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"p","thought":true},{"text":"\ud83d\ude00"},{"functionCall":{"name":"w","args":{"c":"R"}},"thoughtSignature":"c2ln"},{"inlineData":{"mimeType":"image/png","data":"iVBOR"}},{"executableCode":{"code":"1"}}]},
         "groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"u","title":"t"}}],"groundingSupports":[{"segment":{"startIndex":1,"endIndex":4},"groundingChunkIndices":[0]}]},
         "logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[{"candidates":[]}]}}],
         "usageMetadata":{"promptTokenCount":30,"candidatesTokenCount":8,"thoughtsTokenCount":12,"totalTokenCount":50,"promptTokensDetails":[{"modality":"TEXT","tokenCount":30}]},"responseId":"r1"}
        """;

    [Fact]
    public void MutatedRequests_AreReadOrRefused()
    {
        foreach (var bytes in Mutations(Request, seed: 1))
        {
            if (Parse(bytes) is not { } root)
            {
                continue;
            }

            try
            {
                var request = Gem.Codec.ReadRequest(root, bytes);
                Gem.Write(request);
                Gem.Write(request, Gem.Target("gemini-3-pro"));
            }
            catch (WireException)
            {
                // What readers and writers may say.
            }
        }
    }

    [Fact]
    public void MutatedAnswers_AreReadOrRefused()
    {
        foreach (var bytes in Mutations(Response, seed: 2))
        {
            if (Parse(bytes) is { } root)
            {
                try
                {
                    Gem.Write(Gem.Codec.ReadResponse(root, bytes, Gem.Target()));
                }
                catch (WireException)
                {
                    // What readers may say.
                }
            }

            Gem.Codec.RelayAnswer(Gem.View)!.Read(bytes);
            var relay = Gem.Codec.RelayStream(Gem.View)!;
            relay.Next(bytes);
            _ = relay.Usage;
        }
    }

    [Fact]
    public void MutatedChunks_AreReadOrRefused()
    {
        var reader = Gem.Codec.ReadStream(Gem.Target());
        var writer = Gem.Codec.WriteStream(Gem.View);
        foreach (var bytes in Mutations(Response, seed: 3))
        {
            var events = new List<ChatEvent>();
            if (reader.Read(bytes, events) is ChunkAction.Malformed or ChunkAction.Error)
            {
                reader = Gem.Codec.ReadStream(Gem.Target());
                writer = Gem.Codec.WriteStream(Gem.View);
            }

            var output = new ArrayBufferWriter<byte>();
            foreach (var next in events)
            {
                writer.Write(next, output);
            }

            writer.End(output);
        }
    }

    [Fact]
    public void StreamsCutAnywhere_DoNotStopTheSplitter()
    {
        foreach (var bytes in Mutations($"[{Response},\n{Response}]", seed: 4).Concat(Mutations($"data: {Response.ReplaceLineEndings(" ")}\n\n", seed: 5)))
        {
            var splitter = Gem.Codec.SplitStream();
            ReadOnlyMemory<byte> rest = bytes;
            while (splitter.TryRead(rest, out var consumed, out _))
            {
                rest = rest[consumed..];
            }

            splitter.TryFinish(rest, out _);
        }
    }

    /// <summary>The text cut at every 7th byte, and with bytes replaced, doubled, dropped and values exchanged.</summary>
    private static IEnumerable<byte[]> Mutations(string text, int seed)
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var cut = 0; cut < bytes.Length; cut += 7)
        {
            yield return bytes[..cut];
        }

        string[] values = ["null", "1", "-1", "1e400", "\"x\"", "[]", "{}", "true", "[[]]", "\"\\ud800\"", "{\"\\ud800\":1}"];
        for (var i = 0; i < 3000; i++)
        {
            var mutated = bytes.ToList();
            var at = random.Next(mutated.Count);
            switch (random.Next(4))
            {
                case 0:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 5), mutated.Count - at));
                    break;
                case 2:
                    mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(1, 20), mutated.Count - at)));
                    break;
                default:
                    Exchange(mutated, text, random, values[random.Next(values.Length)]);
                    break;
            }

            yield return [.. mutated];
        }
    }

    /// <summary>Puts a value in the place of one that stands behind a colon.</summary>
    private static void Exchange(List<byte> bytes, string text, Random random, string value)
    {
        var root = JsonDocument.Parse(text.StartsWith("data: ", StringComparison.Ordinal) ? text[6..] : text).RootElement;
        var all = new List<JsonElement>();
        Collect(root, all);
        var old = all[random.Next(all.Count)].GetRawText();
        var mutated = text.Replace(old, value, StringComparison.Ordinal);
        bytes.Clear();
        bytes.AddRange(Encoding.UTF8.GetBytes(mutated));
    }

    private static void Collect(JsonElement json, List<JsonElement> all)
    {
        all.Add(json);
        var inner = json.ValueKind is JsonValueKind.Object ? json.EnumerateObject().Select(static member => member.Value)
            : json.ValueKind is JsonValueKind.Array ? json.EnumerateArray() : Enumerable.Empty<JsonElement>();
        foreach (var value in inner)
        {
            Collect(value, all);
        }
    }

    private static JsonElement? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
