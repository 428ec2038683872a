using System.CommandLine;
using Tollgate.Configuration;

namespace Tollgate.Commands;

/// <summary><c>tollgate health URL</c>: for container health checks, without curl.</summary>
internal static class HealthCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var url = new Argument<string>("URL") { Description = "Address of the gateway", DefaultValueFactory = static _ => "http://127.0.0.1:4000" };
        var live = new Option<bool>("--live") { Description = "Ask for liveness instead of readiness" };
        var command = new Command("health", "Ask a gateway whether it is ready; exit code 0 or 1") { url, live };
        command.SetAction((parsed, _) => new RunningGateway(environment, output, errors).ProbeAsync(
            parsed.GetValue(url)!, parsed.GetValue(live) ? "/health/liveliness" : "/health/readiness"));
        return command;
    }
}
