using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Amazon;

/// <summary>A connection to an endpoint of SageMaker: a text-generation server, or one that speaks OpenAI's chat.</summary>
internal sealed class SageMakerConnection : DialectConnection, IUpstreamConnection
{
    private const string Component = "X-Amzn-SageMaker-Inference-Component";

    /// <summary>Text-generation servers refuse a temperature of nothing.</summary>
    private static readonly ValueCheck AboveZero = ValueChecks.Clamp(0.01, null, null);

    private readonly Rewriters _rewriters;
    private readonly string _root;
    private readonly string? _template;
    private TargetModel? _target;

    private SageMakerConnection(ConnectionDraft draft, string root, Authorization authorization)
        : base(draft, authorization)
    {
        _rewriters = new Rewriters(
            draft, draft.Param("aws_sagemaker_allow_zero_temp") is "true" or "True" ? null : static rules => rules.Check("temperature", AboveZero));
        _root = root;
        _template = draft.Param("hf_model_name") is { } name ? PromptTemplates.ForModel(name) : null;
    }

    /// <inheritdoc/>
    protected override Surface Spoken => Draft.Row.Slug is "sagemaker" ? Surface.Prompt : Surface.Chat;

    /// <inheritdoc/>
    public override EmbeddingCodec? Embeddings { get; } = new EndpointEmbeddings();

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var region = BedrockFamily.RegionOf(draft);
        var root = draft.Param("sagemaker_base_url") ?? draft.Base ?? $"https://runtime.sagemaker.{region}.{BedrockFamily.DomainOf(region)}";
        draft.Base = root;
        if (draft.Param("model_id") is { } component)
        {
            draft.Headers[Component] = component;
        }

        return new SageMakerConnection(draft, root, AmazonAuthorization.Choose(draft, services, "sagemaker", region));
    }

    /// <inheritdoc/>
    public override TargetModel TargetFor(Surface spoken) => _target ??= base.TargetFor(spoken) with { Options = Options() };

    /// <inheritdoc/>
    public override UpstreamEndpoint EndpointFor(Surface surface, bool stream, string? apiVersion)
    {
        if (Draft.Fault is not null)
        {
            return new UpstreamEndpoint(null, Draft.Fault);
        }

        if (surface is not (Surface.Chat or Surface.Prompt) && (surface is not Surface.Embeddings || Draft.Row.Slug is not "sagemaker"))
        {
            return EndpointTable.BadRequest(Draft, $"the provider '{Draft.Row.Slug}' does not serve {surface.Route()}.");
        }

        var (root, query) = EndpointTable.Split(_root);
        var operation = stream ? "invocations-response-stream" : "invocations";
        return EndpointTable.Make(
            Draft, EndpointTable.Join($"{root}/endpoints/{Uri.EscapeDataString(Draft.Model)}/{operation}", query, "", Draft.Deployment.ExtraQuery));
    }

    /// <inheritdoc/>
    public override ConnectionFault? ApplyPolicy(in UpstreamRequest request, JsonEdits edits)
        => request.Surface is Surface.Chat or Surface.Completions or Surface.Embeddings ? _rewriters.Write(request, edits) : null;

    /// <inheritdoc/>
    public override ConnectionFault? WriteRequest(in UpstreamRequest request, JsonEdits edits)
        => request.Surface is Surface.Chat ? _rewriters.Write(request, edits) : null;

    /// <inheritdoc/>
    public override UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body) => Classify(status, body, headers: null);

    /// <summary>Amazon says the class in a header.</summary>
    public UpstreamErrorKind Classify(int status, ReadOnlySpan<byte> body, HttpResponseHeaders? headers)
        => AmazonErrors.Classify(status, body, headers) ?? base.Classify(status, body);

    private Dictionary<string, string> Options()
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal) { [PromptCodec.FamilyOption] = "tgi" };
        if (_template is not null)
        {
            options[PromptCodec.TemplateOption] = _template;
        }

        return options;
    }
}
