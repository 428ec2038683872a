using System.Globalization;
using System.Net;

namespace Tollgate.Configuration;

/// <summary>The grammars of single values (config.md 2.2 and 15.3).</summary>
internal sealed class ScalarRules(DiagnosticBag diagnostics)
{
    public void Check(ScalarNode value, SchemaKey key, string path)
    {
        if (value.IsNull || Complaint(value, key) is not { } complaint)
        {
            return;
        }

        if (complaint.Code is DiagnosticCodes.OddForm)
        {
            diagnostics.Warning(complaint.Code, value.Position, path, complaint.Message);
        }
        else
        {
            diagnostics.Add(new(key.WrongLevel, complaint.Code, value.Position, path, complaint.Message, complaint.Hint));
        }
    }

    private static (string Code, string Message, string? Hint)? Complaint(ScalarNode value, SchemaKey key) => key.Kind switch
    {
        ValueKind.Bool => YamlScalars.TryBool(value.Text.Trim(), out _) ? null : Expected("true or false", value, key),
        ValueKind.Int => YamlScalars.TryInteger(value.Text, out _) ? Octal(value) : Expected("an integer", value, key),
        ValueKind.Count => !YamlScalars.TryInteger(value.Text, out var count) ? Expected("an integer", value, key)
            : count < 0 ? Expected("zero or more", value, key) : Octal(value),
        ValueKind.Number => YamlScalars.TryNumber(value.Text, out _) ? Octal(value) : Expected("a number", value, key),
        ValueKind.Amount => !YamlScalars.TryNumber(value.Text, out var amount) ? Expected("a number", value, key)
            : amount < 0 ? Expected("zero or more", value, key) : Octal(value),
        ValueKind.Seconds => Coercion.TrySeconds(value, out var seconds) && seconds >= 0 && seconds <= Coercion.MaxSeconds
            ? null : Expected("a number of seconds", value, key),
        ValueKind.SizeMb => YamlScalars.TryNumber(value.Text, out var size) && size > 0 ? null
            : Expected("a size in MB above zero", value, key),
        ValueKind.Duration => DurationText.IsValid(value.Text.Trim()) ? null
            : (DiagnosticCodes.BadDuration, $"{Shown(value, key)} is not a duration", DurationText.Hint),
        ValueKind.Url => Url(value, key),
        ValueKind.Enum => Coercion.MatchEnum(value.Text, key.Values) is not null ? null : NotInEnum(value, key),
        ValueKind.CidrList => IPNetwork.TryParse(value.Text, out _) || IPAddress.TryParse(value.Text, out _)
            ? null : Expected("an IP address or CIDR range", value, key),
        _ => null,
    };

    private static (string, string, string?)? Octal(ScalarNode value) =>
        value.Plain && YamlScalars.LooksOctal(value.Text)
            ? (DiagnosticCodes.OddForm, $"{value.Text} is taken as a decimal number; YAML 1.1 would read it as octal", null)
            : null;

    private static (string, string, string?)? Url(ScalarNode value, SchemaKey key)
    {
        if (Uri.TryCreate(value.Text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "ws" or "wss"
            && uri.Host.Length > 0)
        {
            return null;
        }

        var bare = !value.Text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate("http://" + value.Text, UriKind.Absolute, out _);
        var hint = bare && value.Reference is null ? $"Write http://{value.Text} or https://{value.Text}"
            : "It starts with http:// or https://";
        return (DiagnosticCodes.WrongType, $"expected an absolute URL, found {Shown(value, key)}", hint);
    }

    private static (string, string, string?)? NotInEnum(ScalarNode value, SchemaKey key)
    {
        var message = $"{Shown(value, key)} is not one of {string.Join(", ", key.Values)}";
        return (DiagnosticCodes.NotInEnum, message, NearestName.Suggest(value.Text, key.Values) ?? $"Using {key.Values[0]}");
    }

    private static (string, string, string?)? Expected(string what, ScalarNode value, SchemaKey key) =>
        (DiagnosticCodes.WrongType, string.Create(CultureInfo.InvariantCulture, $"expected {what}, found {Shown(value, key)}"), null);

    private static string Shown(ScalarNode value, SchemaKey key)
    {
        const int longest = 60;
        var text = value.Reference ?? (key.IsSecret ? SecretText.Mask(value.Text) : SecretText.MaskLine(value.Text));
        return text.Length > longest ? $"'{text[..longest]}...'" : $"'{text}'";
    }
}
