using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tollgate.Configuration;

/// <summary>Writes diagnostics as text (config.md 15.1) or as JSON lines.</summary>
internal static class DiagnosticPrinter
{
    /// <summary>More than this helps nobody; the rest is counted (config.md 15.1).</summary>
    public const int MaxShown = 100;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All of them as text, a line each.</summary>
    /// <param name="diagnostics">Sorted, as <see cref="ConfigResult.Diagnostics"/> is.</param>
    /// <param name="sourceLine">Gives the text of a line to show it with a caret; null prints none.</param>
    public static string ToText(ImmutableArray<ConfigDiagnostic> diagnostics, Func<string, int, string?>? sourceLine = null)
    {
        var text = new StringBuilder();
        foreach (var diagnostic in diagnostics.Take(MaxShown))
        {
            AppendLine(text, diagnostic);
            if (diagnostic.Position.Line > 0 && sourceLine?.Invoke(diagnostic.Position.File, diagnostic.Position.Line) is { } line)
            {
                AppendSource(text, line, diagnostic.Position.Column);
            }
        }

        if (diagnostics.Length > MaxShown)
        {
            text.Append(CultureInfo.InvariantCulture, $"... and {diagnostics.Length - MaxShown} more\n");
        }

        return text.ToString();
    }

    /// <summary>One line of text, for a log.</summary>
    public static string ToText(ConfigDiagnostic diagnostic)
    {
        var text = new StringBuilder();
        AppendLine(text, diagnostic);
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>One JSON object a line: level, code, file, line, column, path, message, hint.</summary>
    public static string ToJsonLines(ImmutableArray<ConfigDiagnostic> diagnostics)
    {
        using var stream = new MemoryStream();
        foreach (var diagnostic in diagnostics.Take(MaxShown))
        {
            using (var json = new Utf8JsonWriter(stream, Json))
            {
                Write(json, diagnostic);
            }

            stream.WriteByte((byte)'\n');
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, ConfigDiagnostic diagnostic)
    {
        json.WriteStartObject();
        json.WriteString("level"u8, LevelName(diagnostic.Level));
        json.WriteString("code"u8, diagnostic.Code);
        json.WriteString("file"u8, diagnostic.Position.File);
        json.WriteNumber("line"u8, diagnostic.Position.Line);
        json.WriteNumber("column"u8, diagnostic.Position.Column);
        json.WriteString("path"u8, diagnostic.Path);
        json.WriteString("message"u8, diagnostic.Message);
        json.WriteString("hint"u8, diagnostic.Hint);
        json.WriteEndObject();
    }

    private static void AppendLine(StringBuilder text, ConfigDiagnostic diagnostic)
    {
        text.Append(LevelName(diagnostic.Level)).Append(' ').Append(diagnostic.Code).Append(' ').Append(diagnostic.Position.File);
        if (diagnostic.Position.Line > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $":{diagnostic.Position.Line}:{diagnostic.Position.Column}");
        }

        if (diagnostic.Path.Length > 0)
        {
            text.Append(' ').Append(diagnostic.Path);
        }

        text.Append(": ").Append(Sentence(diagnostic.Message));
        if (diagnostic.Hint is { } hint)
        {
            text.Append(' ').Append(Sentence(hint));
        }

        text.Append('\n');
    }

    private static void AppendSource(StringBuilder text, string line, int column)
    {
        const int longest = 160;
        var masked = SecretText.MaskLine(line.TrimEnd());
        text.Append("    ").Append(masked.Length > longest ? masked[..longest] : masked).Append('\n');
        if (column <= longest && column <= masked.Length + 1)
        {
            text.Append("    ").Append(' ', column - 1).Append("^\n");
        }
    }

    private static string Sentence(string text) => text.EndsWith('.') || text.EndsWith('?') ? text : text + ".";

    private static string LevelName(DiagnosticLevel level) => level switch
    {
        DiagnosticLevel.Fatal => "fatal",
        DiagnosticLevel.Error => "error",
        DiagnosticLevel.Warning => "warning",
        _ => "notice",
    };
}
