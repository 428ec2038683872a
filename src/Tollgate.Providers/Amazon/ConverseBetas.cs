using System.Text;
using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Anthropic;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Amazon;

/// <summary>
/// Anthropic's switches for new features that a client asks for in a header: Converse takes them in the body, as far as it knows them
/// (03-anthropic.md 2.9).
/// </summary>
internal static class ConverseBetas
{
    private static readonly AnthropicHost Host = AnthropicHost.BedrockConverse with { AddsBetas = false };

    /// <summary>Adds what the client asks for to a body for Claude.</summary>
    public static void Write(in UpstreamRequest request, string model, JsonEdits edits)
    {
        if (string.IsNullOrEmpty(request.ClientHeaders?["anthropic-beta"].ToString()))
        {
            return;
        }

        var json = request.Json.Span;
        var fields = request.Members.Find(json, "additionalModelRequestFields"u8) is >= 0 and var index ? request.Members[index] : default;
        var list = default(MemberSpan);
        var hasList = fields.Kind is JsonKind.Object && JsonWalker.TryFind(json, fields.ValueStart, "anthropic_beta"u8, out list);
        var known = hasList ? json.Slice(list.ValueStart, list.ValueLength) : default;
        var asked = new List<string>();
        foreach (var beta in AnthropicBetas.For(request, Host, model, configured: null))
        {
            var quoted = $"\"{JsonEncodedText.Encode(beta)}\"";
            if (known.IndexOf(Encoding.UTF8.GetBytes(quoted)) < 0)
            {
                asked.Add(quoted);
            }
        }

        if (asked.Count == 0)
        {
            return;
        }

        var items = string.Join(',', asked);
        if (hasList && list.Kind is JsonKind.Array)
        {
            Append(json, list.ValueStart, list.End - 1, items, edits);
        }
        else if (fields.Kind is JsonKind.Object && !hasList)
        {
            Append(json, fields.ValueStart, fields.End - 1, $"\"anthropic_beta\":[{items}]", edits);
        }
        else if (fields.Kind is JsonKind.None)
        {
            Append(json, json.IndexOf((byte)'{'), json.LastIndexOf((byte)'}'), $"\"additionalModelRequestFields\":{{\"anthropic_beta\":[{items}]}}", edits);
        }
    }

    private static void Append(ReadOnlySpan<byte> json, int start, int end, string text, JsonEdits edits)
    {
        var isEmpty = json[(start + 1)..end].Trim(" \t\r\n"u8).IsEmpty;
        edits.Insert(end, Encoding.UTF8.GetBytes(isEmpty ? text : "," + text));
    }
}
