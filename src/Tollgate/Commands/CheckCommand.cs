using System.CommandLine;
using Tollgate.Configuration;

namespace Tollgate.Commands;

/// <summary><c>tollgate check FILE</c>.</summary>
internal static class CheckCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(EnvironmentSource environment, TextWriter output, TextWriter errors)
    {
        var file = new Argument<string>("FILE") { Description = "Configuration file (YAML)" };
        var strict = new Option<bool>("--strict") { Description = "Errors count like fatal problems" };
        var command = new Command("check", "Check a configuration: lists every problem and every key without effect") { file, strict };
        command.SetAction((parsed, _) => new ConfigCheck(environment, output, errors).RunAsync(parsed.GetValue(file), model: null, parsed.GetValue(strict)));
        return command;
    }
}
