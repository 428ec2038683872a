using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.PassThrough;

/// <summary>
/// The fields of a form that stand before its first file: read without reading the file, and without those that are the gateway's when it is
/// sent on.
/// </summary>
internal sealed class FormHead
{
    /// <summary>Fields before a file are few and short.</summary>
    private const int MostBytes = 64 * 1024;

    private FormHead(byte[] kept, long taken)
    {
        Kept = kept;
        Taken = taken;
    }

    /// <summary>What is sent in place of the beginning.</summary>
    public byte[] Kept { get; }

    /// <summary>Length of the beginning as the client sent it.</summary>
    public long Taken { get; }

    /// <summary>The fields by name.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the head of a form; null when the request is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isOurs">Fields that are not sent on.</param>
    /// <param name="aborted">The client has left.</param>
    public static async ValueTask<FormHead?> ReadAsync(HttpRequest request, Func<string, bool> isOurs, CancellationToken aborted)
    {
        if (BoundaryOf(request.ContentType) is not { } boundary)
        {
            return null;
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(aborted);
            var most = (int)Math.Min(read.Buffer.Length, MostBytes);
            var bytes = read.Buffer.Slice(0, most).ToArray();
            var end = EndOfFields(bytes, Encoding.UTF8.GetBytes("--" + boundary));
            if (end < 0 && !read.IsCompleted && most < MostBytes)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            end = end < 0 ? 0 : end;
            reader.AdvanceTo(read.Buffer.GetPosition(end));
            return Split(bytes.AsSpan(0, end), Encoding.UTF8.GetBytes("--" + boundary), isOurs);
        }
    }

    /// <summary>The fields of a form that was read whole, wherever they stand; null when it is none.</summary>
    public static Dictionary<string, string>? FieldsOf(ReadOnlySpan<byte> form, string? contentType)
    {
        if (BoundaryOf(contentType) is not { } boundary)
        {
            return null;
        }

        var mark = Encoding.UTF8.GetBytes("--" + boundary);
        var start = form.IndexOf(mark);
        return start < 0 ? [] : Split(form[start..], mark, static _ => false).Fields;
    }

    private static string? BoundaryOf(string? contentType)
        => Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && type.Boundary.Value?.Trim('"') is { Length: > 0 and <= 200 } boundary ? boundary : null;

    /// <summary>Offset of the boundary before the first file or the end of the form; -1 when it has not come yet.</summary>
    private static int EndOfFields(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> boundary)
    {
        var at = 0;
        while (true)
        {
            var start = bytes[at..].IndexOf(boundary);
            if (start < 0)
            {
                return -1;
            }

            start += at;
            var part = bytes[(start + boundary.Length)..];
            if (part.StartsWith("--"u8))
            {
                return start;
            }

            var headers = part.IndexOf("\r\n\r\n"u8);
            if (headers < 0)
            {
                return -1;
            }

            if (part[..headers].IndexOf("filename"u8) >= 0)
            {
                return start;
            }

            at = start + boundary.Length + headers + 4;
        }
    }

    private static FormHead Split(ReadOnlySpan<byte> head, ReadOnlySpan<byte> boundary, Func<string, bool> isOurs)
    {
        var kept = new ArrayBufferWriter<byte>(head.Length + 1);
        var fields = new List<(string Name, string Value)>();
        var at = 0;
        while (at < head.Length)
        {
            var next = head[(at + boundary.Length)..].IndexOf(boundary);
            var end = next < 0 ? head.Length : at + boundary.Length + next;
            var part = head[at..end];
            var body = part.IndexOf("\r\n\r\n"u8);
            var name = body < 0 ? "" : NameOf(Encoding.UTF8.GetString(part[..body]));
            if (body >= 0 && part[..body].IndexOf("filename"u8) < 0)
            {
                fields.Add((name, Encoding.UTF8.GetString(part[(body + 4)..]).TrimEnd('\r', '\n')));
            }

            if (!isOurs(name))
            {
                kept.Write(part);
            }

            at = end;
        }

        var form = new FormHead(kept.WrittenSpan.ToArray(), head.Length);
        foreach (var (name, value) in fields)
        {
            if (!form.Fields.TryAdd(name, value))
            {
                throw ApiException.BadRequest($"The form has the field '{name}' twice.", name);
            }
        }

        return form;
    }

    private static string NameOf(string headers)
    {
        const string Name = "name=";
        var start = headers.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return "";
        }

        var rest = headers[(start + Name.Length)..];
        return rest.StartsWith('"') ? rest[1..].Split('"')[0] : rest.Split(';', '\r')[0].Trim();
    }
}
