using System.CommandLine;
using Tollgate.Configuration;

namespace Tollgate.Commands;

/// <summary>LiteLLM's flags have underscores, people type dashes: both work.</summary>
internal static class FlagSpelling
{
    /// <summary>Rewrites the names of long flags to underscores; values stay as they are.</summary>
    public static string[] Normalize(string[] args) => Array.ConvertAll(args, static arg =>
    {
        if (!arg.StartsWith("--", StringComparison.Ordinal))
        {
            return arg;
        }

        var end = arg.IndexOf('=', StringComparison.Ordinal);
        var name = end < 0 ? arg : arg[..end];
        return string.Concat("--", name[2..].Replace('-', '_'), end < 0 ? "" : arg[end..]);
    });

    /// <summary>The known flag most like an unknown one; null when none is.</summary>
    public static string? Nearest(string unknown, Command command)
        => unknown.StartsWith('-')
            ? NearestName.Find(unknown, command.Options.Where(static option => !option.Hidden).Select(static option => option.Name))
            : NearestName.Find(unknown, command.Subcommands.Select(static verb => verb.Name));
}
