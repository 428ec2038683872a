using System.Text;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads configuration files as UTF-8; every way this can fail is a diagnostic.</summary>
internal sealed class ConfigFileReader(DiagnosticBag diagnostics)
{
    /// <summary>No configuration is this large; a wrong path may be.</summary>
    private const long MaxBytes = 32L * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text without byte order mark, or null after a fatal diagnostic.</summary>
    /// <param name="path">Path to open.</param>
    /// <param name="display">Path as the operator wrote it, for messages.</param>
    public string? Read(string path, string display)
    {
        var position = new SourcePosition(display, 0, 0);
        if (Directory.Exists(path))
        {
            return Fail(position, "is a directory, not a file");
        }

        if (!File.Exists(path))
        {
            return Fail(position, $"Config file not found: {display}", Similar(path));
        }

        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                return Fail(position, "is larger than 32 MB");
            }

            return Decode(File.ReadAllBytes(path), position);
        }
        catch (UnauthorizedAccessException)
        {
            return Fail(position, "cannot be read: permission denied", "Check the owner and mode of the file");
        }
        catch (IOException problem)
        {
            return Fail(position, $"cannot be read: {problem.Message}");
        }
    }

    private string? Decode(byte[] bytes, SourcePosition position)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Fail(position, "is UTF-16", "Save it as UTF-8");
        }

        try
        {
            return Strict.GetString(bytes).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException problem)
        {
            var line = bytes.AsSpan(0, Math.Clamp(problem.Index, 0, bytes.Length)).Count((byte)'\n') + 1;
            return Fail(position with { Line = line, Column = 1 }, "is not UTF-8", "Save it as UTF-8");
        }
    }

    private string? Fail(SourcePosition position, string message, string? hint = null)
    {
        diagnostics.Fatal(DiagnosticCodes.File, position, "", message, hint);
        return null;
    }

    private static string Similar(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
        var hint = $"Looked in {directory}";
        if (!Directory.Exists(directory))
        {
            return $"{hint}, which does not exist";
        }

        try
        {
            var stem = Path.GetFileNameWithoutExtension(path);
            var names = Directory.EnumerateFiles(directory).Take(1000).Select(static f => Path.GetFileName(f)).ToList();
            var similar = names.Where(n => Path.GetExtension(n) is ".yaml" or ".yml" or ".json"
                    && (NearestName.Find(Path.GetFileNameWithoutExtension(n), [stem]) is not null
                    || n.Contains("config", StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal).Take(3).ToList();
            return similar.Count == 0 ? hint : $"{hint}; there is {string.Join(", ", similar)}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return hint;
        }
    }
}
