using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary>Flags that become members of a request: a flag that is not given is not sent.</summary>
internal sealed class BodyFlags
{
    private readonly List<(Option Option, Action<ParseResult, JsonBody> Read)> _flags = [];

    /// <summary>The flags.</summary>
    public IEnumerable<Option> Options => _flags.Select(static flag => flag.Option);

    /// <summary>A text.</summary>
    public BodyFlags Text(string name, string member, string description)
        => Add(new Option<string?>(name) { Description = description }, (parsed, option, body) => body.With(member, parsed.GetValue(option)));

    /// <summary>Texts with commas between them.</summary>
    public BodyFlags List(string name, string member, string description) => Add(
        new Option<string?>(name) { Description = description + ", with commas between them" },
        (parsed, option, body) => body.With(
            member, parsed.GetValue(option)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>A switch.</summary>
    public BodyFlags Switch(string name, string member, string description) => Add(
        new Option<bool>(name) { Description = description }, (parsed, option, body) => body.With(member, parsed.GetValue(option)));

    /// <summary>An amount, read the same everywhere: 0.5 is a half, whatever the machine's language.</summary>
    public BodyFlags Amount(string name, string member, string description) => Add(
        new Option<decimal?>(name)
        {
            Description = description,
            CustomParser = static result => Parse<decimal>(result, decimal.TryParse, "a number"),
        },
        (parsed, option, body) => body.With(member, parsed.GetValue(option)));

    /// <summary>A whole number.</summary>
    public BodyFlags Whole(string name, string member, string description) => Add(
        new Option<long?>(name)
        {
            Description = description,
            CustomParser = static result => Parse<long>(result, long.TryParse, "a whole number"),
        },
        (parsed, option, body) => body.With(member, parsed.GetValue(option)));

    /// <summary>A JSON object.</summary>
    public BodyFlags Json(string name, string member, string description) => Add(
        new Option<JsonElement?>(name) { Description = description, CustomParser = ParseObject },
        (parsed, option, body) => body.With(member, parsed.GetValue(option)));

    /// <summary>The limits that most things have.</summary>
    public BodyFlags Limits() => Amount("--max_budget", "max_budget", "Most that may be spent in a period, USD")
        .Text("--budget_duration", "budget_duration", "Length of a period: 1h, 1d, 30d, 1mo; without it the budget is never reset")
        .Whole("--rpm_limit", "rpm_limit", "Requests per minute")
        .Whole("--tpm_limit", "tpm_limit", "Tokens per minute");

    /// <summary>The body that was asked for.</summary>
    public JsonBody Read(ParseResult parsed)
    {
        var body = new JsonBody();
        foreach (var (option, read) in _flags)
        {
            if (parsed.GetResult(option) is not null)
            {
                read(parsed, body);
            }
        }

        return body;
    }

    private BodyFlags Add<TOption>(TOption option, Action<ParseResult, TOption, JsonBody> read)
        where TOption : Option
    {
        _flags.Add((option, (parsed, body) => read(parsed, option, body)));
        return this;
    }

    private static T? Parse<T>(ArgumentResult result, TryParse<T> parse, string expected)
        where T : struct
    {
        var text = result.Tokens[0].Value;
        if (parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        result.AddError($"'{text}' is not {expected}.");
        return null;
    }

    private static JsonElement? ParseObject(ArgumentResult result)
    {
        try
        {
            using var document = JsonDocument.Parse(result.Tokens[0].Value);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        result.AddError("Expected a JSON object, such as '{\"cost_center\": \"4711\"}'.");
        return null;
    }

    private delegate bool TryParse<T>(string? text, NumberStyles style, IFormatProvider? format, out T value);
}
