using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.Media;

/// <summary>A form on its way to an upstream: fields first, then the files, those that are still coming last.</summary>
internal sealed class FormContent : HttpContent, ISentContent
{
    private readonly string _boundary = "tollgate-" + Guid.NewGuid().ToString("N");
    private readonly FormBody? _form;
    private readonly FrozenSet<string> _names;
    private readonly List<(byte[] Text, FormPart? File)> _pieces = [];
    private readonly byte[] _end;
    private volatile bool _sending;

    /// <summary>Makes a form.</summary>
    /// <param name="fields">The small fields.</param>
    /// <param name="form">The client's form with the files; null for none.</param>
    public FormContent(IReadOnlyList<KeyValuePair<string, string>> fields, FormBody? form)
    {
        _form = form;
        _names = fields.Select(static field => field.Key).ToFrozenSet(StringComparer.Ordinal);
        _end = FormText.End(_boundary);
        foreach (var (name, value) in fields)
        {
            _pieces.Add((FormText.Field(_boundary, name, value), null));
        }

        foreach (var part in form?.Parts ?? [])
        {
            _pieces.Add((FormText.Opening(_boundary, part), part));
        }

        Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data");
        Headers.ContentType.Parameters.Add(new NameValueHeaderValue("boundary", _boundary));
    }

    /// <inheritdoc/>
    public bool IsSending => _sending;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _sending = true;
        try
        {
            for (var i = 0; i < _pieces.Count; i++)
            {
                var (text, file) = _pieces[i];
                await stream.WriteAsync(text, cancellationToken);
                if (file is null)
                {
                    continue;
                }

                await file.Held.WriteToAsync(stream, cancellationToken);
                if (i < _pieces.Count - 1 || _form!.IsWhole)
                {
                    await stream.WriteAsync(FormText.LineEnd, cancellationToken);
                }
            }

            if (_form is { IsWhole: false })
            {
                await _form.WriteRestAsync(stream, _boundary, _names, cancellationToken);
            }

            await stream.WriteAsync(_end, cancellationToken);
        }
        finally
        {
            _sending = false;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _end.Length;
        if (_form is { IsWhole: false })
        {
            return false;
        }

        foreach (var (text, file) in _pieces)
        {
            length += text.Length + (file is null ? 0 : file.Held.Length + FormText.LineEnd.Length);
        }

        return true;
    }
}

/// <summary>The first file of a form alone as a request's body.</summary>
internal sealed class FileContent : HttpContent, ISentContent
{
    private readonly FormBody _form;
    private volatile bool _sending;

    /// <summary>Takes a form with a file.</summary>
    public FileContent(FormBody form)
    {
        _form = form;
        Headers.ContentType = MediaTypeHeaderValue.TryParse(form.Parts[0].ContentType, out var type)
            ? type : new MediaTypeHeaderValue("application/octet-stream");
    }

    /// <inheritdoc/>
    public bool IsSending => _sending;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _sending = true;
        try
        {
            await _form.WriteFileAsync(stream, cancellationToken);
        }
        finally
        {
            _sending = false;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _form.Parts[0].Held.Length;
        return _form.IsWhole;
    }
}
