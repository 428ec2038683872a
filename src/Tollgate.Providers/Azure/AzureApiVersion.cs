using System.Globalization;
using System.Text.RegularExpressions;

namespace Tollgate.Providers.Azure;

/// <summary>An <c>api-version</c> and what may be sent under it (02-openai-azure.md section 3.3).</summary>
internal readonly partial record struct AzureApiVersion
{
    /// <summary>Used when neither request, deployment nor environment names one; LiteLLM's, which moves between its releases.</summary>
    public const string Default = "2024-07-01-preview";

    private static readonly DateOnly FirstSchema = new(2024, 8, 1);
    private static readonly DateOnly FirstStreamOptions = new(2024, 9, 1);
    private static readonly DateOnly FirstRequiredTool = new(2024, 6, 1);

    private readonly DateOnly? _date;

    public AzureApiVersion(string text)
    {
        Text = text;
        var start = text.Length >= 10 ? text[..10] : "";
        _date = DateOnly.TryParseExact(start, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    public string Text { get; }

    /// <summary>The version-less surface, with the model in the body.</summary>
    public bool IsNewSurface => Text is "v1" or "latest" or "preview";

    /// <summary><c>response_format: json_schema</c>.</summary>
    public bool TakesSchema => _date is not { } date || date >= FirstSchema;

    public bool TakesStreamOptions => _date is not { } date || date >= FirstStreamOptions;

    /// <summary><c>tool_choice: required</c>.</summary>
    public bool TakesRequiredTool => _date is not { } date || date >= FirstRequiredTool;

    /// <summary>True for what may stand in a URL as a version; a client may send anything.</summary>
    public static bool IsWellFormed(string text) => Form().IsMatch(text);

    [GeneratedRegex("^[0-9A-Za-z._-]{1,40}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
