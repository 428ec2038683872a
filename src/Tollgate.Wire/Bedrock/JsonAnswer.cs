using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>An answer in a form that was asked for by a tool which stands for it: the call is the answer.</summary>
internal sealed class JsonAnswer
{
    private readonly string? _tool;

    public JsonAnswer(TargetModel target)
    {
        if (target.Asked is { Format: { } format } asked && ConverseTools.UsesJsonTool(asked, ConverseTraits.Of(target)))
        {
            _tool = ConverseNames.ForFormat(format);
            IsWrapped = ConverseTools.IsWrapped(format);
        }
    }

    /// <summary>The answer stands in a member of the tool's arguments.</summary>
    public bool IsWrapped { get; }

    /// <summary>True for the tool that stands for the answer.</summary>
    public bool IsAnswer(string tool) => string.Equals(tool, _tool, StringComparison.Ordinal);

    /// <summary>The answer's text.</summary>
    /// <param name="arguments">The arguments that the tool was called with; may be broken.</param>
    public string TextOf(string arguments)
    {
        if (!IsWrapped)
        {
            return arguments;
        }

        try
        {
            using var document = JsonDocument.Parse(arguments);
            return document.RootElement.Member("values"u8) is { ValueKind: not JsonValueKind.Undefined } values
                ? Encoding.UTF8.GetString(values.Bytes()) : arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }
}
