using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Anthropic Messages: of its own clients, of Anthropic, and of all who host Claude in this wire format.</summary>
public sealed class MessagesCodec : DialectCodec
{
    /// <inheritdoc/>
    public override Surface Surface => Surface.Messages;

    /// <inheritdoc/>
    public override string Name => "Anthropic Messages";

    /// <inheritdoc/>
    public override FeatureTable Writes => MessagesFeatures.Writes;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<Feature, string> Reads => MessagesFeatures.Reads;

    /// <inheritdoc/>
    public override ChatRequest ReadRequest(JsonElement root, ReadOnlyMemory<byte> body)
    {
        try
        {
            return RequestReader.Read(root, body);
        }
        catch (InvalidOperationException)
        {
            throw BadName();
        }
    }

    /// <inheritdoc/>
    public override void WriteRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
    {
        try
        {
            RequestWriter.Write(request, target, json);
        }
        catch (InvalidOperationException)
        {
            throw BadName();
        }
    }

    /// <inheritdoc/>
    public override Treatment TreatmentOf(Feature feature, ChatRequest request, TargetModel target) => feature switch
    {
        // Where nothing may be left out, the writer refuses such a tool by its own name.
        Feature.HostedTools when ToolWriter.MayLeaveOut(request, target) && HasForeign(request, ToolKind.Hosted) => new Treatment(Handling.Dropped),
        Feature.ComputerUse when ToolWriter.MayLeaveOut(request, target) && HasForeign(request, ToolKind.Computer) => new Treatment(Handling.Dropped),
        _ => Writes[feature],
    };

    /// <inheritdoc/>
    public override bool NeedsBytes(ContentPart part, TargetModel target)
    {
        var source = part switch
        {
            ImagePart image => image.Source,
            DocumentPart document => document.Source,
            _ => null,
        };
        return source?.Url is { } url
            && (target.Options.GetValueOrDefault(MessagesOptions.MediaAsBytes) is "true" || !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override ChatResponse ReadResponse(JsonElement root, ReadOnlyMemory<byte> body, TargetModel target)
    {
        try
        {
            return ResponseReader.Read(root, body);
        }
        catch (InvalidOperationException)
        {
            throw BadName();
        }
    }

    /// <inheritdoc/>
    public override ChatStreamReader ReadStream(TargetModel target) => new MessagesStreamReader();

    /// <inheritdoc/>
    public override void WriteResponse(ChatResponse response, AnswerView view, Utf8JsonWriter json) => ResponseWriter.Write(response, view, json);

    /// <inheritdoc/>
    public override ChatStreamWriter WriteStream(AnswerView view) => new MessagesStreamWriter(view);

    /// <inheritdoc/>
    public override StreamPath RelayStream(AnswerView view) => new MessagesRelay(view);

    /// <inheritdoc/>
    public override AnswerPath RelayAnswer(AnswerView view) => new MessagesAnswer(view);

    /// <inheritdoc/>
    public override void WriteError(ErrorBody error, int status, ReadOnlySpan<byte> providerFields, IBufferWriter<byte> output)
        => MessagesErrors.Write(error, status, providerFields, output);

    private static bool HasForeign(ChatRequest request, ToolKind kind)
        => request.Tools.Any(tool => tool.Kind == kind && !ToolWriter.IsOwn(tool, request));

    /// <summary>The parser leaves broken surrogates in names of members to whoever reads the name.</summary>
    private static WireException BadName() => new("A member's name in the body is no valid text.");
}
