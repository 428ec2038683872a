using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Tollgate.Engine.Configuration;
using Tollgate.Wire;

namespace Tollgate.Engine.Upstream;

/// <summary>What probes of deployments ask for: as little as a surface allows.</summary>
internal static class ProbeBody
{
    /// <summary>Tokens asked for when the deployment does not say (LiteLLM's current default).</summary>
    private const int DefaultMaxTokens = 5;

    /// <summary>What a probe says to the model; LiteLLM's default text, so that logs of upstreams look the same.</summary>
    private const string Prompt = "test from litellm";

    /// <summary>The body, in OpenAI's form.</summary>
    public static byte[] For(Surface surface, DeploymentInfo info)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, info.HealthCheckModel ?? "health-check");
            switch (surface)
            {
                case Surface.Embeddings:
                    json.WriteStartArray("input"u8);
                    json.WriteStringValue(Prompt);
                    json.WriteEndArray();
                    break;
                case Surface.Responses:
                    json.WriteString("input"u8, Prompt);
                    break;
                case Surface.ImageGenerations:
                    json.WriteString("prompt"u8, Prompt);
                    break;
                case Surface.Speech:
                    json.WriteString("input"u8, Prompt);
                    json.WriteString("voice"u8, info.HealthCheckVoice);
                    break;
                case Surface.Moderations:
                    json.WriteString("input"u8, Prompt);
                    break;
                case Surface.Rerank:
                    json.WriteString("query"u8, Prompt);
                    json.WriteStartArray("documents"u8);
                    json.WriteStringValue(Prompt);
                    json.WriteEndArray();
                    break;
                case Surface.Transcriptions:
                    break;
                case Surface.Completions:
                    json.WriteString("prompt"u8, Prompt);
                    json.WriteNumber("max_tokens"u8, info.HealthCheckMaxTokens ?? DefaultMaxTokens);
                    break;
                default:
                    json.WriteStartArray("messages"u8);
                    json.WriteStartObject();
                    json.WriteString("role"u8, "user"u8);
                    json.WriteString("content"u8, Prompt);
                    json.WriteEndObject();
                    json.WriteEndArray();
                    json.WriteNumber("max_tokens"u8, info.HealthCheckMaxTokens ?? DefaultMaxTokens);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A tenth of a second of nothing: a WAV file of 16,000 samples a second.</summary>
    public static byte[] Silence()
    {
        const int rate = 16_000;
        var file = new byte[44 + (rate / 10 * 2)];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        (file[16], file[20], file[22], file[32], file[34]) = (16, 1, 1, 2, 16);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), rate * 2);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), file.Length - 44);
        return file;
    }
}
