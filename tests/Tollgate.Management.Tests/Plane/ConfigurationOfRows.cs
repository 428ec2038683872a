using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Management.Configuration;

namespace Tollgate.Management.Tests.Plane;

/// <summary>Two deployments of a file, and those of rows; overrides of the file's access groups are applied at every refresh.</summary>
internal sealed class ConfigurationOfRows(IDatabase database) : IGatewayConfiguration
{
    private static readonly DeploymentView[] OfFile =
    [
        new("file-1", "gpt-4o", [], []),
        new("file-2", "claude", [], new JsonObject { ["access_groups"] = new JsonArray("beta") }),
    ];

    public ConfigurationView View { get; private set; } = new() { Store = StoreMode.On, StoreIsOn = true, Deployments = OfFile };

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var (models, overrides) = await database.ReadAsync(
            static async rows => (await rows.SelectAsync(Tables.Models, Filter.None), await rows.SelectAsync(Tables.ModelOverrides, Filter.None)),
            cancellationToken);
        View = View with
        {
            Deployments =
            [
                .. OfFile.Select(deployment => deployment with
                {
                    Info = overrides.FirstOrDefault(row => row["id"]!.ToString() == deployment.Id)?["data"]?["model_info"]?.DeepClone() as JsonObject
                        ?? deployment.Info,
                }),
                .. models.Select(static row => new DeploymentView(
                    row["model_id"]!.ToString(), row["model_name"]!.ToString(), [], row["model_info"]?.DeepClone() as JsonObject ?? [])
                {
                    IsStored = true,
                }),
            ],
        };
    }

    public Task<ReloadOutcome> ReloadAsync(CancellationToken cancellationToken) => Task.FromResult(new ReloadOutcome(IsApplied: true, []));

    public string? FaultOf(JsonObject entry) => null;

    public string? FaultOf(string section, JsonObject values) => null;

    public bool IsReservedVariable(string name) => false;
}
