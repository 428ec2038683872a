using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>A form with a file, kept aside so that it can be sent to several deployments: small ones in memory, the rest on disk.</summary>
internal sealed class ManagedUpload : IAsyncDisposable
{
    private const int MostInMemory = 1024 * 1024;
    private const int LongestField = 64 * 1024;

    private readonly List<(string Name, string Value)> _fields = [];
    private FileBufferingReadStream? _file;
    private BatchLines? _lines;
    private string _fileName = "file";
    private string _type = "application/octet-stream";

    private ManagedUpload()
    {
    }

    /// <summary>Media type of the file.</summary>
    public string MediaType => MediaTypeHeaderValueOf(_type)?.MediaType ?? "application/octet-stream";

    /// <summary>What the file is for, in the client's word; empty when it did not say.</summary>
    public string Purpose => _fields.Find(static entry => entry.Name is "purpose").Value ?? "";

    /// <summary>Name of the file.</summary>
    public string FileName => _fileName;

    /// <summary>The file from its beginning.</summary>
    public Stream OpenFile()
    {
        _file!.Position = 0;
        return _file;
    }

    /// <summary>Reads a form.</summary>
    /// <param name="relay">The call.</param>
    /// <param name="isOurs">Fields that no provider gets.</param>
    /// <param name="allows">Models that lines of a batch may name.</param>
    /// <exception cref="ApiException">400 when there is no file in it, or one that cannot be run.</exception>
    public static async Task<ManagedUpload> ReadAsync(RelayCall relay, Func<string, bool> isOurs, Func<string, bool> allows)
    {
        var call = relay.Call;
        var request = call.Http.Request;
        var boundary = Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary))
        {
            throw ApiException.BadRequest("A file is uploaded as multipart/form-data.", "file");
        }

        var limit = call.Snapshot.Config.General.MaxUploadBytes;
        var upload = new ManagedUpload();
        var expiry = FileExpiry.SecondsFor(call.Caller);
        bool IsDropped(string name) => isOurs(name) || (expiry is not null && name.StartsWith(FileExpiry.Field, StringComparison.Ordinal));
        await using var form = relay.Body!.ToStream(call.Http.Request);
        var reader = new MultipartReader(boundary, form) { BodyLengthLimit = limit };
        try
        {
            while (await reader.ReadNextSectionAsync(call.Aborted) is { } section)
            {
                await upload.TakeAsync(section, IsDropped, limit, call.Aborted);
            }

            if (upload._file is null)
            {
                throw ApiException.BadRequest("/files: Missing required parameter: 'file'.", "file");
            }

            if (expiry is { } seconds)
            {
                upload._fields.Add((FileExpiry.Field + "[anchor]", "created_at"));
                upload._fields.Add((FileExpiry.Field + "[seconds]", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }

            if (upload._fields.Contains(("purpose", "batch")))
            {
                upload._file.Position = 0;
                upload._lines = await BatchLines.ReadAsync(
                    upload._file, allows, call.Aborted);
            }

            return upload;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException && !call.Aborted.IsCancellationRequested)
        {
            await upload.DisposeAsync();
            throw ApiException.BadRequest($"The form cannot be read: {broken.Message}", "file");
        }
        catch (ApiException)
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    /// <summary>The form for one deployment.</summary>
    /// <param name="model">What the provider calls the model there; null leaves the lines of a batch as they are.</param>
    public MultipartFormDataContent For(string? model)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in _fields)
        {
            form.Add(new StringContent(value), name);
        }

        var file = new FileContent(_file!, model is null ? null : _lines, model ?? "");
        file.Headers.ContentType = MediaTypeHeaderValueOf(_type);
        form.Add(file, "file", _fileName);
        return form;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? default;

    private async Task TakeAsync(MultipartSection section, Func<string, bool> isOurs, long limit, CancellationToken cancellationToken)
    {
        if (!Microsoft.Net.Http.Headers.ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
        {
            return;
        }

        var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
        if (!disposition.FileName.HasValue && !disposition.FileNameStar.HasValue)
        {
            using var text = new StreamReader(section.Body);
            var value = await text.ReadToEndAsync(cancellationToken);
            if (value.Length > LongestField)
            {
                throw ApiException.BadRequest($"The field '{name}' is too long.", name);
            }

            if (!isOurs(name))
            {
                _fields.Add((name, value));
            }

            return;
        }

        if (_file is not null)
        {
            throw ApiException.BadRequest("The form has more than one file.", "file");
        }

        _fileName = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "file";
        _type = section.ContentType ?? _type;
        _file = new FileBufferingReadStream(section.Body, MostInMemory, limit, Path.GetTempPath());
        await _file.DrainAsync(cancellationToken);
    }

    private static System.Net.Http.Headers.MediaTypeHeaderValue? MediaTypeHeaderValueOf(string type)
        => System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(type, out var parsed) ? parsed : null;

    /// <summary>The file from its beginning, its lines in the provider's words.</summary>
    private sealed class FileContent(FileBufferingReadStream file, BatchLines? lines, string model) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
            => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            file.Position = 0;
            return lines is null ? file.CopyToAsync(stream, cancellationToken) : BatchLines.WriteAsync(file, model, stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = lines?.LengthWith(file.Length, model) ?? file.Length;
            return true;
        }
    }
}
