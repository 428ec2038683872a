using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Models;

/// <summary>
/// When prices are fetched again by themselves (admin-api.md 13.11): a row of <c>LiteLLM_Config</c> that every replica follows, since each
/// keeps its prices itself.
/// </summary>
public sealed class CostMapSchedule(
    IDatabase database, IRemotePrices remote, IGatewayConfiguration configuration, AuditLog audit, TimeProvider time)
{
    private const string Row = "model_cost_map_reload_config";
    private const string Hours = "interval_hours";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private DateTimeOffset? _triedAt;

    /// <summary>Sets the interval.</summary>
    public async Task<JsonNode?> SetAsync(AdminCaller caller, Fields query, CancellationToken cancellationToken)
    {
        CostMap.CheckAdmin(caller);
        query.RequiredText("hours");
        var hours = query.Number("hours");
        if (hours is not > 0 or > 1e6 || hours % 1 != 0)
        {
            throw AdminException.Detail(400, "Hours must be greater than 0");
        }

        var value = new JsonObject { [Hours] = (long)hours.Value, ["force_reload"] = false };
        await ChangeAsync(caller, value, cancellationToken);
        return new JsonObject
        {
            ["message"] = $"Model cost map reload scheduled for every {hours} hours",
            ["status"] = "success",
            [Hours] = (long)hours.Value,
            ["timestamp"] = Timestamps.Text(time.GetUtcNow()),
        };
    }

    /// <summary>Ends it.</summary>
    public async Task<JsonNode?> CancelAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        CostMap.CheckAdmin(caller);
        await ChangeAsync(caller, null, cancellationToken);
        return new JsonObject
        {
            ["message"] = "Model cost map reload schedule cancelled",
            ["status"] = "success",
            ["timestamp"] = Timestamps.Text(time.GetUtcNow()),
        };
    }

    /// <summary>The interval, and when prices were and will be fetched.</summary>
    public async Task<JsonNode?> StatusAsync(AdminCaller caller, CancellationToken cancellationToken)
    {
        CostMap.CheckAdmin(caller);
        var interval = await IntervalAsync(cancellationToken);
        var last = remote.FetchedAt;
        return new JsonObject
        {
            ["scheduled"] = interval is not null,
            [Hours] = interval is { } length ? (long)length.TotalHours : null,
            ["last_run"] = last is { } at ? Timestamps.Text(at) : null,
            ["next_run"] = interval is { } every ? Timestamps.Text(last is { } before ? before + every : time.GetUtcNow()) : null,
        };
    }

    /// <summary>Fetches prices when an address is set and it is time: at start, then as scheduled.</summary>
    /// <returns>Number of models; null when it is not time.</returns>
    /// <exception cref="RemotePricesException">They cannot be had; the old ones stay, and it is tried again in a while.</exception>
    public async Task<int?> RunDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (remote.Url is null || now - _triedAt < RetryAfter)
        {
            return null;
        }

        if (remote.FetchedAt is { } last && (await IntervalAsync(cancellationToken) is not { } interval || now - last < interval))
        {
            return null;
        }

        _triedAt = now;
        var count = await remote.FetchAsync(cancellationToken);
        await configuration.ReloadAsync(cancellationToken);
        return count;
    }

    private async Task<TimeSpan?> IntervalAsync(CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(static rows => SettingRows.ReadAsync(rows, Row), cancellationToken);
        return row[Hours] is JsonValue value && value.TryGetValue(out double hours) && hours is > 0 and < 1e6 ? TimeSpan.FromHours(hours)
            : row[Hours] is JsonValue whole && whole.TryGetValue(out long count) && count is > 0 and < 1_000_000 ? TimeSpan.FromHours(count)
            : null;
    }

    private Task ChangeAsync(AdminCaller caller, JsonObject? value, CancellationToken cancellationToken) => database.WriteAsync(
        async rows =>
        {
            var before = (await rows.FindAsync(Tables.Config, Row))?["param_value"] as JsonObject;
            if (value is null)
            {
                await rows.DeleteAsync(Tables.Config, Filter.Equal("param_name", Row));
            }
            else
            {
                await rows.UpsertAsync(Tables.Config, new JsonObject { ["param_name"] = Row, ["param_value"] = value.DeepClone() });
            }

            await audit.RecordAsync(rows, caller, value is null ? AuditAction.Deleted : AuditAction.Updated, Tables.Config, Row, before, value);
            return true;
        },
        cancellationToken);
}
