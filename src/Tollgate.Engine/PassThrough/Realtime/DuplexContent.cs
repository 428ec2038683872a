using System.IO.Pipelines;
using System.Net;

namespace Tollgate.Engine.PassThrough.Realtime;

/// <summary>A body that is written as long as the session lasts.</summary>
internal sealed class DuplexContent(PipeReader messages) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The provider is to hear of the session before there is anything to say.
        await stream.FlushAsync(cancellationToken);
        while (true)
        {
            var read = await messages.ReadAsync(cancellationToken);
            foreach (var piece in read.Buffer)
            {
                await stream.WriteAsync(piece, cancellationToken);
            }

            messages.AdvanceTo(read.Buffer.End);
            await stream.FlushAsync(cancellationToken);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await messages.CompleteAsync();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
