using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Engine.Pipeline;

/// <summary>What the gateway itself needs to know of a body, read from its root members without touching the rest.</summary>
internal sealed class RequestEnvelope
{
    /// <summary>Letters of the shortest name of a price, <c>ocr_cost_per_page</c> and the like.</summary>
    private const int ShortestPrice = 16;

    /// <summary>The public model name as the client wrote it.</summary>
    public string Model { get; private set; } = "";

    /// <summary>The same as a JSON string with quotes: what answers are restamped with.</summary>
    public ReadOnlyMemory<byte> ModelJson { get; private set; }

    public bool Stream { get; private set; }

    /// <summary><c>stream_options.include_usage</c>.</summary>
    public bool IncludeUsage { get; private set; }

    public TimeSpan? Timeout { get; private set; }

    public TimeSpan? StreamTimeout { get; private set; }

    public int? NumRetries { get; private set; }

    public bool DisableFallbacks { get; private set; }

    /// <summary>Fallbacks the client asked for; default when it did not.</summary>
    public ImmutableArray<FallbackTarget> Fallbacks { get; private set; }

    /// <summary>Canned answer the client asked for.</summary>
    public ReadOnlyMemory<byte>? MockResponse { get; private set; }

    /// <summary>Error class the first attempt is to fail with, for trying out fallbacks.</summary>
    public string? MockFailure { get; private set; }

    public TimeSpan? MockDelay { get; private set; }

    public bool MockTimeout { get; private set; }

    /// <summary>Provider key the client brought; used only where the operator allows it.</summary>
    public string? ApiKey { get; private set; }

    /// <summary>Provider address the client brought; used only where the operator allows it.</summary>
    public string? ApiBase { get; private set; }

    public string? ApiVersion { get; private set; }

    /// <summary>First member that says with whose rights, or where, a provider or a logging service is to be called; null for none.</summary>
    public string? ForeignCredential { get; private set; }

    public RequestPolicy Policy { get; private set; } = RequestPolicy.Default;

    /// <summary>Output limit the client set (<c>max_completion_tokens</c>, <c>max_tokens</c>, <c>max_output_tokens</c>); null when none.</summary>
    public long? MaxOutputTokens { get; private set; }

    /// <summary>Id of the answer that the call goes on from (<c>previous_response_id</c>); null for none.</summary>
    public string? PreviousResponseId { get; private set; }

    /// <summary>The answer may be kept for later calls (<c>store</c>). Default true, as in the dialect that has it.</summary>
    public bool Store { get; private set; } = true;

    /// <summary>Answers asked for (<c>n</c>); at least 1.</summary>
    public long Choices { get; private set; } = 1;

    /// <summary><c>user</c>: the customer; null when absent or blank.</summary>
    public string? User { get; private set; }

    /// <summary>What the client says about the call (<c>metadata</c>, <c>litellm_metadata</c>).</summary>
    public ClientMetadata Metadata { get; } = new();

    /// <summary><c>service_tier</c> asked for.</summary>
    public ServiceTier ServiceTier { get; private set; }

    /// <summary>The body states prices (<c>input_cost_per_token</c>): they count for those who may set them.</summary>
    public bool HasPrices { get; private set; }

    /// <summary>Reads the root members of a body.</summary>
    /// <param name="body">Scanned JSON; its root is an object.</param>
    /// <param name="members">Its members.</param>
    /// <param name="pathModel">Model named by the path; wins over the body. Null for none.</param>
    /// <param name="route">Route as error messages name it.</param>
    /// <exception cref="ApiException">400 naming the member at fault.</exception>
    public static RequestEnvelope Read(ReadOnlyMemory<byte> body, JsonMembers members, string? pathModel, string route)
    {
        var envelope = new RequestEnvelope();
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            if (!members.IsSuperseded(i) && member.Kind != JsonKind.Null)
            {
                envelope.Take(body, member);
            }
        }

        if (pathModel is not null)
        {
            envelope.SetModel(pathModel);
        }

        if (envelope.Model.Length == 0)
        {
            throw ApiException.BadRequest($"{route}: Missing required parameter: 'model'.", "model");
        }

