using System.Globalization;

namespace Tollgate.Bench.Load;

/// <summary>Thrown for everything the person at the keyboard can fix; the message is all that is printed, and the exit code is 1.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary><c>--name value</c> pairs; a name that nobody asked for is an error and not a silent default.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public Flags(IEnumerable<string> args)
    {
        string? pending = null;
        foreach (var arg in args)
        {
            if (pending is null && !arg.StartsWith("--", StringComparison.Ordinal))
            {
                throw new BenchException($"unexpected argument '{arg}'");
            }

            if (pending is not null && !arg.StartsWith("--", StringComparison.Ordinal))
            {
                _values[pending] = arg;
                pending = null;
                continue;
            }

            // A name without a value is a switch; the next argument may still turn it into a pair.
            pending = arg[2..];
            _values[pending] = "true";
        }
    }

    public string Text(string name, string fallback)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name, fallback);
    }

    public int Number(string name, int fallback)
    {
        var text = Text(name, "");
        if (text.Length == 0)
        {
            return fallback;
        }

        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new BenchException($"--{name}: '{text}' is not a positive number");
    }

    public bool Switch(string name) => string.Equals(Text(name, "false"), "true", StringComparison.Ordinal);

    /// <summary>A comma-separated choice out of <paramref name="known"/>; all of them when the flag is absent.</summary>
    public IReadOnlyList<string> Choice(string name, IReadOnlyList<string> known)
    {
        var text = Text(name, string.Join(',', known));
        var chosen = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var wrong = chosen.FirstOrDefault(c => !known.Contains(c));
        return wrong is null
            ? chosen
            : throw new BenchException($"--{name}: '{wrong}' is none of {string.Join(", ", known)}");
    }

    public void RefuseUnknown()
    {
        if (_values.Keys.FirstOrDefault(k => !_asked.Contains(k)) is { } unknown)
        {
            throw new BenchException($"unknown flag --{unknown}; known: --{string.Join(", --", _asked.Order(StringComparer.Ordinal))}");
        }
    }
}
