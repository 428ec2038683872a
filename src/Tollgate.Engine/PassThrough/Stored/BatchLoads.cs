using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Errors;
using Tollgate.Engine.PassThrough.Natives;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>Counts what the lines of a batch's input come to, before it is made.</summary>
internal sealed class BatchLoads(ResourceCaller caller, NativeFiles natives)
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Reads a batch's input from where it is kept.</summary>
    /// <param name="relay">The call that makes the batch.</param>
    /// <param name="about">What it is about.</param>
    /// <param name="id">The provider's id of the file.</param>
    /// <exception cref="ApiException">400 for a file that cannot be read.</exception>
    public async Task<CallLoad> CountAsync(RelayCall relay, ResourceAnswer about, string id)
    {
        var call = relay.Call;
        var outcome = call.Outcome;
        var tally = new Tally();
        try
        {
            await (relay.Target.Native is null ? ReadAsync(relay, about, id, tally)
                : natives.ContentAsync(new NativeCall(call, relay.Deployment, relay.Target, about.Holder, about.Model), id, (bytes, _) =>
                {
                    tally.Take(bytes.Span);
                    return ValueTask.CompletedTask;
                }));
            return tally.End();
        }
        catch (ApiException failed) when (failed.Status is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError
            and not (StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests))
        {
            call.Outcome = outcome;
            throw ApiException.BadRequest($"/batches: the input file cannot be read, and its lines count against rate limits: {failed.Message}", "input_file_id");
        }
    }

    private async Task ReadAsync(RelayCall relay, ResourceAnswer about, string id, Tally tally)
    {
        var target = caller.Open(relay.Call, relay.Target.Connection.Provider, about.Holder, $"/files/{Uri.EscapeDataString(id)}/content");
        await caller.SendAsync(relay.Call, relay.Deployment, target, HttpMethod.Get, content: null, async (answer, cancellationToken) =>
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[ChunkSize];
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                tally.Take(buffer.AsSpan(0, read));
            }

            return true;
        });
    }

    /// <summary>Takes a file as it comes, line by line.</summary>
    private sealed class Tally
    {
        private readonly JsonMembers _members = new();
        private readonly ArrayBufferWriter<byte> _rest = new();
        private CallLoad _sum;

        public void Take(ReadOnlySpan<byte> chunk)
        {
            while (chunk.IndexOf((byte)'\n') is >= 0 and var end)
            {
                _rest.Write(chunk[..end]);
                Count(_rest.WrittenSpan);
                _rest.ResetWrittenCount();
                chunk = chunk[(end + 1)..];
            }

            _rest.Write(chunk);
        }

        public CallLoad End()
        {
            Count(_rest.WrittenSpan);
            return _sum with { Requests = Math.Max(1, _sum.Requests) };
        }

        private void Count(ReadOnlySpan<byte> line)
        {
            if (line.Trim(" \r\t"u8).IsEmpty)
            {
                return;
            }

            if (!JsonScanner.Scan(line, _members).IsNone || _members.RootKind != JsonKind.Object)
            {
                throw ApiException.BadRequest($"line {_sum.Requests + 1} is not a JSON object.", "input_file_id");
            }

            var index = Math.Max(_members.Find(line, "body"u8), _members.Find(line, "request"u8));
            var body = index >= 0 && _members[index].Kind == JsonKind.Object ? line[_members[index].ValueStart.._members[index].End] : line;
            _sum = new CallLoad(_sum.Requests + 1, _sum.InputTokens + TokenEstimate.FromBytes(body.Length), _sum.OutputTokens + LimitOf(body));
        }

        private static long LimitOf(ReadOnlySpan<byte> body)
        {
            foreach (var name in (ReadOnlySpan<string>)["max_completion_tokens", "max_output_tokens", "max_tokens"])
            {
                if (JsonWalker.TryFind(body, 0, System.Text.Encoding.ASCII.GetBytes(name), out var member) && member.Kind == JsonKind.Number
                    && Utf8Parser.TryParse(body.Slice(member.ValueStart, member.ValueLength), out long limit, out var used)
                    && used == member.ValueLength && limit is > 0 and < int.MaxValue)
                {
                    return limit;
                }
            }

            return 0;
        }
    }
}
