using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

internal enum DecisionKind : byte
{
    Keep,
    Cut,
    Unsupported,
}

/// <summary>What becomes of one root member.</summary>
/// <param name="Kind">Kept, cut, or cut with an error.</param>
/// <param name="WireName">New name; empty for the same.</param>
/// <param name="Value">New value; empty for the same.</param>
internal readonly record struct Decision(DecisionKind Kind, ReadOnlyMemory<byte> WireName, ReadOnlyMemory<byte> Value);

/// <content>The walk over the root members.</content>
public sealed partial class RequestRewriter
{
    /// <summary>Decides member by member; changes nothing.</summary>
    internal readonly struct Decider(ParameterRules rules, RequestPolicy policy, RequestView request, bool drop)
    {
        private static readonly Decision KeepIt = new(DecisionKind.Keep, default, default);
        private static readonly Decision CutIt = new(DecisionKind.Cut, default, default);
        private static readonly Decision CannotSend = new(DecisionKind.Unsupported, default, default);

        public Decision For(int index, MemberRule? rule)
        {
            ref readonly var member = ref request.Members[index];
            if (request.Members.IsSuperseded(index))
            {
                return CutIt;
            }

            if (rule is null)
            {
                return IsDroppedByRequest(member) ? CutIt : KeepIt;
            }

            if (rule.Role == MemberRole.Model && !rule.Dropped)
            {
                return rules.ModelInPath ? CutIt : KeepIt with { Value = rule.Forced ?? rules.ModelJson };
            }

            if (rule.Forced is { } forced)
            {
                return KeepIt with { Value = forced };
            }

            return rule.Internal || rule.Dropped || IsDroppedByRequest(member) || (rule.Canonical && member.Kind == JsonKind.Null)
                ? CutIt
                : ForParameter(rule, member);
        }

        private Decision ForParameter(MemberRule rule, in MemberSpan member)
        {
            // Both given: the newer name wins, whatever it is called on the wire (providers.md section 4).
            if (rule.Role == MemberRole.MaxTokens && request.TryGet("max_completion_tokens"u8, out _))
            {
                return CutIt;
            }

            if (!rule.Supported && !IsAllowed(rule))
            {
                var isOneChoice = rule.Role == MemberRole.Choices && request.Value(member).SequenceEqual("1"u8);
                return rule.Silent || drop || isOneChoice ? CutIt : CannotSend;
            }

            // The client gave the upstream's own name as well: that one counts, or the name would stand twice.
            if (!rule.WireName.IsEmpty && rule.Role != MemberRole.MaxTokens && rule.Role != MemberRole.MaxCompletionTokens
                && request.TryGet(rule.WireName.Span, out _))
            {
                return CutIt;
            }

            if (rule.Check is null)
            {
                return KeepIt with { WireName = rule.WireName };
            }

            return rule.Check(request, member, out var replacement) switch
            {
                ValueVerdict.Replace => new Decision(DecisionKind.Keep, rule.WireName, replacement),
                ValueVerdict.Cut => CutIt,
                ValueVerdict.Refuse when !IsAllowed(rule) => rule.Silent || drop ? CutIt : CannotSend,
                _ => KeepIt with { WireName = rule.WireName },
            };
        }

        private bool IsAllowed(MemberRule rule)
            => rule.Allowed
                || (!policy.AllowedOpenAiParams.IsEmpty && policy.AllowedOpenAiParams.Contains(rule.Name, StringComparer.Ordinal));

        private bool IsDroppedByRequest(in MemberSpan member)
            => !policy.AdditionalDropParams.IsEmpty
                && policy.AdditionalDropParams.Contains(
                    JsonText.Unescape(request.Json.Span.Slice(member.NameStart, member.NameLength)), StringComparer.Ordinal);
    }

