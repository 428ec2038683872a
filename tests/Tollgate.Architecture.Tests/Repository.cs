namespace Tollgate.Architecture.Tests;

/// <summary>The working copy that the running tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>Tollgate.slnx</c>, found upwards from the tests' own binaries.</summary>
    public static string Root { get; } = Find();

    /// <summary>An absolute path below <see cref="Root"/>.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Tollgate.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Tollgate.slnx above {AppContext.BaseDirectory}.");
    }
}
