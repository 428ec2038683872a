using System.Globalization;
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
using Tollgate.Engine.Errors;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Configuration;
using Tollgate.Management.Credentials;
using Tollgate.Management.Kernel;
using Tollgate.Management.Models;
using Tollgate.Testing;

namespace Tollgate.Management.Tests.Plane;

/// <summary>The control plane on a socket over an empty database, with a clock that stands still.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    /// <summary>The clock: Tuesday, 3 February 2026.</summary>
    public const string Now = "2026-02-03T04:05:06.789000Z";

    private static readonly Table[] Written =
    [
        Tables.Teams, Tables.TeamMemberships, Tables.TeamModelAliases, Tables.Users, Tables.Budgets, Tables.Organizations,
        Tables.OrganizationMemberships, Tables.Projects, Tables.Customers, Tables.Tags, Tables.AccessGroups, Tables.ObjectPermissions,
        Tables.Keys, Tables.DeletedKeys, Tables.DeletedTeams, Tables.AuditLog, Tables.ModelOverrides,
    ];

    private readonly TestDatabase _test;
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private ControlPlane(TestDatabase test, WebApplication app)
    {
        _test = test;
        _app = app;
        _client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public IDatabase Database => _test.Database;

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<ControlPlane> StartAsync(DatabaseKind kind, GatewayConfig? config = null)
    {
        var test = await TestDatabase.CreateAsync(kind, new StillClock());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(new StillClock());
        builder.Services.AddSingleton(test.Database);
        builder.Services.AddSingleton(new SnapshotHolder(new GatewaySnapshot(config ?? GatewayConfig.Empty, new NoProviders())));
        builder.Services.AddSingleton<IProviderDirectory, NoProviders>();
        builder.Services.AddSingleton<ICallerResolver, CallersByName>();
        builder.Services.AddSingleton<IGatewayConfiguration, ConfigurationOfRows>();
        builder.Services.AddSingleton<ISecretBox, NoSecrets>();
        builder.Services.AddSingleton<Management.Spend.ICostEstimator, Spend.FakePrices>();
        builder.Services.AddSingleton<Management.Spend.IProviderBudgets, Spend.FakeProviderBudgets>();
        builder.Services.AddSingleton<Management.Models.IModelMap, NoModelMap>();
        builder.Services.AddSingleton<Models.FakeRemotePrices>();
        builder.Services.AddSingleton<Management.Models.IRemotePrices>(static provider => provider.GetRequiredService<Models.FakeRemotePrices>());
        builder.Services.AddModels();
        builder.Services.AddManagement();
        var app = builder.Build();
        app.Use(AnswerErrorsAsync);
        app.MapManagement();
        await app.StartAsync();
        return new ControlPlane(test, app);
    }

    /// <summary>Sends a request as somebody: <c>master</c>, <c>viewer</c>, <c>nobody</c>, or the id of an internal user.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, string caller = "master")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("x-caller", caller);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text);
    }

    public Task<Answer> PostAsync(string path, string body, string caller = "master") => SendAsync("POST", path, body, caller);

    public Task<Answer> GetAsync(string path, string caller = "master") => SendAsync("GET", path, null, caller);

    /// <summary>A request that must succeed.</summary>
    public async Task<JsonNode> MustAsync(string method, string path, string? body = null, string caller = "master")
    {
        var answer = await SendAsync(method, path, body, caller);
        answer.Status.ShouldBeInRange(200, 299, answer.Text);
        return answer.Json;
    }

    /// <summary>Rows of a table.</summary>
    public Task<IReadOnlyList<JsonObject>> RowsAsync(Table table, Filter? filter = null)
        => Database.ReadAsync(rows => rows.SelectAsync(table, filter ?? Filter.None), CancellationToken.None);

    /// <summary>How many rows all tables of the control plane have together: unchanged when a refused request wrote nothing.</summary>
    public Task<long> SizeAsync() => Database.ReadAsync(
        static async rows =>
        {
            long total = 0;
            foreach (var table in Written)
            {
                total += await rows.CountAsync(table, Filter.None);
            }

            return total;
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _test.DisposeAsync();
    }

    private static async Task AnswerErrorsAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (ApiException error)
        {
            http.Response.StatusCode = error.Status;
            await AdminJson.SendAsync(http, AdminException.Proxy(error.Status, error.Message, error.Type, error.Param).Body);
        }
        catch (Exception error)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await http.Response.WriteAsync(error.ToString());
        }
    }

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(Now, CultureInfo.InvariantCulture);
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The message of envelope D.</summary>
    public string? Detail => Json["detail"] switch
    {
        JsonObject inner => inner["error"]?.GetValue<string>(),
        JsonValue text => text.ToString(),
        _ => null,
    };

    /// <summary>The message of envelope P.</summary>
    public string? Message => Json["error"]?["message"]?.GetValue<string>();
}
