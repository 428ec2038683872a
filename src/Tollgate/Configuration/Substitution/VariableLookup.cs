namespace Tollgate.Configuration;

/// <summary>Values of variables, with the <c>NAME_FILE</c> convention of mounted secrets (config.md 3.2).</summary>
internal sealed class VariableLookup(EnvironmentSource environment)
{
    /// <summary>A mounted secret is small; anything larger is a wrong path.</summary>
    private const long MaxFileBytes = 1024 * 1024;

    /// <summary>The variable, else the content of the file that <c>NAME_FILE</c> names, else null.</summary>
    public string? Find(string name) => environment.Get(name) ?? FromFile(environment.GetNonEmpty(name + "_FILE"));

    private string? FromFile(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            var full = Path.Combine(environment.WorkingDirectory, path);
            return File.Exists(full) && new FileInfo(full).Length <= MaxFileBytes ? File.ReadAllText(full).TrimEnd('\r', '\n') : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Unreadable is the same as not set: the caller's diagnostic names the variable.
            return null;
        }
    }
}
