using System.Buffers;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Responses;

/// <summary>A stream for a client (08-bridges.md section 2.4).</summary>
internal sealed class ResponsesStreamWriter(AnswerView view) : ChatStreamWriter
{
    private readonly OutputBuilder _output = new(view);

    /// <inheritdoc/>
    public override void Write(in ChatEvent next, IBufferWriter<byte> output) => _output.Take(next, output);

    /// <inheritdoc/>
    public override void End(IBufferWriter<byte> output)
    {
        var whole = _output.Complete(output);
        view.Keep?.Invoke(whole);

        // COMPAT: LiteLLM closes with [DONE], OpenAI does not; clients of both accept it (llm-api.md section 12).
        output.Write("data: [DONE]\n\n"u8);
    }

    /// <inheritdoc/>
    public override void Error(ErrorBody error, IBufferWriter<byte> output) => _output.Fail(error, output);
}
