using System.Buffers;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Hooks;

/// <summary>Voyage: own names for parameters. Its contextual and multimodal models have another wire format.</summary>
internal sealed class VoyageHook : ProviderHook
{
    public override void Connect(ConnectionDraft draft)
    {
        if (draft.Model.StartsWith("voyage-context", StringComparison.Ordinal)
            || draft.Model.StartsWith("voyage-multimodal", StringComparison.Ordinal))
        {
            draft.Fault = new ConnectionFault(
                UpstreamErrorKind.BadRequest,
                $"{draft.Row.ExceptionName} - the model '{draft.Model}' has a wire format of its own, which is not available.");
        }
    }

    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Embeddings)
        {
            rules.Rename("dimensions", "output_dimension");
            rules.Check("encoding_format", static (in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement) =>
            {
                replacement = default;
                return request.IsText(value, "float"u8) ? ValueVerdict.Cut : ValueVerdict.Keep;
            });
        }
    }
}

/// <summary>Jina: images among the inputs are objects.</summary>
internal sealed class JinaHook : ProviderHook
{
    public override void Shape(ConnectionDraft draft, ParameterRulesBuilder rules)
    {
        if (rules.Surface == Surface.Embeddings)
        {
            rules.Rename("encoding_format", "embedding_type");
            rules.Check("input", WithImages);
        }
    }

    private static ValueVerdict WithImages(in RequestView request, in MemberSpan value, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        if (value.Kind is not (JsonKind.Array or JsonKind.String) || !request.Value(value).Contains((byte)','))
        {
            return ValueVerdict.Keep;
        }

        var text = new ArrayBufferWriter<byte>(value.ValueLength + 64);
        var images = 0;
        text.Write("["u8);
        if (value.Kind == JsonKind.String)
        {
            images += Append(request.Value(value), text);
        }
        else
        {
            var walker = new JsonWalker(request.Json.Span, value.ValueStart);
            for (var first = true; walker.MoveNext(); first = false)
            {
                text.Write(first ? ""u8 : ","u8);
                images += Append(walker.Value, text);
            }
        }

        text.Write("]"u8);
        replacement = images == 0 ? default : text.WrittenSpan.ToArray();
        return images == 0 ? ValueVerdict.Keep : ValueVerdict.Replace;
    }

    private static int Append(ReadOnlySpan<byte> input, ArrayBufferWriter<byte> to)
    {
        var comma = input.IndexOf((byte)',');
        var isImage = input.StartsWith("\"data:image/"u8) && comma > 0;
        if (input[0] != (byte)'"')
        {
            to.Write(input);
            return 0;
        }

        to.Write(isImage ? "{\"image\":\""u8 : "{\"text\":"u8);
        to.Write(isImage ? input[(comma + 1)..] : input);
        to.Write("}"u8);
        return isImage ? 1 : 0;
    }
}
