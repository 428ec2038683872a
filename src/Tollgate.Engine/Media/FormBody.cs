using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Media;

namespace Tollgate.Engine.Media;

/// <summary>
/// A request of <c>multipart/form-data</c>. Its beginning is read until all of it is there or <see cref="MemoryLimit"/> of its files are kept;
/// what follows goes to the upstream as it comes, and can therefore be sent only once. A large file that comes before the model's name is
/// kept on disk, since nothing can be sent without it.
/// </summary>
internal sealed class FormBody : IAsyncDisposable
{
    /// <summary>Bytes of files kept in memory for one call: beyond, the form streams. Most recordings and pictures are smaller.</summary>
    public const long MemoryLimit = 8L * 1024 * 1024;

    /// <summary>Prompts and metadata are the longest fields; a file without a name is not let through as one.</summary>
    private const int MostFieldBytes = 1024 * 1024;

    private const int MostParts = 512;
    private const int BufferSize = 64 * 1024;
    private const double BytesPerMegabyte = 1024 * 1024;

    private readonly MultipartReader _reader;
    private readonly bool _knowsModel;
    private readonly long? _announced;
    private MultipartSection? _open;
    private long _kept;
    private int _seen;

    private FormBody(MultipartReader reader, bool knowsModel, long? announced)
    {
        _reader = reader;
        _knowsModel = knowsModel;
        _announced = announced;
    }

    /// <summary>The small fields that came before what streams.</summary>
    public FormFields Fields { get; } = new();

    /// <summary>The files so far.</summary>
    public List<FormPart> Parts { get; } = [];

    /// <summary>Everything is here: the form can be sent again.</summary>
    public bool IsWhole => _open is null;

    /// <summary>The streamed rest has been read from: nobody can be sent the form any more.</summary>
    public bool IsConsumed { get; private set; }

    /// <summary>What was wrong with the streamed rest; the client's fault, whatever the attempt came to.</summary>
    public ApiException? Fault { get; private set; }

    /// <summary>Bytes of the first file, as far as the client announced them or they have been seen.</summary>
    public long FileBytes => Parts.Count == 0 ? 0 : IsWhole || IsConsumed ? Parts[0].Length : Math.Max(Parts[0].Length, _announced ?? 0);

