using Microsoft.Extensions.Logging.Abstractions;

namespace Tollgate.Hosting;

/// <summary>
/// Loggers for what is made before the container is: silent until the gateway's own are there, then the same as those.
/// </summary>
internal sealed class LateLoggers : ILoggerFactory
{
    private volatile ILoggerFactory _loggers = NullLoggerFactory.Instance;

    /// <summary>From now on everything is logged with the gateway's own loggers.</summary>
    public void Attach(ILoggerFactory loggers) => _loggers = loggers;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LateLogger(this, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => _loggers.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The container disposes of its own loggers.
    }

    /// <summary>A logger that asks for the real one with every line: what is logged here is rare.</summary>
    private sealed class LateLogger(LateLoggers owner, string category) : ILogger
    {
        private ILogger Real => owner._loggers.CreateLogger(category);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Real.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => Real.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Real.Log(logLevel, eventId, state, exception, formatter);
    }
}
