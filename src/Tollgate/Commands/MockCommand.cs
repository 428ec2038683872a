using System.CommandLine;
using Tollgate.Mock;

namespace Tollgate.Commands;

/// <summary><c>tollgate mock</c>: the fake upstream, with every misbehaviour as a flag of the same name as its request header.</summary>
internal static class MockCommand
{
    private const int DefaultPort = 4010;

    /// <summary>Makes the command.</summary>
    public static Command Create(TextWriter output, TextWriter errors)
    {
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 takes a free one", DefaultValueFactory = static _ => DefaultPort };
        var host = new Option<string>("--host") { Description = "Address to listen on", DefaultValueFactory = static _ => "127.0.0.1" };
        var command = new Command(
            "mock",
            "Start a fake OpenAI-compatible upstream. Any x-mock-* header works as a flag: --latency-ms 50 --chunks 100 --chunk-gap-ms 10 --error-rate 0.1 --rate-limit-rate 0.1 --retry-after 2 --cut-rate 0.05")
        {
            port, host,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var options = Apply(new MockServerOptions { Host = parsed.GetValue(host)!, Port = parsed.GetValue(port) }, [.. parsed.UnmatchedTokens]);
                await using var server = await MockServer.StartAsync(options, cancellationToken);
                await output.WriteLineAsync($"Fake upstream listens on {server.BaseAddress} (OpenAI-compatible; statistics at /__stats)");
                await server.WaitForShutdownAsync(cancellationToken);
                return 0;
            }
            catch (FormatException exception)
            {
                await errors.WriteLineAsync(exception.Message);
                return 2;
            }
            catch (Exception exception) when (exception is IOException or ArgumentException)
            {
                await errors.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static MockServerOptions Apply(MockServerOptions options, string[] flags)
    {
        for (var i = 0; i < flags.Length; i++)
        {
            if (!flags[i].StartsWith("--", StringComparison.Ordinal))
            {
                throw new FormatException($"'{flags[i]}' is not a flag.");
            }

            var end = flags[i].IndexOf('=', StringComparison.Ordinal);
            var name = (end < 0 ? flags[i] : flags[i][..end])[2..].Replace('_', '-');
            var hasValue = end >= 0 || (i + 1 < flags.Length && !flags[i + 1].StartsWith("--", StringComparison.Ordinal));
            var value = end >= 0 ? flags[i][(end + 1)..] : hasValue ? flags[++i] : "true";
            options = options.With(name, value);
        }

        return options;
    }
}
