using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tollgate.Data.Rows;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Kernel;
using Tollgate.Management.Keys;
using Tollgate.Management.Users;
using Tollgate.Testing;

namespace Tollgate.Management.Tests.Keys;

/// <summary>The routes of keys and users on a socket over an empty database; callers are who their key's row says.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public const string Master = "sk-desk-master";

    /// <summary>Tuesday.</summary>
    public static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly TestDatabase _test;
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private Desk(TestDatabase test, WebApplication app, SnapshotHolder snapshots, Notices notices)
    {
        _test = test;
        _app = app;
        Snapshots = snapshots;
        Notes = notices;
        _client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public IDatabase Database => _test.Database;

    public SnapshotHolder Snapshots { get; }

    public Notices Notes { get; }

    public static async Task<Desk> OpenAsync(DatabaseKind kind, ManagementSettings? settings = null)
    {
        var clock = new StillClock();
        var test = await TestDatabase.CreateAsync(kind, clock);
        var notices = new Notices();
        test.Changes.Subscribe(notices);
        var config = GatewayConfig.Empty with
        {
            General = new GeneralSettings { MasterKey = Master },
            Management = settings ?? new ManagementSettings(),
        };
        var snapshots = new SnapshotHolder(new GatewaySnapshot(config, new NoProviders()));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(test.Database);
        builder.Services.AddSingleton(snapshots);
        builder.Services.AddSingleton<ICallerResolver>(new RowCallers(test.Database));
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddKeys().AddUsers();
        var app = builder.Build();
        app.Use(ShowFaultsAsync);
        app.MapKeys();
        app.MapUsers();
        await app.StartAsync();
        return new Desk(test, app, snapshots, notices);
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task<(int Status, JsonNode? Json, string Text)> SendAsync(
        string method, string path, string? body = null, string? key = Master, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), text);
    }

    /// <summary>A request that must succeed.</summary>
    public async Task<JsonNode> MustAsync(string method, string path, string? body = null, string? key = Master)
    {
        var (status, json, text) = await SendAsync(method, path, body, key);
        status.ShouldBe(200, text);
        return json!;
    }

    /// <summary>A request that must be refused with this status; returns the answer's text.</summary>
    public async Task<string> RefusedAsync(int expected, string method, string path, string? body = null, string? key = Master)
    {
        var (status, _, text) = await SendAsync(method, path, body, key);
        status.ShouldBe(expected, text);
        return text;
    }

    /// <summary>Makes a key and returns its clear text.</summary>
    public async Task<string> KeyAsync(string body = "{}", string? key = Master)
        => (await MustAsync("POST", "/key/generate", body, key))["key"]!.GetValue<string>();

    /// <summary>Makes a user with a key of his own and returns it.</summary>
    public async Task<string> UserAsync(string id, string role = "internal_user", string more = "")
        => (await MustAsync("POST", "/user/new", $$"""{"user_id":"{{id}}","user_role":"{{role}}"{{more}}}"""))["key"]!.GetValue<string>();

    /// <summary>Puts a team into the database.</summary>
    public Task TeamAsync(string id, string members = "[]", string more = "{}") => Database.WriteAsync(
        async rows =>
        {
            var row = new JsonObject { ["team_id"] = id, ["team_alias"] = id + " alias", ["members_with_roles"] = JsonNode.Parse(members) };
            foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            {
                row[name] = value?.DeepClone();
            }

            await rows.InsertAsync(Tables.Teams, row);
            return 0;
        },
        CancellationToken.None);

    public Task<IReadOnlyList<JsonObject>> RowsAsync(Table table)
        => Database.ReadAsync(rows => rows.SelectAsync(table, Filter.None), CancellationToken.None);

    /// <summary>How many rows there are altogether: unchanged when a refused request wrote nothing.</summary>
    public async Task<int> SizeAsync()
    {
        var size = 0;
        foreach (var table in (Table[])[Tables.Keys, Tables.DeletedKeys, Tables.DeprecatedKeys, Tables.Users, Tables.Budgets,
            Tables.ObjectPermissions, Tables.AuditLog, Tables.TeamMemberships])
        {
            size += (await RowsAsync(table)).Count;
        }

        return size;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _test.DisposeAsync();
    }

    // What nobody expected shows in the failed assertion instead of as an empty answer.
    private static async Task ShowFaultsAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = 500;
            await http.Response.WriteAsync(JsonValue.Create(error.ToString()).ToJsonString());
        }
    }

    /// <summary>Notices that committed transactions left.</summary>
    internal sealed class Notices : IChangeListener
    {
        public ConcurrentBag<ChangeNotice> All { get; } = [];

        public void OnChange(ChangeNotice notice) => All.Add(notice);
    }

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class NoProviders : IProviderDirectory
    {
        public IReadOnlyCollection<string> Slugs => [];

        public ProviderResolution Resolve(string model, string? customProvider, string? apiBase) => new(null, model, null);

        public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config)
            => throw new NotSupportedException("no call is made here");

        public IReadOnlyList<string> KnownModels(string providerSlug) => [];

        public bool IsProvider(string slug) => false;
    }

    /// <summary>Keys and roles as the rows have them now.</summary>
    private sealed class RowCallers(IDatabase database) : ICallerResolver
    {
        public async ValueTask<AdminCaller> ResolveAsync(HttpContext http)
        {
            var key = http.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            if (key == Master)
            {
                return AdminCaller.CommandLine with { KeyHash = KeyText.ToHash(Master) };
            }

            var row = key.StartsWith(KeyText.Prefix)
                ? await database.ReadAsync(rows => rows.FindAsync(Tables.Keys, KeyText.ToHash(key)), CancellationToken.None)
                : null;
            if (row is null)
            {
                throw AdminException.Proxy(401, "Authentication Error, Invalid proxy server token passed.", "token_not_found_in_db", "key");
            }

            var id = row["user_id"]?.GetValue<string>();
            var user = id is null ? null : await database.ReadAsync(rows => rows.FindAsync(Tables.Users, id), CancellationToken.None);
            return AdminCaller.Of(
                new KeyIdentity
                {
                    Hash = KeyText.ToHash(key),
                    UserId = id,
                    User = user is null ? null : new UserIdentity { Id = id!, Role = user["user_role"]?.GetValue<string>() },
                    AllowedRoutes = [.. row["allowed_routes"]!.AsArray().Select(static route => route!.GetValue<string>())],
                    Permissions = Encoding.UTF8.GetBytes(row["permissions"]!.ToJsonString()),
                },
                http.Request.Headers["litellm-changed-by"] is [{ } by] ? by : null);
        }
    }
}
