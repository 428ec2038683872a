using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>An estimate of a prompt's tokens, where no upstream counts them (09-cross-cutting.md section 7).</summary>
public static class PromptSize
{
    private const int PerMessage = 3;
    private const int Reply = 3;
    private const int PerTool = 9;

    /// <summary>LiteLLM's tokens of an image whose size is not known.</summary>
    private const int PerImage = 250;

    /// <summary>Bytes of a PDF that come to one token: pages of some 50 KB with some 1,500 tokens.</summary>
    private const int DocumentBytesPerToken = 33;

    /// <summary>Estimates.</summary>
    public static long Of(ChatRequest request)
    {
        var tokens = (long)Reply;
        foreach (var message in request.Messages)
        {
            tokens += PerMessage + message.Parts.Sum(Of);
        }

        foreach (var tool in request.Tools)
        {
            tokens += PerTool + Text(tool.Name) + Text(tool.Description) + TokenEstimate.FromBytes(tool.Parameters?.Bytes().Length ?? 0);
        }

        return tokens;
    }

    private static long Of(ContentPart part) => part switch
    {
        TextPart text => Text(text.Text),
        ThinkingPart thinking => Text(thinking.Text),
        RefusalPart refusal => Text(refusal.Text),
        ToolCallPart call => Text(call.Name) + Text(call.Arguments),
        ToolResultPart result => result.Content.Sum(Of),
        ImagePart => PerImage,
        DocumentPart { Source.Text: { } text } => Text(text),
        DocumentPart document => document.Source.Base64.Length * 3L / 4 / DocumentBytesPerToken,
        OpaquePart opaque => TokenEstimate.FromBytes(opaque.Raw.Bytes().Length),
        _ => 0,
    };

    private static long Text(string? text) => TokenEstimate.FromBytes(text is null ? 0 : Encoding.UTF8.GetByteCount(text));
}
