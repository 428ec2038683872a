using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;
using Tollgate.Management.Keys;

namespace Tollgate.Management.Tests.Keys;

/// <summary>Keys that are rotated because their time has come.</summary>
public sealed class KeyRotationTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task DueKeys_AreRotatedOnceAndKeepTheirGrace(DatabaseKind kind)
    {
        await using var desk = await Desk.OpenAsync(kind, new ManagementSettings { RotationGracePeriod = "1h" });
        var due = await desk.KeyAsync("""{"key_alias":"due","auto_rotate":true,"rotation_interval":"30d","max_budget":5}""");
        var later = await desk.KeyAsync("""{"key_alias":"later","auto_rotate":true,"rotation_interval":"30d"}""");
        var never = await desk.KeyAsync("""{"key_alias":"never"}""");
        await SetDateAsync(desk, due, "2026-02-03T04:05:06.000000Z");
        await SetDateAsync(desk, never, "2026-02-01T00:00:00.000000Z");

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync(desk)));
        runs.Sum().ShouldBe(1);
        (await RunAsync(desk)).ShouldBe(0);

        var rows = await desk.RowsAsync(Tables.Keys);
        rows.Select(static row => row["token"]!.GetValue<string>()).ShouldBeSubsetOf(
            [KeyText.ToHash(later), KeyText.ToHash(never), TokenOf(rows, "due")]);
        var rotated = rows.Single(static row => row["key_alias"]?.GetValue<string>() == "due");
        rotated["token"]!.GetValue<string>().ShouldNotBe(KeyText.ToHash(due));
        rotated["rotation_count"]!.GetValue<long>().ShouldBe(1);
        rotated["max_budget"]!.GetValue<double>().ShouldBe(5);
        rotated["last_rotation_at"]!.GetValue<string>().ShouldBe("2026-02-03T04:05:06.000000Z");
        string.CompareOrdinal(rotated["key_rotation_at"]!.GetValue<string>(), "2026-03").ShouldBeGreaterThan(0);
        var grace = (await desk.RowsAsync(Tables.DeprecatedKeys)).ShouldHaveSingleItem();
        grace["token"]!.GetValue<string>().ShouldBe(KeyText.ToHash(due));
        grace["revoke_at"]!.GetValue<string>().ShouldBe("2026-02-03T05:05:06.000000Z");
        var audit = (await desk.RowsAsync(Tables.AuditLog)).Single(static row => row["action"]!.GetValue<string>() == "rotated");
        audit["changed_by"]!.GetValue<string>().ShouldBe("system");
        audit.ToJsonString().ShouldNotContain(due);
    }

    [Fact]
    public async Task ReplicaWithoutTheLease_RotatesNothing()
    {
        await using var desk = await Desk.OpenAsync(DatabaseKind.Sqlite);
        var due = await desk.KeyAsync("""{"auto_rotate":true,"rotation_interval":"30d"}""");
        await SetDateAsync(desk, due, "2026-02-01T00:00:00.000000Z");
        (await desk.Service<KeyService>().RotateDueAsync(() => Task.FromResult(false), CancellationToken.None)).ShouldBe(0);
        (await RunAsync(desk)).ShouldBe(1);
    }

    private static Task<int> RunAsync(Desk desk) => desk.Service<KeyService>().RotateDueAsync(() => Task.FromResult(true), CancellationToken.None);

    private static string TokenOf(IReadOnlyList<JsonObject> rows, string alias)
        => rows.Single(row => row["key_alias"]?.GetValue<string>() == alias)["token"]!.GetValue<string>();

    private static Task SetDateAsync(Desk desk, string key, string at) => desk.Database.WriteAsync(
        rows => rows.UpdateAsync(Tables.Keys, Filter.Equal("token", KeyText.ToHash(key)), new JsonObject { ["key_rotation_at"] = at }),
        CancellationToken.None);
}
