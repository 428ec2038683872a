using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Edits each message in place.</summary>
internal readonly ref struct MessageEditor
{
    private readonly RequestView _request;
    private readonly MessageRules _rules;
    private readonly JsonEdits _edits;
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _keepReasoning;
    private readonly bool _padReasoning;

    private MessageEditor(in RequestView request, MessageRules rules, JsonEdits edits)
    {
        _request = request;
        _rules = rules;
        _edits = edits;
        _json = request.Json.Span;
        _keepReasoning = rules.KeepReasoning && (rules.KeepReasoningWhen is null || rules.KeepReasoningWhen(request));
        _padReasoning = rules.PadReasoning is not null && rules.PadReasoning(request);
    }

    private static ReadOnlySpan<byte> ThoughtMark => "__thought__"u8;

    public static void Edit(in RequestView request, in MemberSpan messages, MessageRules rules, JsonEdits edits)
    {
        // PERF: most bodies of those who take everything else as it is hold no such id, and one look at the bytes tells.
        if (messages.Kind != JsonKind.Array || (rules.NeedsThoughtIds && request.Value(messages).IndexOf(ThoughtMark) < 0))
        {
            return;
        }

        var editor = new MessageEditor(request, rules, edits);
        var any = false;
        var walker = new JsonWalker(request.Json.Span, messages.ValueStart);
        while (walker.MoveNext())
        {
            any = true;
            if (walker.Current.Kind == JsonKind.Object)
            {
                editor.EditMessage(walker.Current.ValueStart, walker.Current.End);
            }
        }

        if (rules.AppendMessage is not null && rules.AppendMessage(request) is { IsEmpty: false } last)
        {
            edits.Insert(messages.End - 1, any ? (byte[])[(byte)',', .. last.Span] : last);
        }
    }

    private void EditMessage(int start, int end)
    {
        var role = JsonWalker.TryFind(_json, start, "role"u8, out var found) ? found : default;
        var isAssistant = _request.IsText(role, "assistant"u8);
        var hasCalls = JsonWalker.TryFind(_json, start, "tool_calls"u8, out var calls) && calls.Kind == JsonKind.Array;
        var cutter = new MemberCutter(_edits);
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (IsRemoved(walker, role, isAssistant))
            {
                cutter.Cut(member.Start, member.End);
                continue;
            }

            cutter.Keep(member.Start, member.End);
            if (walker.NameIs("content"u8))
            {
                EditContent(member, isAssistant && !hasCalls);
            }
            else if (walker.NameIs("role"u8) && _rules.SystemRole is { } newRole && _request.IsText(member, "system"u8))
            {
                _edits.Replace(member.ValueStart, member.End, JsonText.Quote(newRole));
            }
            else if ((_rules.Sanitize || _rules.OnlyThoughtIds) && walker.NameIs("tool_calls"u8) && member.Kind == JsonKind.Array)
            {
                EditCalls(member);
            }
            else if ((_rules.Sanitize || _rules.OnlyThoughtIds) && walker.NameIs("tool_call_id"u8))
            {
                CutSignature(member);
            }
        }

        cutter.Finish();
        if (isAssistant && hasCalls && _padReasoning && !(_keepReasoning && HasText(start, "reasoning_content"u8)))
        {
            _edits.Insert(end - 1, ",\"reasoning_content\":\" \""u8.ToArray());
        }
    }

    private bool HasText(int message, ReadOnlySpan<byte> name)
        => JsonWalker.TryFind(_json, message, name, out var member) && member.Kind == JsonKind.String;

    private bool IsRemoved(in JsonWalker member, in MemberSpan role, bool isAssistant)
    {
        if (_rules.DropNull && member.Current.Kind == JsonKind.Null)
        {
            return true;
        }

        if (_rules.Sanitize
            && (member.NameIs("thinking_blocks"u8) || member.NameIs("provider_specific_fields"u8) || member.NameIs("reasoning_items"u8)
            || (isAssistant && (member.NameIs("annotations"u8) || member.NameIs("images"u8)))))
        {
            return true;
        }

        if (member.NameIs("reasoning_content"u8))
        {
            return _rules.Sanitize && !(_keepReasoning && (!_padReasoning || member.Current.Kind == JsonKind.String));
        }

        if (member.NameIs("cache_control"u8))
        {
            return _rules.Sanitize && !_rules.KeepCacheControl;
        }

        if (member.NameIs("name"u8))
        {
            return _rules.Names switch
            {
                MessageNames.ToolOnly => !_request.IsText(role, "tool"u8),
                MessageNames.UserOnly => !_request.IsText(role, "user"u8),
                MessageNames.None => true,
                _ => false,
            };
        }

        foreach (var field in _rules.StripFields)
        {
            if (member.NameIs(Encoding.UTF8.GetBytes(field)))
            {
                return true;
            }
        }

        return false;
    }

    private void EditContent(in MemberSpan content, bool needsText)
    {
        if (content.Kind == JsonKind.Null)
        {
            if (_rules.Sanitize && needsText)
            {
                _edits.Replace(content.ValueStart, content.End, "\"\""u8.ToArray());
            }

            return;
        }

        if (content.Kind != JsonKind.Array)
        {
            return;
        }

        if (_rules.Flatten != ContentFlattening.Never
            && MessageText.TryJoin(_request, content, _rules.Flatten == ContentFlattening.Always, out var text))
        {
            _edits.Replace(content.ValueStart, content.End, text);
            return;
        }

        var walker = new JsonWalker(_json, content.ValueStart);
        while (walker.MoveNext())
        {
            if (walker.Current.Kind == JsonKind.Object)
            {
                EditPart(walker.Current.ValueStart);
            }
        }
    }

    private void EditPart(int start)
    {
        var cutter = new MemberCutter(_edits);
        var walker = new JsonWalker(_json, start);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (_rules.Sanitize && !_rules.KeepCacheControl && walker.NameIs("cache_control"u8))
            {
                cutter.Cut(member.Start, member.End);
                continue;
            }

            cutter.Keep(member.Start, member.End);
            if (walker.NameIs("image_url"u8))
            {
                EditImage(member);
            }
            else if (_rules.Sanitize && walker.NameIs("file"u8) && member.Kind == JsonKind.Object)
            {
                CutMember(member.ValueStart, "format"u8);
            }
        }

        cutter.Finish();
    }

    private void EditImage(in MemberSpan image)
    {
        if (image.Kind == JsonKind.String && _rules.Sanitize)
        {
            _edits.Insert(image.ValueStart, "{\"url\":"u8.ToArray());
            AddSuffix(image);
            _edits.Insert(image.End, "}"u8.ToArray());
            return;
        }

        if (image.Kind != JsonKind.Object)
        {
            return;
        }

        var cutter = new MemberCutter(_edits);
        var walker = new JsonWalker(_json, image.ValueStart);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (_rules.Sanitize && walker.NameIs("format"u8))
            {
                cutter.Cut(member.Start, member.End);
                continue;
            }

            cutter.Keep(member.Start, member.End);
            if (walker.NameIs("url"u8) && member.Kind == JsonKind.String)
            {
                AddSuffix(member);
            }
        }

        cutter.Finish();
    }

    private void AddSuffix(in MemberSpan url)
    {
        if (_rules.ImageUrlSuffix is { } suffix && !_request.Value(url).EndsWith(Encoding.UTF8.GetBytes(suffix + "\"")))
        {
            _edits.Insert(url.End - 1, Encoding.UTF8.GetBytes(suffix));
        }
    }

    private void EditCalls(in MemberSpan calls)
    {
        var each = new JsonWalker(_json, calls.ValueStart);
        while (each.MoveNext())
        {
            if (each.Current.Kind != JsonKind.Object)
            {
                continue;
            }

            var cutter = new MemberCutter(_edits);
            var walker = new JsonWalker(_json, each.Current.ValueStart);
            while (walker.MoveNext())
            {
                var member = walker.Current;
                if (walker.NameIs("provider_specific_fields"u8))
                {
                    cutter.Cut(member.Start, member.End);
                    continue;
                }

                cutter.Keep(member.Start, member.End);
                if (walker.NameIs("id"u8))
                {
                    CutSignature(member);
                }
                else if (walker.NameIs("function"u8) && member.Kind == JsonKind.Object)
                {
                    CutMember(member.ValueStart, "provider_specific_fields"u8);
                }
            }

            cutter.Finish();
        }
    }

    private void CutMember(int container, ReadOnlySpan<byte> name)
    {
        var cutter = new MemberCutter(_edits);
        var walker = new JsonWalker(_json, container);
        while (walker.MoveNext())
        {
            var member = walker.Current;
            if (walker.NameIs(name))
            {
                cutter.Cut(member.Start, member.End);
            }
            else
            {
                cutter.Keep(member.Start, member.End);
            }
        }

        cutter.Finish();
    }

    /// <summary>
    /// Another provider's thought signature travels behind the id of a tool call; it means nothing elsewhere and can be long.
    /// </summary>
    private void CutSignature(in MemberSpan id)
    {
        var at = id.Kind == JsonKind.String ? _request.Value(id).IndexOf(ThoughtMark) : -1;
        if (at > 0)
        {
            _edits.Cut(id.ValueStart + at, id.End - 1);
        }
    }
}
