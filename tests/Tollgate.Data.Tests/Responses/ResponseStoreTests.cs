using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Data.Responses;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Tests.Spend;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Testing;

namespace Tollgate.Data.Tests.Responses;

public sealed class ResponseStoreTests
{
    private const string Said = "{\"input\":[\"a secret that nobody reads in a backup\"],\"answer\":{}}";

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task Answer_IsFoundByAnotherInstance_AndEncrypted(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        using (var store = Open(test.Database))
        {
            var kept = store.KeepAsync("resp_1", Bytes(Said));
            (await store.WriteAsync(default)).ShouldBeTrue();
            await kept;
            await store.WriteAsync(default);
        }

        using var other = Open(test.Database);
        Encoding.UTF8.GetString((await other.FindAsync("resp_1")).ShouldNotBeNull().Span).ShouldBe(Said);
        (await other.FindAsync("resp_2")).ShouldBeNull();
        using var stranger = Open(test.Database, "another key");
        (await stranger.FindAsync("resp_1")).ShouldBeNull();
        var rows = await test.Database.ReadAsync(static db => db.SelectAsync(Tables.Responses, Filter.None), default);
        Encoding.UTF8.GetString(Convert.FromBase64String(rows.Single()["kept"]!.GetValue<string>())).ShouldNotContain("secret");
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task ForgottenAnswer_IsGoneEverywhere(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var heard = new HeardChanges();
        using var subscription = test.Changes.Subscribe(heard);
        using var store = Open(test.Database);
        var kept = store.KeepAsync("resp_1", Bytes(Said));
        await store.WriteAsync(default);
        await kept;
        var waiting = store.KeepAsync("resp_2", Bytes(Said));
        await store.ForgetAsync("resp_1");
        await store.ForgetAsync("resp_2");
        await waiting;
        await store.WriteAsync(default);
        (await store.FindAsync("resp_1")).ShouldBeNull();
        (await store.FindAsync("resp_2")).ShouldBeNull();
        heard.Notices.ShouldContain(new ChangeNotice(ChangedObject.Response, "resp_1"));
    }

    [Fact]
    public async Task DatabaseAway_AnswerWaits_AndIsWrittenWhenItIsBack()
    {
        await using var test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var away = new AwayDatabase(test.Database) { IsAway = true };
        using var store = Open(away);
        await store.KeepAsync("resp_1", Bytes(Said));
        (await store.WriteAsync(default)).ShouldBeFalse();
        Encoding.UTF8.GetString((await store.FindAsync("resp_1")).ShouldNotBeNull().Span).ShouldBe(Said);
        (await Should.ThrowAsync<ApiException>(async () => await store.FindAsync("resp_2"))).Status.ShouldBe(503);
        (await Should.ThrowAsync<ApiException>(async () => await store.ForgetAsync("resp_1"))).Status.ShouldBe(503);
        away.IsAway = false;
        (await store.WriteAsync(default)).ShouldBeTrue();
        using var other = Open(test.Database);
        (await other.FindAsync("resp_1")).ShouldNotBeNull();
    }

    [Theory]
    [ClassData(typeof(BothEngines))]
    public async Task OldAnswers_AndThoseThatTakeTooMuchRoom_AreDeleted(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateAsync(kind);
        var now = new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero);
        var random = new Random(7);
        for (var age = 0; age < 40; age++)
        {
            var body = new byte[1000];
            random.NextBytes(body);
            using var store = Open(test.Database, clock: new FixedClock(now.AddDays(-age).AddHours(1)));
            var kept = store.KeepAsync($"resp_{age:D2}", body);
            await store.WriteAsync(default);
            await kept;
        }

        var settings = new StorageSettings { ResponseRetention = new BudgetPeriod(30, "d") };
        var yes = static () => Task.FromResult(true);
        (await new ResponseRetention(test.Database, settings, new FixedClock(now)).RunAsync(static () => Task.FromResult(false), default)).ShouldBe(0);
        (await new ResponseRetention(test.Database, settings, new FixedClock(now)).RunAsync(yes, default)).ShouldBe(9);
        (await new ResponseRetention(test.Database, settings with { ResponseStoreMaxBytes = 5500 }, new FixedClock(now)).RunAsync(yes, default)).ShouldBe(26);
        (await test.Database.ReadAsync(static db => db.SelectAsync(Tables.Responses, Filter.None, [new SortBy("name")]), default))
            .Select(static row => row["name"]!.GetValue<string>()).ShouldBe(["resp_00", "resp_01", "resp_02", "resp_03", "resp_04"]);
    }

    private static ResponseStore Open(IDatabase database, string key = "sk-salt", TimeProvider? clock = null)
        => new(database, new ResponseBox(new SecretBox(key, [])), clock ?? TimeProvider.System, NullLogger<ResponseStore>.Instance);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class AwayDatabase(IDatabase inner) : IDatabase
    {
        public bool IsAway { get; set; }

        public DatabaseKind Kind => inner.Kind;

        public DatabaseStatus Status => IsAway ? new DatabaseStatus(false, "away") : inner.Status;

        public Task<T> ReadAsync<T>(Func<IRowReader, Task<T>> work, CancellationToken cancellationToken)
            => IsAway ? throw new DatabaseUnavailableException("away") : inner.ReadAsync(work, cancellationToken);

        public Task<T> WriteAsync<T>(Func<IRowWriter, Task<T>> work, CancellationToken cancellationToken)
            => IsAway ? throw new DatabaseUnavailableException("away") : inner.WriteAsync(work, cancellationToken);
    }
}
