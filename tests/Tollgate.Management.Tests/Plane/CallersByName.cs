using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tests.Plane;

/// <summary>Takes callers at their word: header <c>x-caller</c>.</summary>
internal sealed class CallersByName : ICallerResolver
{
    public ValueTask<AdminCaller> ResolveAsync(HttpContext http)
        => ValueTask.FromResult(Named(http.Request.Headers["x-caller"].ToString()) with
        {
            ChangedByHeader = http.Request.Headers["litellm-changed-by"] is [{ } by] ? by : null,
        });

    public static AdminCaller Named(string name) => name switch
    {
        "master" => new AdminCaller
        {
            Role = AdminRole.ProxyAdmin,
            UserId = AdminCaller.DefaultUserId,
            KeyHash = new string('a', 64),
            IsMasterKey = true,
        },
        "viewer" => new AdminCaller { Role = AdminRole.ProxyAdminViewer, UserId = "viewer" },
        "nobody" => new AdminCaller { Role = AdminRole.None },
        _ => new AdminCaller { Role = AdminRole.InternalUser, UserId = name },
    };
}

/// <summary>A gateway without models knows no provider.</summary>
internal sealed class NoProviders : IProviderDirectory
{
    public IReadOnlyCollection<string> Slugs => [];

    public ProviderResolution Resolve(string model, string? customProvider, string? apiBase) => new(null, model, null);

    public IUpstreamConnection Connect(DeploymentConfig deployment, string upstreamModel, GatewayConfig config)
        => throw new NotSupportedException("no call is made here");

    public IReadOnlyList<string> KnownModels(string providerSlug) => [];

    public bool IsProvider(string slug) => false;
}

/// <summary>Keeps texts as they are.</summary>
internal sealed class NoSecrets : Management.Credentials.ISecretBox
{
    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public string Protect(string clear) => clear;

    public Management.Credentials.ISecretBox WithKey(string signingKey) => this;

    public void Expect(string signingKey)
    {
        // Nothing is encrypted.
    }

    public Management.Credentials.OpenedText Unprotect(string stored) => new(stored);
}

/// <summary>Knows no model.</summary>
internal sealed class NoModelMap : Management.Models.IModelMap
{
    public Management.Models.CostMapText Whole { get; } = Management.Models.CostMapText.Of("{}"u8.ToArray());

    public int Count => 0;

    public (string? Provider, string Model) Resolve(string model, string? customProvider, string? apiBase) => (customProvider, model);

    public System.Text.Json.Nodes.JsonObject? Find(string? provider, string model, string? baseModel) => null;
}

/// <summary>Both engines.</summary>
public sealed class Engines : TheoryData<Data.Rows.DatabaseKind>
{
    public Engines()
    {
        Add(Data.Rows.DatabaseKind.Sqlite);
        Add(Data.Rows.DatabaseKind.PostgreSql);
    }
}
