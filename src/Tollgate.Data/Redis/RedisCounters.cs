using Microsoft.Extensions.Logging;
using Tollgate.Engine;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Configuration;

namespace Tollgate.Data.Redis;

/// <summary>
/// Counters of all replicas in Redis: one script takes all claims of a call, one settles them (routing.md 14.3, 17.5). Redis being slow or
/// away never throws and never costs more than the bound: the answer is then null, and callers count locally.
/// </summary>
/// <remarks>
/// Whatever the connection throws is caught here: this is the boundary to it. <see cref="BeatAsync"/> must be called every second;
/// <see cref="RedisHeartbeat"/> does.
/// </remarks>
public sealed partial class RedisCounters : ISharedCounters
{
    private const string ReplicaSet = "tollgate:replicas";

    /// <summary>Milliseconds after which no call carries a figure from before it was set: replicas hear of that within a second.</summary>
    private const long Doubt = 2000;

    /// <summary>Keys that Redis looks at in one step when all counters are gone through.</summary>
    private const int PageOfKeys = 1000;

    // A slot is renewed every 30 s while its call runs, so one of a dead replica is free long before the call's lease ends (routing.md 14.3).
    private static readonly TimeSpan SlotLease = TimeSpan.FromSeconds(120);

    private readonly RedisConnection _connection;
    private readonly RedisSettings _settings;
    private readonly RateWindow _window;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisCounters> _logger;
    private readonly CircuitBreaker _breaker;
    private readonly string _replicaId = Guid.NewGuid().ToString("N");
    private volatile int _replicas = 1;
    private bool _hasSpoken;

    /// <summary>Counters over a connection; given up on until the first beat that succeeds.</summary>
    /// <param name="connection">Connection to Redis.</param>
    /// <param name="settings">Bounds.</param>
    /// <param name="window">How rates are counted (<c>BudgetSettings.RateWindow</c>); the same on every replica.</param>
    /// <param name="time">Clock of bounds; windows and leases go by Redis' own.</param>
    /// <param name="logger">Says when the circuit opens and closes.</param>
    public RedisCounters(
        RedisConnection connection, RedisSettings settings, RateWindow window, TimeProvider time, ILogger<RedisCounters> logger)
    {
        _connection = connection;
        _settings = settings;
        _window = window;
        _time = time;
        _logger = logger;
        _breaker = new CircuitBreaker(settings.BreakerFailures, settings.BreakerRecovery, time);
    }

    /// <inheritdoc/>
    public bool IsAvailable => _breaker.IsClosed;

    /// <inheritdoc/>
    public int Replicas => _replicas;

    /// <inheritdoc/>
    public async ValueTask<Verdict?> TryTakeAsync(
        string callId, Memory<Claim> claims, BudgetMode mode, TimeSpan lease, CancellationToken cancellationToken)
    {
        if (!_breaker.IsClosed || claims.IsEmpty)
        {
            return claims.IsEmpty ? Verdict.Admitted : null;
        }

        var keys = ClaimArguments.Keys(_connection, callId, claims.Span, _window.IsFixed);
        var values = ClaimArguments.ForTaking(callId, claims.Span, mode, lease, SlotLease, _window);
        RedisReply[] answer;
        try
        {
            var reply = await RedisScripts.Take.RunAsync(_connection, keys, values)
                .WaitAsync(_settings.OperationTimeout, _time, cancellationToken);
            answer = reply.Items ?? throw new RedisUnavailableException("the script's answer cannot be read");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Settle(callId, claims.Span, 0, 0);
            throw;
        }
        catch (Exception failure)
        {
            Failed(failure);

            // It may yet be taken when the answer merely came late; this follows on the same connection.
            Settle(callId, claims.Span, 0, 0);
            return null;
        }

        _breaker.Succeeded();
        return Read(answer, claims.Span);
    }

    /// <inheritdoc/>
    public void Settle(string callId, ReadOnlySpan<Claim> claims, long cost, long tokens)
    {
        if (claims.IsEmpty)
        {
            return;
        }

        var keys = ClaimArguments.Keys(_connection, callId, claims, _window.IsFixed);
        if (_connection.IsOpenFor(keys[0]))
        {
            _ = SendAsync(RedisScripts.Settle, keys, ClaimArguments.ForSettling(callId, claims, cost, tokens, _window));
        }
    }

