using System.Text.Json.Nodes;
using Tollgate.Data.Rows;
using Tollgate.Data.Sqlite;
using Tollgate.Data.Startup;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Copy;

/// <summary>Copies of the embedded store.</summary>
public sealed class SqliteBackupTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StoreInUse_IsCopiedAsItIs_AndNotOverAFile()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        await InsertAsync(test, "before");
        await SqliteBackup.WriteAsync(test.Settings.DataDirectory, folder.File(SqliteDatabase.FileName), Stop);
        await InsertAsync(test, "after");

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder.File(SqliteDatabase.FileName)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using var copy = DataServices.StoreOf(test.Settings with { DataDirectory = folder.Path }, TimeProvider.System);
        await copy.OpenAsync(Stop);
        var users = await copy.ReadAsync(static rows => rows.SelectAsync(Tables.Users, Filter.None), Stop);
        users.ShouldHaveSingleItem()["user_id"]!.GetValue<string>().ShouldBe("before");

        (await Should.ThrowAsync<StorageStartException>(
            () => SqliteBackup.WriteAsync(test.Settings.DataDirectory, folder.File(SqliteDatabase.FileName), Stop))).Message.ShouldContain("is there already");
        (await Should.ThrowAsync<StorageStartException>(
            () => SqliteBackup.WriteAsync(test.Settings.DataDirectory, folder.File("no/such/file"), Stop))).Message.ShouldContain("cannot be written");
        (await Should.ThrowAsync<StorageStartException>(
            () => SqliteBackup.WriteAsync(folder.File("elsewhere"), folder.File("x"), Stop))).Message.ShouldContain("no database");
    }

    private static Task<bool> InsertAsync(TestDatabase test, string user) => test.Database.WriteAsync(
        async rows =>
        {
            await rows.InsertAsync(Tables.Users, new JsonObject { ["user_id"] = user });
            return true;
        },
        Stop);
}
