using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Startup;

public sealed class DatabaseStartupTests
{
    [Fact]
    public async Task Host_OpensTheEmbeddedStore()
    {
        using var folder = new TemporaryFolder();
        using var host = HostWith(new StorageSettings { DataDirectory = folder.Path });

        await host.StartAsync();
        var startup = host.Services.GetRequiredService<DatabaseStartup>();
        await startup.Opened.WaitAsync(TimeSpan.FromSeconds(20));
        var count = await host.Services.GetRequiredService<IDatabase>().ReadAsync(db => db.CountAsync(Tables.Keys, Filter.None), default);
        await host.StopAsync();

        count.ShouldBe(0);
        startup.Failure.ShouldBeNull();
    }

    [Fact]
    public async Task DatabaseThatStaysAway_StopsTheHostWithTheReason()
    {
        var settings = new StorageSettings { DatabaseUrl = "postgresql://u:s3cret@127.0.0.1:1/d", StartWait = TimeSpan.Zero };
        using var host = HostWith(settings);

        await host.StartAsync();
        await host.WaitForShutdownAsync();
        var failure = host.Services.GetRequiredService<DatabaseStartup>().Failure;

        failure.ShouldNotBeNull();
        failure.ShouldContain("127.0.0.1:1/d cannot be reached");
        failure.ShouldNotContain("s3cret");
        host.Services.GetRequiredService<IDatabase>().Status.IsReady.ShouldBeFalse();
    }

    [Fact]
    public async Task DatabaseThatComesLate_IsOpenedThen()
    {
        var server = await PostgresServer.SharedAsync();
        var missing = server.UrlOf("late_database");
        using var host = HostWith(new StorageSettings { DatabaseUrl = missing, StartWait = TimeSpan.FromSeconds(30) });

        await host.StartAsync();
        await server.ExecuteAsync("postgres", "CREATE DATABASE late_database");
        await host.Services.GetRequiredService<DatabaseStartup>().Opened.WaitAsync(TimeSpan.FromSeconds(30));
        var status = host.Services.GetRequiredService<IDatabase>().Status;
        await host.StopAsync();

        status.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task WithoutAnyDatabase_CallsSaySoInLiteLlmsWords()
    {
        using var host = HostWith(new StorageSettings { EmbeddedDatabase = false });

        await host.StartAsync();
        var error = await Should.ThrowAsync<DatabaseUnavailableException>(
            () => host.Services.GetRequiredService<IDatabase>().ReadAsync(db => db.CountAsync(Tables.Keys, Filter.None), default));
        await host.StopAsync();

        error.Message.ShouldBe("No connected db.");
    }

    private static IHost HostWith(StorageSettings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddTollgateData(settings);
        return builder.Build();
    }
}
