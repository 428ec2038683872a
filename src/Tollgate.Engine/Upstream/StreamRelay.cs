using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Spend;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.OpenAi;
using Tollgate.Wire.Sse;

namespace Tollgate.Engine.Upstream;

/// <summary>
/// Relays a stream event by event. Until the first output arrives nothing is sent: that is when an error still has a status and another
/// attempt is possible.
/// </summary>
internal sealed class StreamRelay(SpendRecorder spend, StreamDrain drain, TimeProvider time)
{
    /// <summary>A stream's read buffer: chunks of text come to some hundred bytes, so one holds several.</summary>
    private const int BufferSize = 8 * 1024;

    /// <summary>One event may be an image in base64; beyond this it is an attack or a mistake.</summary>
    private const int LongestEvent = 32 * 1024 * 1024;

    /// <summary>Relays an answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="answer">What the upstream sends.</param>
    /// <param name="splitter">Cuts it into payloads.</param>
    /// <param name="path">What the client sees of them.</param>
    /// <param name="clock">Limits of the attempt.</param>
    public async ValueTask<AttemptOutcome> RelayAsync(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, IFrameSplitter splitter, StreamPath path, AttemptClock clock)
    {
        var relay = new OneStream(call, scratch, answer, clock, spend, drain, time, splitter, path);
        drain.Allow(call, clock, relay);
        try
        {
            return await relay.RunAsync();
        }
        finally
        {
            relay.Finish();
        }
    }

    /// <summary>Sets the headers of an event stream.</summary>
    public static void StartEventStream(HttpResponse response, string contentType = "text/event-stream")
    {
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["x-accel-buffering"] = "no";
    }

