using Tollgate.Configuration;

namespace Tollgate.Hosting;

/// <summary>How much is logged, and in which form (config.md 9.1).</summary>
/// <param name="Level">Least level of the gateway's own lines.</param>
/// <param name="IsDetailed"><c>--detailed_debug</c>.</param>
/// <param name="Json">One JSON object a line (<c>JSON_LOGS</c>).</param>
internal sealed record LogSettings(LogLevel Level, bool IsDetailed, bool Json)
{
    /// <summary>LiteLLM's name of the level, for readiness.</summary>
    public string CompatibleName => Level switch
    {
        <= LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        _ => "ERROR",
    };

    /// <summary>Reads flags and environment. Default: the gateway's own lines from INFO on.</summary>
    public static LogSettings From(ServeOptions options, EnvironmentSource environment)
    {
        var detailed = options.DetailedDebug || environment.IsOn("DETAILED_DEBUG");
        var debug = detailed || options.Debug || environment.IsOn("DEBUG") || environment.IsOn("SET_VERBOSE");
        var level = environment.GetNonEmpty("LITELLM_LOG")?.ToUpperInvariant() switch
        {
            _ when debug => LogLevel.Debug,
            "DEBUG" => LogLevel.Debug,
            "WARNING" => LogLevel.Warning,
            "ERROR" or "CRITICAL" => LogLevel.Error,
            _ => LogLevel.Information,
        };
        return new LogSettings(level, detailed, environment.IsOn("JSON_LOGS"));
    }

    /// <summary>Sets up logging to standard output.</summary>
    public void Apply(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Tollgate", Level);

        // A start that fails is explained in one line; the host would log the stack of it as well.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // Its only lines above debugging are failures, which the front door has caught and logged; switched on, it makes an activity and a scope
        // for each request, listened to or not.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        if (Json)
        {
            logging.AddJsonConsole(static options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(static options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        }
    }
}