        return envelope;
    }

    /// <summary>The envelope of a call that is relayed as it is: only what was found out about it.</summary>
    /// <param name="model">Model; <c>unknown</c> when none could be found.</param>
    /// <param name="stream">The answer is asked for as a stream.</param>
    /// <param name="maxOutputTokens">Output limit; null for none.</param>
    public static RequestEnvelope Relayed(string model, bool stream, long? maxOutputTokens = null)
    {
        var envelope = new RequestEnvelope { Stream = stream, MaxOutputTokens = maxOutputTokens };
        envelope.SetModel(model);
        return envelope;
    }

    /// <summary>Replaces the model (forced by configuration or path).</summary>
    public void SetModel(string model)
    {
        Model = model;
        ModelJson = JsonText.Quote(model);
    }

    /// <summary>For calls where the path, not the body, says whether the answer is a stream.</summary>
    public void DecideStream(bool stream) => Stream = stream;

    /// <summary>Sets what headers and query said where the body said nothing.</summary>
    public void Complete(TimeSpan? timeout, TimeSpan? streamTimeout, int? numRetries, string? apiVersion)
    {
        ApiVersion ??= apiVersion;
        Timeout ??= timeout;
        StreamTimeout ??= streamTimeout;
        NumRetries ??= numRetries;
    }

    private void Take(ReadOnlyMemory<byte> body, in MemberSpan member)
    {
        var json = body.Span;
        var raw = json.Slice(member.NameStart, member.NameLength);
        if (raw.Contains((byte)'\\'))
        {
            raw = System.Text.Encoding.UTF8.GetBytes(JsonText.Unescape(raw));
        }

        switch (raw.Length)
        {
            case 5 when raw.SequenceEqual("model"u8):
                Model = MemberValues.Text(json, member, "model");
                ModelJson = body.Slice(member.ValueStart, member.ValueLength);
                break;
            case 6 when raw.SequenceEqual("stream"u8):
                Stream = MemberValues.Flag(member, "stream");
                break;
            case 14 when raw.SequenceEqual("stream_options"u8):
                TakeStreamOptions(json, member);
                break;
            case 1 when raw.SequenceEqual("n"u8):
                Choices = Math.Max(1, MemberValues.Whole(json, member) ?? 1);
                break;
            case 10 when raw.SequenceEqual("max_tokens"u8):
                MaxOutputTokens ??= MemberValues.Whole(json, member);
                break;
            case 17 when raw.SequenceEqual("max_output_tokens"u8):
                MaxOutputTokens ??= MemberValues.Whole(json, member);
                break;
            case 20 when raw.SequenceEqual("previous_response_id"u8):
                PreviousResponseId = JsonText.AsString(json.Slice(member.ValueStart, member.ValueLength));
                break;
            case 5 when raw.SequenceEqual("store"u8):
                Store = member.Kind != JsonKind.False;
                break;
            case 21 when raw.SequenceEqual("max_completion_tokens"u8):
                MaxOutputTokens = MemberValues.Whole(json, member) ?? MaxOutputTokens;
                break;
            case 4 when raw.SequenceEqual("user"u8):
                User = MemberValues.Customer(json, member);
                break;
            case 8 when raw.SequenceEqual("metadata"u8):
                Metadata.Read(body, member, isOwn: false);
                break;
            case 16 when raw.SequenceEqual("litellm_metadata"u8):
                Metadata.Read(body, member, isOwn: true);
                break;
            case 17 when raw.SequenceEqual("safety_identifier"u8):
                Metadata.SafetyIdentifier = MemberValues.Customer(json, member);
                break;
            case 16 when raw.SequenceEqual("generationConfig"u8):
            case 17 when raw.SequenceEqual("generation_config"u8):
                TakeGenerationConfig(json, member);
                break;
            case 12 when raw.SequenceEqual("service_tier"u8):
                ServiceTier = ServiceTiers.Read(json.Slice(member.ValueStart, member.ValueLength));
                break;
            default:
                if (GatewayFields.IsKnown(raw))
                {
                    TakeGatewayField(body, member, raw);
                }
                else if (raw.Length >= ShortestPrice && (raw.IndexOf("_cost_per_"u8) > 0 || raw.EndsWith("_token_cost"u8)))
                {
                    HasPrices = true;
                }

                break;
        }
    }

    /// <summary>A dialect that keeps its limits one level down; what is wrong with it, its reader says.</summary>
    private void TakeGenerationConfig(ReadOnlySpan<byte> json, in MemberSpan member)
    {
        var config = new JsonWalker(json, member.ValueStart);
        while (config.MoveNext())
        {
            if (config.NameIs("maxOutputTokens"u8) || config.NameIs("max_output_tokens"u8))
            {
                MaxOutputTokens = MemberValues.Whole(json, config.Current) ?? MaxOutputTokens;
            }
            else if (config.NameIs("candidateCount"u8) || config.NameIs("candidate_count"u8))
            {
                Choices = Math.Max(1, MemberValues.Whole(json, config.Current) ?? 1);
            }
        }
    }

    private void TakeStreamOptions(ReadOnlySpan<byte> json, in MemberSpan member)
    {
        if (member.Kind != JsonKind.Object)
        {
            throw MemberValues.WrongType(member, "stream_options", "an object");
        }

        if (JsonWalker.TryFind(json, member.ValueStart, "include_usage"u8, out var includeUsage) && includeUsage.Kind != JsonKind.Null)
        {
            IncludeUsage = MemberValues.Flag(includeUsage, "stream_options.include_usage");
        }
    }

    private void TakeGatewayField(ReadOnlyMemory<byte> body, in MemberSpan member, ReadOnlySpan<byte> raw)
    {
        var json = body.Span;
        var name = System.Text.Encoding.ASCII.GetString(raw);
        switch (name)
        {
            case "timeout":
                Timeout = MemberValues.Seconds(json, member, name);
                break;
            case "request_timeout":
                Timeout ??= MemberValues.Seconds(json, member, name);
                break;
            case "stream_timeout":
                StreamTimeout = MemberValues.Seconds(json, member, name);
                break;
            case "num_retries":
                NumRetries = MemberValues.Count(json, member, name);
                break;
            case "max_retries":
                NumRetries ??= MemberValues.Count(json, member, name);
                break;
            case "disable_fallbacks":
                DisableFallbacks = MemberValues.Flag(member, name);
                break;
            case "fallbacks":
                Fallbacks = MemberValues.Fallbacks(body, member);
                break;
            case "api_key":
                ApiKey = MemberValues.Text(json, member, name);
                break;
            case "api_base" or "base_url":
                ApiBase ??= MemberValues.Text(json, member, name);
                break;
            case "api_version":
                ApiVersion = MemberValues.Text(json, member, name);
                break;
            case "drop_params":
                Policy = Policy with { DropParams = MemberValues.Flag(member, name) };
                break;
            case "merge_reasoning_content_in_choices":
                Policy = Policy with { MergeReasoningContent = MemberValues.Flag(member, name) };
                break;
            case "additional_drop_params":
                Policy = Policy with { AdditionalDropParams = MemberValues.Texts(json, member, name) };
                break;
            case "allowed_openai_params":
                Policy = Policy with { AllowedOpenAiParams = MemberValues.Texts(json, member, name) };
                break;
            default:
                if (GatewayFields.IsCredential(name))
                {
                    ForeignCredential ??= name;
                    break;
                }

                TakeMockField(body, member, name);
                break;
        }
    }

    private void TakeMockField(ReadOnlyMemory<byte> body, in MemberSpan member, string name)
    {
        switch (name)
        {
            case "mock_response" when member.Kind is not (JsonKind.String or JsonKind.Object):
                throw MemberValues.WrongType(member, name, "a string or an object");
            case "mock_response":
                MockResponse = body.Slice(member.ValueStart, member.ValueLength);
                break;
            case "mock_delay":
                // Zero is the natural way to say "at once" here, unlike in a timeout.
                MockDelay = member.Kind == JsonKind.Number && body.Span.Slice(member.ValueStart, member.ValueLength) is [(byte)'0']
                    ? TimeSpan.Zero
                    : MemberValues.Seconds(body.Span, member, name);
                break;
            case "mock_timeout":
                MockTimeout = MemberValues.Flag(member, name);
                break;
            case "mock_testing_fallbacks" when MemberValues.Flag(member, name):
                MockFailure = "litellm.InternalServerError";
                break;
            case "mock_testing_context_fallbacks" or "mock_testing_context_window_fallbacks" when MemberValues.Flag(member, name):
                MockFailure = "litellm.ContextWindowExceededError";
                break;
            case "mock_testing_content_policy_fallbacks" when MemberValues.Flag(member, name):
                MockFailure = "litellm.ContentPolicyViolationError";
                break;
            case "mock_testing_rate_limit_error" when MemberValues.Flag(member, name):
                MockFailure = "litellm.RateLimitError";
                break;
            default:
                break;
        }
    }
}