    /// <inheritdoc/>
    public void Renew(string callId, ReadOnlySpan<Claim> claims, TimeSpan lease)
    {
        if (!claims.IsEmpty && _breaker.IsClosed)
        {
            _ = SendAsync(
                RedisScripts.Renew,
                ClaimArguments.Keys(_connection, callId, claims, _window.IsFixed),
                ClaimArguments.ForRenewing(callId, claims, lease));
        }
    }

    /// <inheritdoc/>
    public void Forget(string counter)
    {
        var key = _connection.Together(ClaimArguments.KeyOf(ClaimKind.Budget, counter, isFixed: false));
        if (_connection.IsOpenFor(key))
        {
            _ = SendAsync(RedisScripts.Forget, [key], [Doubt]);
        }
    }

    /// <inheritdoc/>
    public void ForgetAll()
    {
        var prefix = _connection.Together(ClaimArguments.KeyOf(ClaimKind.Budget, "", isFixed: false));
        if (_connection.IsOpenFor(prefix))
        {
            _ = ObserveAsync(() => ForgetBelowAsync(prefix));
        }
    }

    /// <summary>Says that this replica lives, counts the others, and finds out whether Redis is back. Never throws.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Opening takes longer than an operation, but nobody waits for it here.
            var replicas = _connection.Together(ReplicaSet);
            await _connection.OpenAsync(replicas).WaitAsync(cancellationToken);
            var alive = await RedisScripts.Beat.RunAsync(_connection, [replicas], [_replicaId])
                .WaitAsync(_settings.OperationTimeout, _time, cancellationToken);
            _replicas = Math.Max(1, (int)alive.Number);
            _breaker.Succeeded();
            if (_breaker.ProbeSucceeded())
            {
                Volatile.Write(ref _hasSpoken, true);
                Log.CircuitClosed(_logger, _connection.Name, _replicas);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutting down.
        }
        catch (Exception failure)
        {
            Failed(failure);
        }
    }

    private static Verdict Read(RedisReply[] answer, Span<Claim> claims)
    {
        for (var i = 0; i < claims.Length; i++)
        {
            ref var claim = ref claims[i];
            var used = answer[2 + (2 * i)].Number;
            var held = answer[3 + (2 * i)].Number;
            claim.Used = used;
            claim.Remaining = Math.Max(0, claim.Limit - used - (claim.Kind == ClaimKind.Budget ? held : claim.Amount));
        }

        var failed = (int)answer[0].Number;
        return failed < 0 ? Verdict.Admitted : new Verdict(failed, TimeSpan.FromMilliseconds(answer[1].Number));
    }

    private async Task<RedisReply> ForgetBelowAsync(string prefix)
    {
        var cursor = "0";
        do
        {
            var page = (await _connection.AskAsync(prefix, "SCAN", cursor, "MATCH", prefix + "*", "COUNT", PageOfKeys)).OrThrow();
            cursor = page.Items![0].Text;

            await Task.WhenAll(page.Items[1].Items!.Select(key => RedisScripts.Forget.RunAsync(_connection, [key.Text], [Doubt])));
        }
        while (cursor is not "0");
        return default;
    }

    private Task SendAsync(RedisScript script, string[] keys, RedisArgument[] values)
        => ObserveAsync(() => script.RunAsync(_connection, keys, values));

    private async Task ObserveAsync(Func<Task<RedisReply>> operation)
    {
        try
        {
            (await operation()).OrThrow();
            _breaker.Succeeded();
        }
        catch (Exception failure)
        {
            Failed(failure);
        }
    }

    private void Failed(Exception failure)
    {
        var isFirstWord = Interlocked.Exchange(ref _hasSpoken, true) == false;
        if (_breaker.Failed() || isFirstWord)
        {
            Log.CircuitOpened(_logger, _connection.Name, failure.Message, _replicas);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Data + 700, LogLevel.Warning,
            "Redis {Target} is given up on for now: {Reason}. Limits are counted locally, rates divided by {Replicas} replicas")]
        public static partial void CircuitOpened(ILogger logger, string target, string reason, int replicas);

        [LoggerMessage(EventIds.Data + 701, LogLevel.Information, "Redis {Target} answers; counters are shared by {Replicas} replicas")]
        public static partial void CircuitClosed(ILogger logger, string target, int replicas);
    }
}
