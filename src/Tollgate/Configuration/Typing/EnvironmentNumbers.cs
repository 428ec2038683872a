using System.Globalization;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Numeric environment variables; a text that is no number is a warning and the default (config.md 9, CFG019).</summary>
internal sealed class EnvironmentNumbers(EnvironmentSource environment, DiagnosticBag diagnostics)
{
    public TimeSpan Seconds(string name, TimeSpan fallback) => Seconds(name) is { } value ? value : fallback;

    public TimeSpan? Seconds(string name) =>
        Read(name) is { } value && Within(name, value, Coercion.MaxSeconds) ? TimeSpan.FromSeconds(value) : null;

    public int Count(string name, int fallback) => Count(name) ?? fallback;

    public int? Count(string name) => Read(name) is { } value && Within(name, value, int.MaxValue) ? (int)value : null;

    private double? Read(string name)
    {
        if (environment.GetNonEmpty(name) is not { } text)
        {
            return null;
        }

        if (YamlScalars.TryNumber(text, out var value))
        {
            return value;
        }

        Warn(name, text, "is not a number");
        return null;
    }

    private bool Within(string name, double value, double limit)
    {
        if (value >= 0 && value <= limit)
        {
            return true;
        }

        Warn(name, value.ToString(CultureInfo.InvariantCulture), "is out of range");
        return false;
    }

    private void Warn(string name, string text, string complaint) => diagnostics.Warning(
        DiagnosticCodes.BadEnvironment, new SourcePosition("env:" + name, 0, 0), "", $"{name}='{text}' {complaint}; using the default");
}
