using System.Buffers;
using System.Globalization;
using System.Text;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Media;

/// <summary>
/// A whole answer about pictures, sounds or documents on its way to the client: its bytes, with the model's name put back. What it says of
/// its own size goes to <see cref="MediaFacts"/>.
/// </summary>
/// <param name="surface">What was called.</param>
/// <param name="clientModel">The model as the client wrote it, a JSON string with quotes.</param>
/// <param name="contentType">Media type that the upstream named; null when it named none.</param>
/// <param name="facts">Takes what the answer says of its size.</param>
/// <param name="createdUnixSeconds">For an answer with pictures that does not say when it was made.</param>
public sealed class MediaAnswer(
    Surface surface, ReadOnlyMemory<byte> clientModel, string? contentType, MediaFacts facts, long createdUnixSeconds) : AnswerPath
{
    private readonly JsonMembers _members = new();
    private readonly JsonEdits _edits = new();
    private ReadOnlyMemory<byte> _answer;
    private bool _isText;
    private string? _id;
    private TokenUsage _usage;

    /// <summary>The gateway's name for what the upstream has made under an id; null leaves ids as they are.</summary>
    public Func<string, string>? EncodeId { get; init; }

    /// <inheritdoc/>
    public override TokenUsage Usage => _usage;

    /// <inheritdoc/>
    public override bool UsageEstimated => false;

    /// <inheritdoc/>
    public override string? AnswerId => _id;

    /// <inheritdoc/>
    public override int Length => _edits.LengthOf(_answer.Length);

    /// <inheritdoc/>
    public override string ContentType => _isText ? contentType ?? "text/plain; charset=utf-8" : "application/json";

    /// <inheritdoc/>
    public override ResponseVerdict Read(ReadOnlyMemory<byte> answer)
    {
        _answer = answer;
        _edits.Clear();
        var json = answer.Span;
        if (IsTranscript && !IsJson(json))
        {
            // Subtitles and plain text are not JSON; a page is what a wrong address answers with.
            _isText = true;
            return contentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true ? ResponseVerdict.Malformed : ResponseVerdict.Good;
        }

        if (!JsonScanner.Scan(json, _members).IsNone || _members.RootKind != JsonKind.Object)
        {
            return ResponseVerdict.Malformed;
        }

        var error = _members.Find(json, "error"u8);
        if (error >= 0 && _members[error].Kind is JsonKind.Object or JsonKind.String)
        {
            return ResponseVerdict.Error;
        }

        if (!TryTakeContent(json))
        {
            return ResponseVerdict.Malformed;
        }

        _id = Text(json, "id"u8);
        TakeUsage(json);
        EditNames(json);

        var created = IsPicture ? "created" : surface is Surface.Videos ? "created_at" : null;
        if (created is not null && _members.Find(json, Encoding.ASCII.GetBytes(created)) < 0)
        {
            _edits.Insert(_members.RootEnd, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"{created}\":{createdUnixSeconds}")));
        }

        return ResponseVerdict.Good;
    }

    /// <inheritdoc/>
    public override void WriteTo(IBufferWriter<byte> output) => _edits.WriteTo(_answer.Span, output);

    /// <inheritdoc/>
    public override void WriteAsStream(IBufferWriter<byte> output)
    {
        var whole = new ArrayBufferWriter<byte>(Math.Max(1, Length));
        WriteTo(whole);

        // Within JSON strings line breaks are escaped, so that those found stand between tokens.
        output.Write("data: "u8);
        output.Write(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(whole.WrittenSpan).Replace('\r', ' ').Replace('\n', ' ')));
        output.Write("\n\n"u8);
    }

    /// <summary>The client's name of the model, and the gateway's of what was made; edits are made in the order of the text.</summary>
    private void EditNames(ReadOnlySpan<byte> json)
    {
        for (var i = 0; i < _members.Count; i++)
        {
            ref readonly var member = ref _members[i];
            if (member.Kind != JsonKind.String)
            {
                continue;
            }

            var name = JsonText.Unescape(json.Slice(member.NameStart, member.NameLength));
            if (name is "model")
            {
                _edits.Replace(member.ValueStart, member.End, clientModel);
            }
            else if (EncodeId is { } encode && name is "id" or "remixed_from_video_id"
                && JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength)) is { } id)
            {
                _edits.Replace(member.ValueStart, member.End, JsonText.Quote(encode(id)));
            }
        }
    }

    private bool IsPicture => surface is Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations;

    private bool IsTranscript => surface is Surface.Transcriptions or Surface.Translations;

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var start = text.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && text[start] == (byte)'{';
    }

    /// <summary>What the surface promises must be there.</summary>
    private bool TryTakeContent(ReadOnlySpan<byte> json)
    {
        if (IsTranscript)
        {
            facts.Seconds ??= Number(json, "duration"u8);
            return _members.Find(json, "text"u8) >= 0;
        }

        if (surface is Surface.Videos)
        {
            facts.Seconds ??= Number(json, "seconds"u8);
            facts.Size = Text(json, "size"u8);
            return Text(json, "id"u8) is { Length: > 0 };
        }

        if (surface is Surface.Ocr)
        {
            return TryTakePages(json);
        }

        var content = _members.Find(json, surface is Surface.Moderations or Surface.Rerank or Surface.Search ? "results"u8 : "data"u8);
        if (content < 0 || _members[content].Kind != JsonKind.Array)
        {
            return false;
        }

        if (surface is Surface.Rerank)
        {
            TakeBilledUnits(json);
        }
        else if (IsPicture)
        {
            facts.Images = Count(json, _members[content].ValueStart);
            facts.Size = Text(json, "size"u8);
            facts.Quality = Text(json, "quality"u8);
        }

        return true;
    }

    /// <summary>Pages that were read: as many as the answer says it processed, else as many as it holds.</summary>
    private bool TryTakePages(ReadOnlySpan<byte> json)
    {
        var pages = _members.Find(json, "pages"u8);
        if (pages < 0 || _members[pages].Kind != JsonKind.Array)
        {
            return false;
        }

        facts.Pages = Count(json, _members[pages].ValueStart);
        var usage = _members.Find(json, "usage_info"u8);
        if (usage >= 0 && _members[usage].Kind == JsonKind.Object)
        {
            if (JsonWalker.TryFind(json, _members[usage].ValueStart, "pages_processed"u8, out var processed) && ReadNumber(json, processed) is { } count)
            {
                facts.Pages = (long)Math.Ceiling(count);
            }

            if (JsonWalker.TryFind(json, _members[usage].ValueStart, "credits"u8, out var credits))
            {
                facts.Credits = ReadNumber(json, credits);
            }
        }

        return true;
    }

    private void TakeUsage(ReadOnlySpan<byte> json)
    {
        var usage = _members.Find(json, "usage"u8);
        if (usage < 0 || _members[usage].Kind != JsonKind.Object)
        {
            return;
        }

        if (JsonWalker.TryFind(json, _members[usage].ValueStart, "seconds"u8, out var seconds) && ReadNumber(json, seconds) is { } length)
        {
            facts.Seconds = length;
        }

        _usage = MediaUsage.Complete(surface, TokenUsage.ReadIn(json, _members, usage));
    }

    private void TakeBilledUnits(ReadOnlySpan<byte> json)
    {
        var meta = _members.Find(json, "meta"u8);
        if (meta < 0 || !JsonWalker.TryFind(json, _members[meta].ValueStart, "billed_units"u8, out var billed))
        {
            return;
        }

        if (JsonWalker.TryFind(json, billed.ValueStart, "search_units"u8, out var units) && ReadNumber(json, units) is { } count)
        {
            facts.SearchUnits = (long)Math.Ceiling(Math.Min(count, int.MaxValue));
        }

        if (JsonWalker.TryFind(json, billed.ValueStart, "total_tokens"u8, out var tokens) && ReadNumber(json, tokens) is { } total)
        {
            var prompt = (long)Math.Min(total, int.MaxValue);
            _usage = new TokenUsage(prompt, 0, prompt, 0, 0);
        }
    }

    private static long Count(ReadOnlySpan<byte> json, int start)
    {
        var count = 0L;
        var walker = new JsonWalker(json, start);
        while (walker.MoveNext())
        {
            count++;
        }

        return count;
    }

    private string? Text(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
        => _members.Find(json, name) is >= 0 and var index ? JsonText.AsString(json.Slice(_members[index].ValueStart, _members[index].ValueLength)) : null;

    private decimal? Number(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
        => _members.Find(json, name) is >= 0 and var index ? ReadNumber(json, _members[index]) : null;

    /// <summary>A number, also one in quotes, as some upstreams write durations.</summary>
    private static decimal? ReadNumber(ReadOnlySpan<byte> json, in MemberSpan member)
        => decimal.TryParse(
            json.Slice(member.ValueStart, member.ValueLength).Trim((byte)'"'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and < 1_000_000_000 ? number : null;
}

/// <summary>Token counts of surfaces whose answers say less than those of conversations.</summary>
public static class MediaUsage
{
    /// <summary>What an image model produces is pictures, what a reranker counts it has read.</summary>
    public static TokenUsage Complete(Surface surface, in TokenUsage usage)
    {
        if (surface is Surface.ImageGenerations or Surface.ImageEdits or Surface.ImageVariations
            && usage is { ImageOutputTokens: 0, TextOutputTokens: 0, CompletionTokens: > 0 })
        {
            return usage with { ImageOutputTokens = usage.CompletionTokens };
        }

        return surface is Surface.Rerank && usage is { PromptTokens: 0, CompletionTokens: 0, TotalTokens: > 0 }
            ? usage with { PromptTokens = usage.TotalTokens }
            : usage;
    }
}
