using System.Buffers;
using System.Text;

namespace Tollgate.Wire.Hub;

/// <summary>Data URIs (RFC 2397), as forgiving as the providers' clients are sloppy (09-cross-cutting.md section 6).</summary>
public static class DataUri
{
    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <summary>Reads one.</summary>
    /// <param name="uri">The text, from <c>data:</c> on.</param>
    /// <param name="mediaType">Overrides the type that it names; null for none.</param>
    /// <exception cref="WireException">It has no comma, or its base64 is broken.</exception>
    public static MediaSource Read(string uri, string? mediaType = null)
    {
        var comma = uri.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
        {
            throw new WireException("A data URI must have the form data:<media type>;base64,<data>.");
        }

        var head = uri.AsSpan(5, comma - 5);
        var semicolon = head.IndexOf(';');
        var named = (semicolon < 0 ? head : head[..semicolon]).Trim().ToString();
        var data = uri.AsSpan(comma + 1);
        if (!head.EndsWith("base64", StringComparison.OrdinalIgnoreCase))
        {
            var text = Uri.UnescapeDataString(data.ToString());
            return MediaSource.FromBase64(
                mediaType ?? (named.Length > 0 ? named : "text/plain"), Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        }

        var clean = Clean(data);
        return MediaSource.FromBase64(mediaType ?? (named.Length > 0 ? named : MediaTypes.Sniff(clean)), clean);
    }

    /// <summary>Makes one.</summary>
    public static string Of(string mediaType, ReadOnlySpan<byte> bytes) => $"data:{mediaType};base64,{Convert.ToBase64String(bytes)}";

    /// <summary>
    /// Base64 in its standard form: white space gone, the URL-safe alphabet translated, padding completed.
    /// </summary>
    /// <exception cref="WireException">There is anything else in it.</exception>
    public static byte[] Clean(ReadOnlySpan<char> base64)
    {
        var clean = new byte[base64.Length + 3];
        var length = 0;
        if (!base64.ContainsAnyExcept(Base64Characters))
        {
            length = Encoding.ASCII.GetBytes(base64, clean);
        }
        else
        {
            foreach (var character in base64)
            {
                if (char.IsWhiteSpace(character))
                {
                    continue;
                }

                clean[length++] = character switch
                {
                    '-' => (byte)'+',
                    '_' => (byte)'/',
                    _ when Base64Characters.Contains(character) => (byte)character,
                    _ => throw new WireException("The base64 data of a media part holds characters that base64 has not."),
                };
            }
        }

        while (length % 4 != 0)
        {
            if (length % 4 == 1)
            {
                // No padding completes it: whether it is an image all the same is for the provider to say (10-wire-examples.md).
                break;
            }

            clean[length++] = (byte)'=';
        }

        return clean[..length];
    }
}
