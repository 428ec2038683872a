namespace Tollgate.Architecture.Tests;

/// <summary>A text file of the working copy.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private CSharpText? _csharp;

    public int LineCount => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    public CSharpText CSharp => _csharp ??= CSharpText.Read(Text);

    /// <summary>All C# files below a folder, without build output.</summary>
    public static IReadOnlyList<SourceFile> AllCSharp(string folder) => All(folder, "*.cs");

    /// <summary>All files of a pattern below a folder, without build output and packages.</summary>
    public static IReadOnlyList<SourceFile> All(string folder, string pattern)
    {
        var root = Repository.Path(folder);
        if (!Directory.Exists(root))
        {
            return [];
        }

        return Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal)
            .Select(Read)
            .ToList();
    }

    public static SourceFile Read(string path) => new(path, File.ReadAllText(Repository.Path(path)));

    /// <summary>Where something is, as editors understand it.</summary>
    public string At(int line) => $"{Path}:{line}";

    public int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;
}
