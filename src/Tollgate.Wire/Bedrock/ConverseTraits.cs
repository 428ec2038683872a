using System.Globalization;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Whose model it is, where Bedrock's models want different fields.</summary>
internal enum ModelFamily : byte
{
    Other,
    Claude,
    Nova,
    Nova2,
    Llama,
    Cohere,
    DeepSeek,
    GptOss,
}

/// <summary>What a model of Bedrock takes, read off its name and the catalogue's flags.</summary>
/// <param name="Family">Whose model it is.</param>
/// <param name="Version">For Claude ten times its version (45 for 4.5); 0 for others.</param>
internal sealed record ConverseTraits(ModelFamily Family, int Version)
{
    /// <summary>Name of the setting that holds the model without route, region and ARN.</summary>
    public const string BaseModelOption = "base_model";

    /// <summary>Tools can be given.</summary>
    public bool Tools { get; private init; }

    /// <summary>The call of a tool can be demanded.</summary>
    public bool ToolChoice { get; private init; }

    /// <summary>Points up to which the prompt is cached can be set.</summary>
    public bool CachePoints { get; private init; }

    /// <summary>The answer can be bound to a JSON schema without the detour of a tool.</summary>
    public bool NativeSchema { get; private init; }

    /// <summary>The model decides how long it thinks.</summary>
    public bool AdaptiveThinking { get; private init; }

    /// <summary>Cached for an hour where asked; more than one tool call can be forbidden.</summary>
    public bool IsClaude45 => Family is ModelFamily.Claude && Version >= 45;

    public bool IsNova => Family is ModelFamily.Nova or ModelFamily.Nova2;

    /// <summary>The model thinks when asked, and is asked in a way known here.</summary>
    public bool CanBeToldToThink => Family is ModelFamily.Claude or ModelFamily.Nova2 or ModelFamily.GptOss;

    /// <summary>Reads a model's.</summary>
    public static ConverseTraits Of(TargetModel target) => target.Derived(Read);

    private static ConverseTraits Read(TargetModel target)
    {
        var name = (target.Options.GetValueOrDefault(BaseModelOption) ?? target.Model).ToLowerInvariant();
        var family = FamilyOf(name);
        var version = family is ModelFamily.Claude ? ClaudeVersion(name) : 0;
        var tools = target.Can("function_calling") is not false;
        return new ConverseTraits(family, version)
        {
            Tools = tools,
            ToolChoice = tools && family is not (ModelFamily.Llama or ModelFamily.Cohere),
            CachePoints = target.Can("prompt_caching") ?? family is ModelFamily.Claude or ModelFamily.Nova or ModelFamily.Nova2,
            NativeSchema = target.Can("native_structured_output") is true,
            AdaptiveThinking = family is ModelFamily.Claude && (target.Can("adaptive_thinking") ?? version >= 46),
        };
    }

    private static ModelFamily FamilyOf(string name)
        => name.Contains("claude", StringComparison.Ordinal) ? ModelFamily.Claude
        : name.Contains("nova-2", StringComparison.Ordinal) ? ModelFamily.Nova2
        : name.Contains("nova", StringComparison.Ordinal) ? ModelFamily.Nova
        : name.Contains("llama", StringComparison.Ordinal) ? ModelFamily.Llama
        : name.Contains("cohere", StringComparison.Ordinal) ? ModelFamily.Cohere
        : name.Contains("deepseek", StringComparison.Ordinal) ? ModelFamily.DeepSeek
        : name.Contains("gpt-oss", StringComparison.Ordinal) ? ModelFamily.GptOss
        : ModelFamily.Other;

    /// <summary><c>claude-sonnet-4-5-20250929-v1:0</c> is 45, <c>claude-3-haiku-20240307</c> is 30: the first two short numbers that follow each other.</summary>
    private static int ClaudeVersion(string name)
    {
        var parts = name.Split('-', '.', ':', '@', '_');
        for (var i = 0; i < parts.Length; i++)
        {
            if (Short(parts[i]) is { } major)
            {
                var minor = i + 1 < parts.Length ? Short(parts[i + 1]) : null;
                return (major * 10) + Math.Min(minor ?? 0, 9);
            }
        }

        return 0;
    }

    private static int? Short(string part)
        => part.Length is 1 or 2 && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
