using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

public sealed class KeyRingTests
{
    private const string Key = "sk-test";
    private static readonly KeyHash Hash = KeyHash.Of(Key);
    private readonly ManualTimeProvider _time = new();
    private readonly FakeIdentityStore _store = new();
    private readonly KeyRing _ring;

    public KeyRingTests() => _ring = Callers.Ring(_store, new GatewaySnapshot(Calls.Config(), new FakeProviderDirectory()), _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Hash_IsTheDatabases() => Hash.ToHex().ShouldBe(FakeIdentityStore.HashOf(Key));

    [Fact]
    public async Task WarmKey_CostsNoQuery()
    {
        _store.Add(Key);
        for (var i = 0; i < 10; i++)
        {
            (await _ring.FindAsync(Hash, Token)).ShouldNotBeNull();
        }

        _store.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task ReplacedValue_EndsWithItsGracePeriodAlsoWhileItIsWarm()
    {
        var until = _time.GetUtcNow().AddSeconds(10);
        _store.Add(Key, key => key with { ReplacedUntil = until });
        var snapshot = new GatewaySnapshot(
            new Configuration.GatewayConfig { General = new Configuration.GeneralSettings { MasterKey = "sk-master" } }, new FakeProviderDirectory());
        var authenticator = new Authenticator(_ring, _time);

        (await authenticator.IdentifyAsync(Key, "authorization", snapshot, Token)).Role.ShouldBe(CallerRole.VirtualKey);
        _time.Advance(11);

        var refused = await Should.ThrowAsync<Engine.Errors.ApiException>(
            async () => await authenticator.IdentifyAsync(Key, "authorization", snapshot, Token));
        refused.Type.ShouldBe("token_not_found_in_db");
        _store.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task ModelBudget_KeepsWhatWasRecordedBeforeTheStartWhenItsKeyIsReadAgain()
    {
        var counters = new LocalCounters(_time);
        var ring = new KeyRing(
            _store, counters, new SnapshotHolder(new GatewaySnapshot(Calls.Config(), new FakeProviderDirectory())), _time, NullLogger<KeyRing>.Instance);
        _store.SpentSince = 0.4m;
        _store.Add(Key, static key => key with { ModelBudgets = [new PartialBudget("m", 1m, null, default)] });
        var scope = (await ring.FindAsync(Hash, Token))!.Scopes.ShouldHaveSingleItem();
        Claim[] claims = [scope.ToClaim(0, 0, _time.GetUtcNow(), TimeZoneInfo.Utc)];
        counters.Take(claims, BudgetMode.Reserve, TimeSpan.FromSeconds(60)).IsAdmitted.ShouldBeTrue();
        counters.Settle(claims, Money.ToNano(0.1m), 0, BudgetMode.Reserve, TimeSpan.FromSeconds(60));

        // The last tenth is not in the database yet.
        _time.Advance(3600);
        await ring.FindAsync(Hash, Token);
        counters.SpentOf(scope.Counter, 0).ShouldBe(Money.ToNano(0.5m));
    }

    [Fact]
    public async Task ManyWaitingForAColdKey_CostOneQuery()
    {
        var gate = new TaskCompletionSource();
        _store.Add(Key);
        _store.Before = () => gate.Task;
        var waiting = Enumerable.Range(0, 50).Select(_ => _ring.FindAsync(Hash, Token).AsTask()).ToList();
        gate.SetResult();

        (await Task.WhenAll(waiting)).ShouldAllBe(static entry => entry != null);
        _store.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task UnknownKey_IsRememberedForAWhileOnly()
    {
        (await _ring.FindAsync(Hash, Token)).ShouldBeNull();
        (await _ring.FindAsync(Hash, Token)).ShouldBeNull();
        _store.Queries.ShouldBe(1);

        _store.Add(Key);
        _time.Advance(6);
        (await _ring.FindAsync(Hash, Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task ChangedKey_IsReadAgain()
    {
        _store.Add(Key);
        await _ring.FindAsync(Hash, Token);
        _store.Add(Key, static key => key with { Blocked = true });
        _ring.OnChange(new ChangeNotice(ChangedObject.Key, Hash.ToHex()));

        (await _ring.FindAsync(Hash, Token))!.Identity.Blocked.ShouldBeTrue();
    }

    [Fact]
    public async Task ChangeOfTheTeam_DropsItsKeysOnly()
    {
        _store.Add(Key, static key => key with { TeamId = "t", Team = new TeamIdentity { Id = "t" } });
        _store.Add("sk-other");
        await _ring.FindAsync(Hash, Token);
        await _ring.FindAsync(KeyHash.Of("sk-other"), Token);
        _ring.OnChange(new ChangeNotice(ChangedObject.Team, "t"));

        _ring.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ChangeWhileReading_IsNotLost()
    {
        _store.Add(Key);
        var changed = false;
        _store.Before = () =>
        {
            if (!changed)
            {
                // The row was read, then it changes, then the reading arrives.
                changed = true;
                _store.Add(Key, static key => key with { Blocked = true });
                _ring.OnChange(new ChangeNotice(ChangedObject.Key, Hash.ToHex()));
            }

            return Task.CompletedTask;
        };

        (await _ring.FindAsync(Hash, Token))!.Identity.Blocked.ShouldBeTrue();
    }

    [Fact]
    public async Task OutageOfTheDatabase_DoesNotStopWarmKeys()
    {
        _store.Add(Key);
        await _ring.FindAsync(Hash, Token);
        _store.IsAway = true;
        _time.Advance(30 * 60);
        (await _ring.FindAsync(Hash, Token)).ShouldNotBeNull();

        _time.Advance(60 * 60);
        await Should.ThrowAsync<IdentityStoreUnavailableException>(() => _ring.FindAsync(Hash, Token).AsTask());
    }

    [Fact]
    public async Task MissedNotices_MakeKeysReadAgain_AndAnotherOutageDoesNotStopThem()
    {
        _store.Add(Key);
        await _ring.FindAsync(Hash, Token);
        _ring.OnChange(new ChangeNotice(ChangedObject.Everything, ""));
        _store.IsAway = true;
        (await _ring.FindAsync(Hash, Token)).ShouldNotBeNull();

        _store.IsAway = false;
        _store.Add(Key, static key => key with { Blocked = true });
        (await _ring.FindAsync(Hash, Token))!.Identity.Blocked.ShouldBeTrue();
    }

    [Fact]
    public async Task RevokedKey_EndsWithItsTimeInMemory()
    {
        _store.Add(Key);
        await _ring.FindAsync(Hash, Token);
        _store.Remove(Key);
        _time.Advance(61);

        (await _ring.FindAsync(Hash, Token)).ShouldBeNull();
    }
}
