using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Spend;

/// <summary>
/// A body as it is kept in the logs (database.md 4.5): long texts cut in their middle, credentials never, and what people say left out where
/// the operator or the client wants that (observability.md 8.4).
/// </summary>
internal static class StoredJson
{
    // LiteLLM keeps more of the end: that is where the newest turn of a conversation stands.
    private const double HeadShare = 0.35;

    /// <summary>What one row may hold; a body that is longer after all cuts is not kept.</summary>
    private const int MostBytes = 1024 * 1024;

    private const int DeepestNesting = 512;

    private static readonly JsonEncodedText Masked = JsonEncodedText.Encode("****");
    private static readonly JsonEncodedText Redacted = JsonEncodedText.Encode("redacted-by-litellm");

    private static readonly FrozenSet<string> Secrets = new[]
    {
        "api_key", "apikey", "api-key", "x-api-key", "x-goog-api-key", "authorization", "proxy-authorization", "authorization_token", "cookie",
        "password", "secret", "client_secret", "access_token", "refresh_token", "bearer_token", "azure_ad_token", "private_key",
        "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "vertex_credentials", "langfuse_secret", "langfuse_secret_key",
        "langfuse_public_key", "langsmith_api_key", "credentials", "token",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Root members of requests that hold what was said.</summary>
    private static readonly FrozenSet<string> Said = new[]
    {
        "messages", "prompt", "input", "contents", "system", "system_instruction", "systemInstruction", "instructions", "query", "documents",
        "suffix", "prediction",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Members of answers that hold what was said, at any depth.</summary>
    private static readonly FrozenSet<string> Answered = new[]
    {
        "content", "text", "reasoning_content", "reasoning", "thinking", "arguments", "refusal", "output_text", "transcript", "b64_json", "data",
        "partial_json", "token", "cited_text", "summary",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Writes a request or an answer as it is to be kept.</summary>
    /// <param name="json">The body.</param>
    /// <param name="longest">Characters of a text that are kept; longer ones are cut in the middle.</param>
    /// <param name="redacts">What was said is left out.</param>
    /// <param name="isAnswer">Whose words these are.</param>
    /// <returns>JSON; empty for what is none or too much.</returns>
    public static ReadOnlyMemory<byte> Of(ReadOnlySpan<byte> json, int longest, bool redacts, bool isAnswer)
    {
        var output = new ArrayBufferWriter<byte>(Math.Min(json.Length, MostBytes) + 256);
        using var writer = new Utf8JsonWriter(output, SpendMetadata.Options);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
            var names = !redacts ? null : isAnswer ? Answered : Said;
            while (reader.Read())
            {
                Copy(ref reader, json, writer, longest, names, isAnswer);
                if (writer.BytesCommitted + writer.BytesPending > MostBytes)
                {
                    return default;
                }
            }
        }
        catch (JsonException)
        {
            return default;
        }

        writer.Flush();
        return output.WrittenMemory;
    }

    private static void Copy(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, int longest, FrozenSet<string>? said, bool isAnswer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                CopyMember(ref reader, json, writer, longest, said, isAnswer);
                break;
            case JsonTokenType.String:
                WriteText(reader, json, writer, longest);
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static void CopyMember(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, int longest, FrozenSet<string>? said, bool isAnswer)
    {
        var name = JsonText.Unescape(reader.ValueSpan);
        var isRoot = reader.CurrentDepth == 1;
        writer.WritePropertyName(name);
        reader.Read();
        if (Secrets.Contains(name) && (reader.TokenType == JsonTokenType.String || (isRoot && IsNested(reader))))
        {
            reader.Skip();
            writer.WriteStringValue(Masked);
        }
        else if (said is not null && said.Contains(name) && (isAnswer ? reader.TokenType == JsonTokenType.String : isRoot))
        {
            reader.Skip();
            WriteRedacted(name, writer);
        }
        else
        {
            Copy(ref reader, json, writer, longest, said, isAnswer);
        }
    }

    private static bool IsNested(in Utf8JsonReader reader) => reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;

    private static void WriteRedacted(string name, Utf8JsonWriter writer)
    {
        if (name is not "messages")
        {
            writer.WriteStringValue(Redacted);
            return;
        }

        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteString("content"u8, Redacted);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WriteText(in Utf8JsonReader reader, ReadOnlySpan<byte> json, Utf8JsonWriter writer, int longest)
    {
        // A character is at least a byte: what is short in bytes is short.
        if (reader.ValueSpan.Length <= longest)
        {
            writer.WriteRawValue(json.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2), skipInputValidation: true);
            return;
        }

        var text = JsonText.Unescape(reader.ValueSpan);
        if (text.Length <= longest)
        {
            writer.WriteStringValue(text);
            return;
        }

        var head = (int)(longest * HeadShare);
        var tail = text.Length - (longest - head);

        // Never half a character.
        head -= head > 0 && char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        tail += tail < text.Length && char.IsLowSurrogate(text[tail]) ? 1 : 0;
        writer.WriteStringValue(string.Create(
            CultureInfo.InvariantCulture, $"{text.AsSpan(0, head)}... (litellm_truncated skipped {tail - head} chars) ...{text.AsSpan(tail)}"));
    }
}
