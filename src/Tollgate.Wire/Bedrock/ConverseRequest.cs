using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Bedrock;

/// <summary>Writes one request of the dialect.</summary>
internal sealed class ConverseRequest(ChatRequest request, TargetModel target, Utf8JsonWriter json)
{
    private readonly ConverseTraits _traits = ConverseTraits.Of(target);
    private readonly ConverseNames _names = new(request);

    /// <summary>Writes it.</summary>
    public void Write()
    {
        var thinking = ConverseThinking.Of(request, _traits);
        json.WriteStartObject();
        if (target.Options.ContainsKey(ConverseCodec.InvokeOption))
        {
            json.WriteString("schemaVersion"u8, "messages-v1"u8);
        }

        var messages = new ConverseMessages(request, target, _traits, _names, json);
        messages.WriteSystem();
        messages.Write();
        WriteInference(thinking);
        var tools = new ConverseTools(request, target, _traits, _names, json);
        tools.Write(thinking.IsOn);
        WriteFormat();
        WriteServiceTier();
        var extras = new ConverseExtras(request, _traits, json);
        extras.WriteRoot();
        extras.WriteModelFields(thinking);
        json.WriteEndObject();
    }

    private void WriteInference(in ConverseThinking thinking)
    {
        var limit = request.MaxOutputTokens ?? thinking.LeastOutputTokens;
        var stops = request.Stop.Where(stop => stop.Length > 0 && !(target.DropParams && string.IsNullOrWhiteSpace(stop))).ToList();
        var novaInvokeTopK = target.Options.ContainsKey(ConverseCodec.InvokeOption) ? request.TopK : null;
        if (limit is null && request.Temperature is null && request.TopP is null && stops.Count == 0 && novaInvokeTopK is null)
        {
            return;
        }

        json.WriteStartObject("inferenceConfig"u8);
        json.WriteGiven("maxTokens"u8, limit);
        json.WriteGiven("temperature"u8, request.Temperature);
        json.WriteGiven("topP"u8, request.TopP);
        json.WriteGiven("topK"u8, novaInvokeTopK);
        if (stops.Count > 0)
        {
            json.WriteStartArray("stopSequences"u8);
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The answer's schema, where the model is bound to it directly; it is a text there.</summary>
    private void WriteFormat()
    {
        if (!_traits.NativeSchema || request.Format is not { Kind: AnswerFormatKind.JsonSchema, Schema: { } schema } format)
        {
            return;
        }

        json.WriteStartObject("outputConfig"u8);
        json.WriteStartObject("textFormat"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("structure"u8);
        json.WriteStartObject("jsonSchema"u8);
        json.WriteString("schema"u8, schema.Bytes());
        json.WriteString("name"u8, ConverseNames.ForFormat(format));
        json.WriteGiven("description"u8, format.Description);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteServiceTier()
    {
        if (request.ServiceTier is { } tier)
        {
            json.WriteStartObject("serviceTier"u8);
            json.WriteString("type"u8, tier is "priority" or "flex" or "reserved" ? tier : "default");
            json.WriteEndObject();
        }
    }
}