    /// <summary>True for a request that brings a form.</summary>
    public static bool IsForm(HttpRequest request)
        => request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Reads the beginning of a form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Most bytes of the whole body.</param>
    /// <param name="knowsModel">The path names the model, so that no field need be waited for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ApiException">400 for a form that is none, or too large.</exception>
    public static async Task<FormBody> ReadAsync(HttpRequest request, long limit, bool knowsModel, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 70 } boundary)
        {
            throw Malformed("the header Content-Type names no boundary of 70 characters at most.");
        }

        if (request.ContentLength > limit)
        {
            throw TooLarge(request.ContentLength.Value, limit);
        }

        var body = new CountedStream(request.Body, limit, size => TooLarge(size, limit));
        var form = new FormBody(new MultipartReader(boundary.ToString(), body, BufferSize), knowsModel, request.ContentLength);
        try
        {
            await form.ReadHeadAsync(cancellationToken);
            return form;
        }
        catch (Exception exception) when (IsOfFormat(exception, cancellationToken))
        {
            await form.DisposeAsync();
            throw Malformed(exception.Message);
        }
        catch
        {
            await form.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes what was not kept: the rest of the last file, and whatever follows it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="boundary">Boundary of the form that is sent.</param>
    /// <param name="sent">Names of the fields that were sent; they do not go out twice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The client's form is broken or too large; <see cref="Fault"/> says why.</exception>
    public async Task WriteRestAsync(Stream output, string boundary, IReadOnlySet<string> sent, CancellationToken cancellationToken)
    {
        IsConsumed = true;
        try
        {
            await CopyAsync(Parts[^1], _open!.Body, output, cancellationToken);
            await output.WriteAsync(FormText.LineEnd, cancellationToken);
            while (await NextAsync(cancellationToken) is { } section)
            {
                var (name, isFile) = Describe(section);
                if (isFile)
                {
                    await output.WriteAsync(FormText.Opening(boundary, Add(section, name)), cancellationToken);
                    await CopyAsync(Parts[^1], section.Body, output, cancellationToken);
                    await output.WriteAsync(FormText.LineEnd, cancellationToken);
                    continue;
                }

                var value = await TextAsync(section, name, cancellationToken);

                // The model was checked and replaced; one that comes later must not reach the upstream, nor what is meant for the gateway.
                if ((!sent.Contains(name) || name.EndsWith("[]", StringComparison.Ordinal)) && name is not "model" && !FormFields.IsInternal(name))
                {
                    await output.WriteAsync(FormText.Field(boundary, name, value), cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is ApiException || IsOfFormat(exception, cancellationToken))
        {
            Fault = exception as ApiException ?? Malformed(exception.Message);
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Writes the first file alone: what is kept of it and what is still coming.</summary>
    /// <exception cref="IOException">As above.</exception>
    public async Task WriteFileAsync(Stream output, CancellationToken cancellationToken)
    {
        await Parts[0].Held.WriteToAsync(output, cancellationToken);
        if (_open is null || Parts.Count > 1)
        {
            return;
        }

        IsConsumed = true;
        try
        {
            await CopyAsync(Parts[0], _open.Body, output, cancellationToken);
        }
        catch (Exception exception) when (exception is ApiException || IsOfFormat(exception, cancellationToken))
        {
            Fault = exception as ApiException ?? Malformed(exception.Message);
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Ends the use of the form.</summary>
    /// <param name="isInUse">A transport still reads what is kept.</param>
    public ValueTask LeaveAsync(bool isInUse)
    {
        if (isInUse)
        {
            Parts.ForEach(static part => part.Held.Abandon());
        }

        return DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in Parts)
        {
            await part.Held.DisposeAsync();
        }
    }

    private async Task ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken) is { } section)
        {
            var (name, isFile) = Describe(section);
            if (!isFile)
            {
                Fields.Add(name, await TextAsync(section, name, cancellationToken));
            }
            else if (!await KeepAsync(Add(section, name), section.Body, cancellationToken))
            {
                _open = section;
                return;
            }
        }
    }

    /// <summary>Keeps a file. False when there is more than may be kept, and the rest can stream.</summary>
    private async Task<bool> KeepAsync(FormPart part, Stream body, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_kept >= MemoryLimit)
            {
                if (_knowsModel || Fields.Has("model"))
                {
                    return false;
                }

                await part.Held.SpillAsync(body, cancellationToken);
                return true;
            }

            var room = part.Held.Room();
            var read = await body.ReadAsync(room[..(int)Math.Min(room.Length, MemoryLimit - _kept)], cancellationToken);
            if (read == 0)
            {
                return true;
            }

            part.Held.Advance(read);
            _kept += read;
        }
    }

    private async Task<MultipartSection?> NextAsync(CancellationToken cancellationToken)
        => ++_seen > MostParts
            ? throw Malformed(string.Create(CultureInfo.InvariantCulture, $"it has more than {MostParts} parts."))
            : await _reader.ReadNextSectionAsync(cancellationToken);

    private FormPart Add(MultipartSection section, string name)
    {
        if (name is "model")
        {
            // An upstream might read as the model what was never checked as one.
            throw ApiException.BadRequest("Invalid multipart/form-data body: the field 'model' must not be a file.", "model");
        }

        var part = new FormPart(name, section.ContentDisposition!, section.ContentType);
        Parts.Add(part);
        return part;
    }

    private static (string Name, bool IsFile) Describe(MultipartSection section)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 and <= 256 } name)
        {
            throw Malformed("a part has no header 'Content-Disposition: form-data; name=...'.");
        }

        var isFile = disposition.FileName.HasValue || disposition.FileNameStar.HasValue
            || (section.ContentType is { } type && !type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)
                && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase));
        return (name, isFile);
    }

    private static async Task<string> TextAsync(MultipartSection section, string name, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>(256);
        while (true)
        {
            var read = await section.Body.ReadAsync(text.GetMemory(256), cancellationToken);
            if (read == 0)
            {
                return Encoding.UTF8.GetString(text.WrittenSpan);
            }

            text.Advance(read);
            if (text.WrittenCount > MostFieldBytes)
            {
                throw ApiException.BadRequest($"Invalid multipart/form-data body: the field '{name}' is longer than 1 MB.", name);
            }
        }
    }

    private static async Task CopyAsync(FormPart part, Stream body, Stream output, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                part.Streamed += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>True for what the reader throws at bytes that are no form; a client that has left is another matter.</summary>
    private static bool IsOfFormat(Exception exception, CancellationToken cancellationToken)
        => !cancellationToken.IsCancellationRequested
            && exception is InvalidDataException or IOException
            && exception is not (BadHttpRequestException or ConnectionResetException);

    private static ApiException Malformed(string why) => ApiException.BadRequest($"Invalid multipart/form-data body: {why}");

    private static ApiException TooLarge(long size, long limit) => new(
        400,
        FormattableString.Invariant(
            $"Request size is too large. Request size is {size / BytesPerMegabyte:0.##} MB. Max size is {limit / BytesPerMegabyte:0.##} MB"),
        "bad_request_error",
        "content-length");
}
