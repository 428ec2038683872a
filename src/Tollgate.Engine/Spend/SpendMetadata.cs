using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire;

namespace Tollgate.Engine.Spend;

/// <summary>Column <c>metadata</c> of a log row (database.md 4.4): members that are null are left out, but for those dashboards ask for.</summary>
internal static class SpendMetadata
{
    /// <summary>How rows are written.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The object's beginning for a key: everything that is the same on all its calls, without the closing brace.</summary>
    public static byte[] PrefixFor(KeyIdentity key)
        => Prefix(key.Hash, key.Alias, key.UserId, key.TeamId, key.Team?.Alias, key.Organization?.Id, key.Project);

    /// <summary>The same for the master key, or for nobody (an empty hash).</summary>
    public static byte[] PrefixFor(string hash, string? userId) => Prefix(hash, null, userId, null, null, null, null);

    /// <summary>The whole object of a call; lies in the call's working memory.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="failure">What went wrong; null for success.</param>
    public static ReadOnlyMemory<byte> Write(CallContext call, CallScratch scratch, FailureNote? failure)
    {
        var prefix = call.Caller.Key?.MetadataPrefix ?? call.Snapshot.MetadataPrefixFor(call.Caller);
        var buffer = scratch.Metadata;
        buffer.ResetWrittenCount();
        buffer.Write(prefix);
        var writer = scratch.MetadataWriter;
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("status"u8, failure is null ? "success"u8 : "failure"u8);
        writer.WritePropertyName("spend_logs_metadata"u8);
        WriteNotes(call, writer);
        if (call.UserAgent is { } agent)
        {
            writer.WriteString("user_agent"u8, agent.Header);
        }

        if (call.Usage is { } usage)
        {
            writer.WritePropertyName("usage_object"u8);
            usage.Write(writer);
            WriteAdditional(writer, usage);
            WriteCost(call, writer);
        }

        if (failure is { } note)
        {
            note.Write(writer);
        }

        if (call.Outcome is { } outcome)
        {
            writer.WriteStartObject("model_map_information"u8);
            writer.WriteString("model_map_key"u8, outcome.Deployment.UpstreamModel);
            writer.WriteNull("model_map_value"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();

        // The two objects become one.
        MemoryMarshal.AsMemory(buffer.WrittenMemory).Span[prefix.Length] = (byte)',';
        return buffer.WrittenMemory;
    }

    private static void WriteNotes(CallContext call, Utf8JsonWriter writer)
    {
        var notes = !call.SpendNotes.IsEmpty ? call.SpendNotes
            : !call.Envelope.Metadata.SpendLogsMetadata.IsEmpty ? call.Envelope.Metadata.SpendLogsMetadata
            : call.Caller.Key?.Identity.Metadata.SpendLogsMetadata ?? default;
        if (notes.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(notes.Span, skipInputValidation: true);
        }
    }

    private static void WriteAdditional(Utf8JsonWriter writer, in TokenUsage usage)
    {
        writer.WriteStartObject("additional_usage_values"u8);
        if (usage.CachedTokens > 0)
        {
            writer.WriteNumber("cache_read_input_tokens"u8, usage.CachedTokens);
        }

        if (usage.CacheCreationTokens > 0)
        {
            writer.WriteNumber("cache_creation_input_tokens"u8, usage.CacheCreationTokens);
        }

        writer.WriteEndObject();
    }

    private static void WriteCost(CallContext call, Utf8JsonWriter writer)
    {
        var cost = call.Cost;
        if (call.UsageEstimated)
        {
            writer.WriteBoolean("usage_estimated"u8, true);
        }

        if (cost.IsUnknown)
        {
            writer.WriteBoolean("cost_unknown"u8, true);
        }

        writer.WriteStartObject("cost_breakdown"u8);
        writer.WriteNumber("input_cost"u8, cost.Input);
        writer.WriteNumber("output_cost"u8, cost.Output);
        writer.WriteNumber("tool_usage_cost"u8, cost.Tools);
        writer.WriteNumber("original_cost"u8, cost.Original);
        if (cost.DiscountAmount != 0)
        {
            writer.WriteNumber("discount_percent"u8, cost.DiscountPercent);
            writer.WriteNumber("discount_amount"u8, cost.DiscountAmount);
        }

        if (cost.MarginTotal != 0)
        {
            writer.WriteNumber("margin_percent"u8, cost.MarginPercent);
            writer.WriteNumber("margin_fixed_amount"u8, cost.MarginFixed);
            writer.WriteNumber("margin_total_amount"u8, cost.MarginTotal);
        }

        writer.WriteNumber("total_cost"u8, cost.Total);
        writer.WriteEndObject();
    }

    private static byte[] Prefix(
        string hash, string? alias, string? userId, string? teamId, string? teamAlias, string? organization, ProjectIdentity? project)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("user_api_key"u8, hash);
            writer.WriteString("user_api_key_alias"u8, alias);
            writer.WriteString("user_api_key_user_id"u8, userId);
            writer.WriteString("user_api_key_team_id"u8, teamId);
            writer.WriteString("user_api_key_team_alias"u8, teamAlias);
            writer.WriteString("user_api_key_org_id"u8, organization);
            if (project is not null)
            {
                writer.WriteString("user_api_key_project_id"u8, project.Id);
                writer.WriteString("user_api_key_project_alias"u8, project.Alias);
            }

            writer.Flush();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
