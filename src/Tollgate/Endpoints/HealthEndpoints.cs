using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Tollgate.Engine;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Routing;
using Tollgate.Engine.Upstream;
using Tollgate.Hosting;

namespace Tollgate.Endpoints;

/// <summary>Probes and model health (observability.md section 16, admin-api.md section 17).</summary>
internal static class HealthEndpoints
{
    /// <summary>Deployments asked at once.</summary>
    private const int MostAtOnce = 16;

    private static readonly string[] GetAndOptions = ["GET", "HEAD", "OPTIONS"];

    /// <summary>Maps the routes.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var snapshots = services.GetRequiredService<SnapshotHolder>();
        var inFlight = services.GetRequiredService<InFlight>();
        var log = services.GetRequiredService<LogSettings>();
        var probe = services.GetRequiredService<DeploymentProbe>();
        var readiness = services.GetRequiredService<Readiness>();
        var authenticator = services.GetRequiredService<Authenticator>();
        var time = services.GetRequiredService<TimeProvider>();
        foreach (var path in (ReadOnlySpan<string>)["/health/liveliness", "/health/liveness"])
        {
            routes.MapMethods(path, GetAndOptions, LiveAsync).Describe("health", "Is the process alive?");
        }

        routes.MapGet("/test", static http => JsonAnswer.SendAsync(http, WriteTest)).Describe("health", "Is the gateway there?");
        routes.MapMethods("/health/readiness", GetAndOptions, http => ReadyAsync(http, readiness, log, time)).Describe("health", "Should requests be sent here?");
        routes.MapGet("/health/readiness/details", async http =>
        {
            await authenticator.IdentifyAsync(http.Request, snapshots.Current, http.RequestAborted);
            await ReadyAsync(http, readiness, log, time);
        }).Describe("health", "Should requests be sent here? With a key");
        routes.MapGet("/health/backlog", http => BacklogAsync(http, snapshots.Current, authenticator, inFlight)).Describe("health", "Requests being served");
        routes.MapGet("/health", http => ModelsAsync(http, snapshots.Current, authenticator, probe, readiness))
            .Describe("health", "Health of the deployments");
    }

    private static Task LiveAsync(HttpContext http)
        => IsOptions(http) ? Task.CompletedTask : JsonAnswer.SendAsync(http, static json => json.WriteStringValue("I'm alive!"));

    private static void WriteTest(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("route", "/test");
        json.WriteEndObject();
    }

    private static Task ReadyAsync(HttpContext http, Readiness readiness, LogSettings log, TimeProvider time)
    {
        if (IsOptions(http))
        {
            return Task.CompletedTask;
        }

        var state = readiness.Now();
        if (!state.IsReady && state.Reason is { } reason)
        {
            return JsonAnswer.SendAsync(
                http,
                json =>
                {
                    json.WriteStartObject();
                    json.WriteString("detail", $"Service Unhealthy (DB connection failed): {reason}");
                    json.WriteEndObject();
                },
                StatusCodes.Status503ServiceUnavailable);
        }

        return JsonAnswer.SendAsync(
            http,
            json => Write(json, state, log, time.GetUtcNow()),
            state.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static void Write(Utf8JsonWriter json, in ReadinessState state, LogSettings log, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("status", state.Status);
        json.WriteString("db", state.Database);
        json.WriteString("cache", state.Shared);
        json.WriteString("litellm_version", ProductVersion.Compatible);
        json.WriteString("tollgate_version", ProductVersion.Current);
        json.WriteStartArray("success_callbacks");
        json.WriteEndArray();
        if (state.HasDatabase)
        {
            // COMPAT: a moment of UTC without a zone, as Python writes it (admin-api.md 17.2).
            json.WriteString("last_updated", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
        }

        json.WriteBoolean("use_aiohttp_transport", true);
        json.WriteString("log_level", log.CompatibleName);
        json.WriteBoolean("is_detailed_debug", log.IsDetailed);
        if (state.Spend is { } spend)
        {
            json.WriteStartObject("spend_journal");
            json.WriteNumber("waiting_records", spend.Journal.Waiting);
            json.WriteNumber("bytes", spend.Journal.Bytes);
            json.WriteNumber("lost_records", spend.Journal.Lost);
            json.WriteNumber("poisoned_records", spend.Poisoned);
            json.WriteString("failure", spend.Journal.Failure);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static async Task BacklogAsync(HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator, InFlight inFlight)
    {
        await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
        await JsonAnswer.SendAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("in_flight_requests", inFlight.Count - 1);
            json.WriteEndObject();
        });
    }

    private static bool IsOptions(HttpContext http)
    {
        if (!HttpMethods.IsOptions(http.Request.Method))
        {
            return false;
        }

        http.Response.Headers.Allow = "GET, OPTIONS";
        return true;
    }

    /// <summary>
    /// With a key: asks every deployment. Without one: a shallow answer that never leaves the gateway, because operators' guides use it bare
    /// as a basic check (admin-api.md C2).
    /// </summary>
    private static async Task ModelsAsync(
        HttpContext http, GatewaySnapshot snapshot, Authenticator authenticator, DeploymentProbe probe, Readiness readiness)
    {
        AccessGates.Check(http, snapshot);
        if (snapshot.MasterKey is not null && !Authenticator.HasCredential(http.Request, snapshot))
        {
            await ShallowAsync(http, readiness.Now());
            return;
        }

        var caller = await authenticator.IdentifyAsync(http.Request, snapshot, http.RequestAborted);
        var chosen = Chosen(snapshot, http.Request.Query["model"], http.Request.Query["model_id"], out var missing);
        if (missing is not null)
        {
            await JsonAnswer.SendAsync(http, json => WriteMissing(json, missing), StatusCodes.Status404NotFound);
            return;
        }

        if (caller.Key is { } key && !caller.IsAdmin)
        {
            chosen = chosen.FindAll(deployment => ModelAccess.Allows(key.Identity, deployment.Config.ModelGroup, snapshot));
        }

        var results = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = http.RequestAborted };
        await Parallel.ForEachAsync(
            chosen, options, async (deployment, token) => results[deployment.Id] = await probe.CheckAsync(deployment, token));
        await JsonAnswer.SendAsync(http, json => Write(json, chosen, results, snapshot.Config.General.HealthCheckDetails));
    }

    private static Task ShallowAsync(HttpContext http, ReadinessState state) => JsonAnswer.SendAsync(http, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "healthy");
        json.WriteNull("healthy_count");
        json.WriteNull("unhealthy_count");
        if (state.HasDatabase)
        {
            json.WriteString("db", state.Database);
        }

        json.WriteEndObject();
    });

    private static void WriteMissing(Utf8JsonWriter json, string message)
    {
        json.WriteStartObject();
        json.WriteStartObject("detail");
        json.WriteString("error", message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<Deployment> Chosen(GatewaySnapshot snapshot, string? group, string? id, out string? missing)
    {
        missing = null;
        var all = snapshot.Models.Groups.SelectMany(static item => item.Deployments).Concat(snapshot.Models.ProbeTargets()).ToList();
        if (!string.IsNullOrEmpty(id))
        {
            all = all.FindAll(deployment => string.Equals(deployment.Id, id, StringComparison.Ordinal));
            missing = all.Count > 0 ? null : $"Model with ID {id} not found";
            return all;
        }

        if (string.IsNullOrEmpty(group))
        {
            return all;
        }

        all = all.FindAll(deployment => string.Equals(deployment.Config.ModelGroup, group, StringComparison.Ordinal));
        missing = all.Count > 0 ? null : $"Model {group} not found";
        return all;
    }

    private static void Write(Utf8JsonWriter json, List<Deployment> deployments, ConcurrentDictionary<string, string?> errors, bool details)
    {
        json.WriteStartObject();
        WriteEndpoints(json, "healthy_endpoints", deployments.Where(deployment => errors[deployment.Id] is null), errors, details);
        WriteEndpoints(json, "unhealthy_endpoints", deployments.Where(deployment => errors[deployment.Id] is not null), errors, details);
        json.WriteNumber("healthy_count", deployments.Count(deployment => errors[deployment.Id] is null));
        json.WriteNumber("unhealthy_count", deployments.Count(deployment => errors[deployment.Id] is not null));
        json.WriteEndObject();
    }

    private static void WriteEndpoints(
        Utf8JsonWriter json, string name, IEnumerable<Deployment> deployments, ConcurrentDictionary<string, string?> errors, bool details)
    {
        json.WriteStartArray(name);
        foreach (var deployment in deployments)
        {
            json.WriteStartObject();
            json.WriteString("model", deployment.UpstreamModel);
            json.WriteString("model_id", deployment.Id);
            if (details && deployment.Connection.DisplayBase is { } apiBase)
            {
                json.WriteString("api_base", apiBase);
            }

            if (errors[deployment.Id] is { } error)
            {
                json.WriteString("error", error);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