    private sealed class OneStream(
        CallContext call, CallScratch scratch, UpstreamAnswer answer, AttemptClock clock, SpendRecorder spend, StreamDrain drain, TimeProvider time,
        IFrameSplitter splitter, StreamPath path) : IClientWatch
    {
        private readonly PipeWriter _client = call.Http.Response.BodyWriter;
        private readonly TimeSpan _keepAlive = call.Snapshot.Config.General.SseKeepAlive;
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        private int _filled;
        private ArrayBufferWriter<byte>? _held;
        private bool _done;
        private bool _unflushed;
        private bool _readPending;
        private AttemptOutcome? _failure;
        private long _countedTokens;
        private long _countedBytes;
        private long _bytesWhenLeft = -1;

        /// <inheritdoc/>
        public void ClientLeft() => drain.FreeSlots(call, scratch);

        public async ValueTask<AttemptOutcome> RunAsync()
        {
            try
            {
                while (!_done && _failure is null)
                {
                    var read = await ReadAsync();
                    if (read == 0)
                    {
                        AtEnd();
                        break;
                    }

                    _filled += read;
                    TakeEvents();
                    if (clock.ClientHasLeft)
                    {
                        ReadOn();
                    }
                    else if (call.OutputCommitted)
                    {
                        // Before any output the limit for the first chunk holds: a role-only chunk is no answer yet.
                        clock.Touch();
                    }

                    await FlushAsync();
                }
            }
            catch (Exception exception) when (UpstreamErrors.IsOfTransport(exception))
            {
                _failure = UpstreamErrors.FromException(answer.Deployment, exception, clock);
            }

            return await EndAsync();
        }

        /// <summary>Leaves the call with what was metered, and the buffer with its pool.</summary>
        public void Finish()
        {
            if (!_readPending)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            Meter();
        }

        /// <summary>The client has left; what comes is only counted.</summary>
        private void ReadOn()
        {
            clock.Touch();
            _bytesWhenLeft = _bytesWhenLeft < 0 ? path.OutputBytes : _bytesWhenLeft;
            if (StreamDrain.IsTooMuch(path.OutputBytes - _bytesWhenLeft))
            {
                _failure = UpstreamErrors.ClientGone(answer.Deployment);
            }
        }

        private void Meter()
        {
            var wasOutput = call.OutputCommitted || (clock.ClientHasLeft && path.OutputBytes > 0);
            call.Usage = path.Usage ?? (wasOutput ? Estimated() : null);
            call.UsageEstimated = path.Usage is null && wasOutput;
            if (!path.Finished && path.Usage is { } known && path.OutputBytes > _countedBytes)
            {
                // Broken off, or ended without a word of it: what the upstream said last was before the last of its output. Some say at the
                // beginning that there is one token.
                var more = TokenEstimate.FromBytes(path.OutputBytes - _countedBytes);
                call.Usage = known with { CompletionTokens = known.CompletionTokens + more, TotalTokens = known.TotalTokens + more };
                call.UsageEstimated = true;
            }
        }

        /// <summary>On record before the client can know that the stream is complete.</summary>
        private void Record(AttemptOutcome outcome)
        {
            Meter();
            if (call.Usage is not null)
            {
                call.Outcome = outcome;
                spend.Record(call, scratch, answer.Deployment, path.AnswerId, outcome.Succeeded);
            }
        }

        private TokenUsage Estimated()
        {
            var prompt = TokenEstimate.FromBytes(call.Body.Length);
            var completion = TokenEstimate.FromBytes(path.OutputBytes);
            return new TokenUsage(prompt, completion, prompt + completion, 0, 0);
        }

        private async ValueTask<int> ReadAsync()
        {
            if (_filled == _buffer.Length)
            {
                if (_filled >= LongestEvent)
                {
                    throw new InvalidDataException($"An event of the upstream's stream is longer than {LongestEvent} bytes.");
                }

                var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                _buffer.AsSpan(0, _filled).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            var pending = answer.Body.ReadAsync(_buffer.AsMemory(_filled), clock.Token);
            return pending.IsCompleted || _keepAlive == TimeSpan.Zero || !call.OutputCommitted ? await pending : await ReadWithKeepAliveAsync(pending);
        }

        private async ValueTask<int> ReadWithKeepAliveAsync(ValueTask<int> pending)
        {
            // Whoever leaves this loop by an exception leaves a read behind that still owns the buffer.
            var read = pending.AsTask();
            _readPending = true;
            while (true)
            {
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(clock.Token);
                if (await Task.WhenAny(read, Task.Delay(_keepAlive, time, enough.Token)) == read)
                {
                    await enough.CancelAsync();
                    _readPending = false;
                    return await read;
                }

                if (!clock.ClientHasLeft)
                {
                    _client.Write(path.KeepAlive);
                    await _client.FlushAsync(clock.Token);
                }
            }
        }

        private void TakeEvents()
        {
            var start = 0;
            while (!_done && _failure is null)
            {
                var found = splitter.TryRead(_buffer.AsMemory(start, _filled - start), out var consumed, out var next);
                start += consumed;
                if (!found)
                {
                    break;
                }

                Take(next);
            }

            if (start > 0)
            {
                _buffer.AsSpan(start, _filled - start).CopyTo(_buffer);
                _filled -= start;
            }
        }

        private void Take(in SseEvent next)
        {
            if (next.IsComment)
            {
                // A provider's sign of life is one for the client as well; its text is the provider's own business.
                if (call.OutputCommitted && !clock.ClientHasLeft)
                {
                    Output().Write(path.KeepAlive);
                }

                return;
            }

            var action = path.Next(next.Data);
            if (path.Usage is { } usage && usage.CompletionTokens != _countedTokens)
            {
                _countedTokens = usage.CompletionTokens;
                _countedBytes = path.OutputBytes;
            }

            switch (action)
            {
                case ChunkAction.Forward when clock.ClientHasLeft:
                    call.Bodies?.Forward(path, next.Data, output: null);
                    break;
                case ChunkAction.Forward:
                    Forward(next.Data);
                    break;
                case ChunkAction.Done:
                    _done = true;
                    break;
                case ChunkAction.Error:
                    _failure = UpstreamErrors.FromBody(answer.Deployment, 200, next.Data.Span, answer.Headers, time);
                    break;
                case ChunkAction.Malformed:
                    _failure = UpstreamErrors.BadResponse(answer.Deployment, "An event of the upstream's stream is not a JSON object.", answer.Headers);
                    break;
                default:
                    break;
            }
        }

        private void Forward(ReadOnlyMemory<byte> payload)
        {
            if (path.HasOutput && !call.OutputCommitted)
            {
                Commit();
            }

            var output = Output();
            if (call.Bodies is { } bodies)
            {
                bodies.Forward(path, payload, output);
            }
            else
            {
                path.WriteTo(payload, output);
            }
        }

        /// <summary>The client, or what is held for it until there is output.</summary>
        private IBufferWriter<byte> Output()
        {
            if (!call.OutputCommitted)
            {
                return _held ??= new ArrayBufferWriter<byte>(512);
            }

            _unflushed = true;
            return _client;
        }

        private void Commit()
        {
            call.OutputCommitted = true;
            call.FirstOutputAt = time.GetTimestamp();
            CallHeaders.Write(call, answer.Success, call.UpstreamTime + clock.Elapsed, time.GetElapsedTime(call.StartedAt));
            StartEventStream(call.Http.Response, path.ContentType);
            if (_held is not null)
            {
                _client.Write(_held.WrittenSpan);
                _held = null;
            }
        }

        /// <summary>The upstream has closed in order: what is left may be one event without its blank line.</summary>
        private void AtEnd()
        {
            if (splitter.TryFinish(_buffer.AsMemory(0, _filled), out var last))
            {
                Take(last);
            }

            if (!_done && _failure is null && !call.OutputCommitted && !path.Finished)
            {
                _failure = UpstreamErrors.BadResponse(answer.Deployment, "The upstream's stream ended without any output.", answer.Headers);
            }
        }

        private async ValueTask<AttemptOutcome> EndAsync()
        {
            if (clock.ClientHasLeft)
            {
                // However it went on, its client did not see the end of it.
                var gone = UpstreamErrors.ClientGone(answer.Deployment);
                Record(gone);
                return gone;
            }

            if (_failure is null)
            {
                return await EndWellAsync();
            }

            Record(_failure);

            if (call.OutputCommitted && _failure.Kind != UpstreamErrorKind.ClientGone)
            {
                path.WriteError(ErrorResponder.BodyFor(call, _failure), _client);
                await _client.FlushAsync(call.Aborted);
            }

            return _failure;
        }

        private async ValueTask<AttemptOutcome> EndWellAsync()
        {
            if (!call.OutputCommitted)
            {
                Commit();
            }

            var success = answer.Success;
            Record(success);

            path.WriteEnd(_client, _done);
            if (call.Kept is { } kept)
            {
                await kept;
            }

            await _client.FlushAsync(call.Aborted);
            return success;
        }

        private async ValueTask FlushAsync()
        {
            if (!_unflushed || _done || clock.ClientHasLeft)
            {
                return;
            }

            _unflushed = false;
            var flushed = await _client.FlushAsync(clock.Token);
            if (flushed.IsCompleted)
            {
                clock.OnClientGone();
                if (clock.ClientHasLeft)
                {
                    return;
                }

                throw new OperationCanceledException("The client has closed the connection.");
            }
        }
    }
}
