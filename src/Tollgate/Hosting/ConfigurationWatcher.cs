using System.Threading.Channels;
using Tollgate.Data.Rows;
using Tollgate.Data.Startup;
using Tollgate.Engine;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Hosting;

/// <summary>
/// Follows the database's part of the configuration: loads it before the first request where it can, again when a change is noticed, and every
/// ten seconds for writers that send no notice (LiteLLM).
/// </summary>
internal sealed partial class ConfigurationWatcher(
    ConfigReloader reloader, DatabaseStartup store, StorageSettings settings, TimeProvider time, ILogger<ConfigurationWatcher> logger)
    : BackgroundService, IChangeListener
{
    /// <summary>LiteLLM's own replicas poll every 10 to 30 s (config.md 11.2).</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    /// <summary>Until the first read has worked.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>A burst of changes is one reload.</summary>
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(20);

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TaskCompletionSource _firstRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAway;
    private bool _wasRead;

    /// <inheritdoc/>
    public void OnChange(ChangeNotice notice)
    {
        if (notice.Kind is ChangedObject.Configuration or ChangedObject.Everything)
        {
            _changes.Writer.TryWrite(true);
        }
    }

    /// <summary>Completes when the database's part of the configuration is in force, or when there will be none.</summary>
    public Task FirstRead => _firstRead.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await store.Opened.WaitAsync(stoppingToken);
            if (settings.DatabaseUrl is null && !settings.EmbeddedDatabase)
            {
                return;
            }

            while (true)
            {
                await RefreshAsync(stoppingToken);
                if (_wasRead)
                {
                    _firstRead.TrySetResult();
                }

                await WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops, or there is no database.
        }
        finally
        {
            _firstRead.TrySetResult();
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var alarm = new CancellationTokenSource(_wasRead ? PollInterval : RetryInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, stoppingToken);
        try
        {
            await _changes.Reader.ReadAsync(either.Token);
            await Task.Delay(Debounce, time, stoppingToken);
            _changes.Reader.TryRead(out _);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to poll.
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await reloader.RefreshAsync(cancellationToken);
            _wasRead = true;
            _isAway = false;
        }
        catch (DatabaseUnavailableException exception)
        {
            if (!_isAway)
            {
                Log.Unavailable(logger, exception.Message);
            }

            _isAway = true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Configuration + 20,
            LogLevel.Warning,
            "Models and settings of the database cannot be read now, the last ones stay in force: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