    private ref struct Pass(ParameterRules rules, RequestPolicy policy, RequestView request, JsonEdits edits)
    {
        private readonly bool _drop = rules.DropParams || policy.DropParams == true;
        private MemberCutter _cutter;
        private List<string>? _unsupported;

        public RewriteFault? Run(bool stream)
        {
            var json = request.Json.Span;
            var decide = new Decider(rules, policy, request, _drop);
            _cutter = new MemberCutter(edits);
            for (var i = 0; i < request.Members.Count; i++)
            {
                ref readonly var member = ref request.Members[i];
                var rule = rules.Find(json.Slice(member.NameStart, member.NameLength));
                var decision = decide.For(i, rule);
                if (decision.Kind != DecisionKind.Keep
                    || (rule is { Role: MemberRole.StreamOptions } && rules.StreamUsage == StreamUsage.Never))
                {
                    _cutter.Cut(member.Start, member.End);
                    if (decision.Kind == DecisionKind.Unsupported)
                    {
                        (_unsupported ??= []).Add(rule!.Name);
                    }

                    continue;
                }

                _cutter.Keep(member.Start, member.End);
                Rewrite(member, rule, decision, stream);
            }

            _cutter.Finish();
            Append(stream);
            return _unsupported is null ? null : Unsupported(_unsupported);
        }

        private readonly void Rewrite(in MemberSpan member, MemberRule? rule, in Decision decision, bool stream)
        {
            if (!decision.WireName.IsEmpty)
            {
                edits.Replace(member.NameStart, member.NameStart + member.NameLength, decision.WireName);
            }

            if (!decision.Value.IsEmpty)
            {
                edits.Replace(member.ValueStart, member.End, decision.Value);
                return;
            }

            switch (rule?.Role)
            {
                case MemberRole.StreamOptions when stream && rules.StreamUsage == StreamUsage.StreamOptions
                    && rules.Surface is Surface.Chat or Surface.Completions:
                    AskForUsage(member);
                    break;
                case MemberRole.Messages when rules.Messages is not null:
                    MessageEditor.Edit(request, member, rules.Messages, edits);
                    break;
                case MemberRole.Tools when rules.Tools is not null:
                    ToolEditor.Edit(request, member, rules.Tools, edits);
                    break;
            }
        }

        private readonly void AskForUsage(in MemberSpan options)
        {
            if (options.Kind != JsonKind.Object)
            {
                edits.Replace(options.ValueStart, options.End, Constants.UsageOptions);
                return;
            }

            var json = request.Json.Span;
            if (JsonWalker.TryFind(json, options.ValueStart, "include_usage"u8, out var wanted))
            {
                if (wanted.Kind != JsonKind.True)
                {
                    edits.Replace(wanted.ValueStart, wanted.End, Constants.True);
                }

                return;
            }

            var walker = new JsonWalker(json, options.ValueStart);
            var ask = Constants.AskForUsage;
            edits.Insert(options.ValueStart + 1, walker.MoveNext() ? ask : ask[..^1]);
        }

        private void Append(bool stream)
        {
            var json = request.Json.Span;
            if (!rules.ModelInPath && request.Members.Find(json, "model"u8) < 0 && rules.Find("model"u8) is not { Dropped: true })
            {
                Add(rules.ModelMember);
            }

            foreach (var forced in rules.Forced)
            {
                if (!Has(forced.Name))
                {
                    Add(forced.ForcedMember);
                }
            }

            foreach (var fallback in rules.Defaults)
            {
                AddDefault(fallback);
            }

            foreach (var addition in rules.Additions)
            {
                Add(addition(request));
            }

            if (stream && rules.StreamUsage == StreamUsage.StreamOptions && rules.Surface is Surface.Chat or Surface.Completions
                && !request.TryGet("stream_options"u8, out _))
            {
                Add(Constants.UsageMember);
            }
        }

        private readonly bool Has(string name)
        {
            Span<byte> utf8 = stackalloc byte[256];
            return System.Text.Encoding.UTF8.TryGetBytes(name, utf8, out var length)
                ? request.Members.Find(request.Json.Span, utf8[..length]) >= 0
                : request.Members.Find(request.Json.Span, System.Text.Encoding.UTF8.GetBytes(name)) >= 0;
        }

        private void AddDefault(DefaultParam fallback)
        {
            foreach (var name in fallback.Names)
            {
                if (request.TryGet(name, out _))
                {
                    return;
                }
            }

            if (!fallback.Unsupported)
            {
                Add(fallback.Member);
            }
            else if (!_drop)
            {
                (_unsupported ??= []).Add(System.Text.Encoding.UTF8.GetString(fallback.Names[0]));
            }
        }

        private void Add(ReadOnlyMemory<byte> member)
        {
            if (!member.IsEmpty)
            {
                edits.Insert(request.Members.RootEnd, _cutter.HasKept ? member : member[1..]);
                _cutter.HasKept = true;
            }
        }

        private readonly RewriteFault Unsupported(List<string> names)
        {
            var list = "['" + string.Join("', '", names) + "']";
            return new RewriteFault(
                IsUnsupportedParams: true,
                $"{rules.Provider} does not support parameters: {list}, for model={rules.Model}. "
                + "To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. \n "
                + "If you want to use these params dynamically send "
                + $"allowed_openai_params={list} in your request.");
        }
    }

    private static class Constants
    {
        public static readonly ReadOnlyMemory<byte> True = "true"u8.ToArray();
        public static readonly ReadOnlyMemory<byte> UsageOptions = """{"include_usage":true}"""u8.ToArray();
        public static readonly ReadOnlyMemory<byte> UsageMember = ""","stream_options":{"include_usage":true}"""u8.ToArray();
        public static readonly ReadOnlyMemory<byte> AskForUsage = "\"include_usage\":true,"u8.ToArray();
    }
}

/// <summary>Cuts members or elements out of one container so that the commas still fit. Items must be told in order.</summary>
internal struct MemberCutter(JsonEdits edits)
{
    private int _keptEnd;
    private int _cutFrom = -1;
    private int _cutEnd;

    /// <summary>True when something stays.</summary>
    public bool HasKept { get; set; }

    public void Cut(int start, int end)
    {
        if (_cutFrom < 0)
        {
            _cutFrom = start;
        }

        _cutEnd = end;
    }

    /// <summary>To be called before the item itself is edited.</summary>
    public void Keep(int start, int end)
    {
        if (_cutFrom >= 0)
        {
            edits.Cut(_cutFrom, start);
            _cutFrom = -1;
        }

        HasKept = true;
        _keptEnd = end;
    }

    public void Finish()
    {
        if (_cutFrom >= 0)
        {
            edits.Cut(HasKept ? _keptEnd : _cutFrom, _cutEnd);
            _cutFrom = -1;
        }
    }
}
