using Tollgate.Engine.Configuration;

namespace Tollgate.Commands.Database;

/// <summary>A database as a command line names it.</summary>
internal static class StoreAddress
{
    private const string Sqlite = "sqlite:";

    /// <summary>Reads <c>sqlite:DIRECTORY</c> or <c>postgresql://...</c>.</summary>
    /// <exception cref="ControlFailure">It is neither; the text is not repeated, it may hold a password.</exception>
    public static StorageSettings Read(string text, string option)
    {
        if (text.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && text.Length > Sqlite.Length)
        {
            // sqlite://./data as URLs have it names the same directory.
            var path = text[Sqlite.Length..];
            return new StorageSettings { DataDirectory = Path.GetFullPath(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path) };
        }

        return text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            ? new StorageSettings { DatabaseUrl = text }
            : throw new ControlFailure($"{option} needs sqlite:DIRECTORY or postgresql://USER:PASSWORD@HOST/DATABASE.");
    }
}
