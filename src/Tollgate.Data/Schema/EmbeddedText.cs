namespace Tollgate.Data.Schema;

/// <summary>Text files that ship inside this assembly.</summary>
internal static class EmbeddedText
{
    private const string Root = "Tollgate.Data.";

    /// <summary>Lines that are neither empty nor a comment.</summary>
    public static IEnumerable<string> Lines(string name)
        => Read(name).Split('\n').Where(line => line.Length > 0 && line[0] != '#');

    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(Root + name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Names below a folder, in order.</summary>
    public static IEnumerable<string> Names(string folder) => typeof(EmbeddedText).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith($"{Root}{folder}.", StringComparison.Ordinal))
        .Select(name => name[Root.Length..])
        .Order(StringComparer.Ordinal);
}
