using System.Buffers;
using System.IO.Pipelines;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>The lines of a batch's input: each runs a model, named as clients know it; a provider gets it by its own name.</summary>
internal sealed class BatchLines
{
    private long _named;
    private long _nameBytes;

    private BatchLines()
    {
    }

    /// <summary>Looks at all lines.</summary>
    /// <param name="file">The file; read from its position.</param>
    /// <param name="allows">Models that lines may name.</param>
    /// <param name="cancellationToken">The client has left.</param>
    /// <exception cref="ApiException">400 for a line that is no call, or of a model that the file is not for.</exception>
    public static async Task<BatchLines> ReadAsync(Stream file, Func<string, bool> allows, CancellationToken cancellationToken)
    {
        var lines = new BatchLines();
        var members = new JsonMembers();
        await EachAsync(
            file,
            (line, number) =>
            {
                if (ModelOf(line.Span, members, number) is { } model)
                {
                    lines._named++;
                    lines._nameBytes += model.ValueLength;
                    var name = JsonText.AsString(line.Span.Slice(model.ValueStart, model.ValueLength));
                    if (name is null || !allows(name))
                    {
                        throw ApiException.BadRequest(
                            $"Line {number} of the file calls the model '{name}', for which it is not: see target_model_names.", "file");
                    }
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return lines;
    }

    /// <summary>Length of the file once all its lines name a model.</summary>
    public long LengthWith(long length, string model) => length - _nameBytes + (_named * JsonText.Quote(model).Length);

    /// <summary>Writes the file with another model in all lines.</summary>
    public static async Task WriteAsync(Stream file, string model, Stream output, CancellationToken cancellationToken)
    {
        var members = new JsonMembers();
        var name = JsonText.Quote(model);
        await EachAsync(
            file,
            async (line, number) =>
            {
                if (ModelOf(line.Span, members, number) is not { } span)
                {
                    await output.WriteAsync(line, cancellationToken);
                    return;
                }

                await output.WriteAsync(line[..span.ValueStart], cancellationToken);
                await output.WriteAsync(name, cancellationToken);
                await output.WriteAsync(line[span.End..], cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Hands out the lines one by one, each with its end.</summary>
    public static async Task EachAsync(Stream file, Func<ReadOnlyMemory<byte>, int, ValueTask> take, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true));
        var number = 0;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var next = rest.GetPosition(1, end);
                await take(rest.Slice(0, next).ToArray(), ++number);
                rest = rest.Slice(next);
            }

            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                {
                    await take(rest.ToArray(), ++number);
                }

                await reader.CompleteAsync();
                return;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static MemberSpan? ModelOf(ReadOnlySpan<byte> line, JsonMembers members, int number)
    {
        if (line.Trim(" \r\n\t"u8).IsEmpty)
        {
            return null;
        }

        if (!JsonScanner.Scan(line, members).IsNone || members.RootKind != JsonKind.Object)
        {
            throw ApiException.BadRequest($"Line {number} of the file is not a JSON object.", "file");
        }

        return members.Find(line, "body"u8) is >= 0 and var index && members[index] is { Kind: JsonKind.Object } body
            && JsonWalker.TryFind(line, body.ValueStart, "model"u8, out var model) ? model : null;
    }
}
