using System.CommandLine;

namespace Tollgate.Commands;

/// <summary><c>tollgate version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(TextWriter output)
    {
        var command = new Command("version", "Print the version and the compatible LiteLLM version");
        command.SetAction(async (_, _) =>
        {
            await WriteAsync(output);
            return 0;
        });
        return command;
    }

    /// <summary>Prints it.</summary>
    public static Task WriteAsync(TextWriter output)
        => output.WriteLineAsync($"Tollgate {ProductVersion.Current} (compatible with LiteLLM {ProductVersion.Compatible})");
}
