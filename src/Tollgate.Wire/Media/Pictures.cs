using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media;

/// <summary>What shapes of pictures have in common: sizes, pictures that clients bring, and the form of answers.</summary>
internal static class Pictures
{
    /// <summary>Members of OpenAI's that most other providers have no word for.</summary>
    public static bool IsOnlyOpenAis(string name) => name is "model" or "prompt" or "n" or "size" or "quality" or "response_format" or "style" or "user"
        or "background" or "moderation" or "stream" or "partial_images" or "output_compression" or "output_format" or "input_fidelity" or "image" or "image[]"
        or "images" or "mask";

    /// <summary>How many are asked for; forms have texts where JSON has numbers.</summary>
    /// <exception cref="WireException">It is no number.</exception>
    public static long CountOf(JsonElement request)
    {
        var count = request.Member("n"u8);
        return !count.IsGiven() || count.Text() is "" ? 1
            : count.Count() is { } number ? number
            : int.TryParse(count.Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed
            : throw new WireException("Invalid value for 'n': expected a whole number.", "n");
    }

    /// <summary>Width and height asked for; null when the client leaves them to the model.</summary>
    /// <exception cref="WireException">They are no size.</exception>
    public static (int Width, int Height)? SizeOf(JsonElement request)
    {
        var size = request.Text("size"u8);
        if (size is null or "" or "auto")
        {
            return null;
        }

        return size.Split('x') is [var width, var height]
            && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var w)
            && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var h) && w > 0 && h > 0
                ? (w, h)
                : throw new WireException("Invalid value for 'size': expected <width>x<height> or auto.", "size");
    }

    /// <summary>The ratio that is nearest to the size asked for; null when the client leaves it to the model.</summary>
    /// <param name="request">The client's body; a ratio in <c>size</c> or <c>aspect_ratio</c> counts as it stands.</param>
    /// <param name="ratios">Those that the model knows: <c>16:9</c>.</param>
    public static string? RatioOf(JsonElement request, params ReadOnlySpan<string> ratios)
    {
        if ((request.Text("aspect_ratio"u8) ?? request.Text("aspectRatio"u8)) is { Length: > 0 } own)
        {
            return own;
        }

        if (request.Text("size"u8) is { } size && size.Contains(':', StringComparison.Ordinal))
        {
            return size;
        }

        if (SizeOf(request) is not { } asked)
        {
            return null;
        }

        var nearest = ratios[0];
        foreach (var ratio in ratios)
        {
            nearest = Distance(ratio, asked) < Distance(nearest, asked) ? ratio : nearest;
        }

        return nearest;
    }

    /// <summary>Pictures in a client's request: files of a form, else data URIs in a JSON body.</summary>
    /// <param name="request">The client's body.</param>
    /// <param name="files">Files of its form.</param>
    /// <param name="name"><c>image</c> or <c>mask</c>.</param>
    /// <exception cref="WireException">A picture is given as an address.</exception>
    public static IReadOnlyList<(string MediaType, string Base64)> Of(JsonElement request, IReadOnlyList<MediaFile> files, string name)
    {
        var found = new List<(string, string)>();
        foreach (var file in files)
        {
            if (file.Is(name))
            {
                found.Add((TypeOf(file.MediaType), Convert.ToBase64String(file.Bytes.Span)));
            }
        }

        if (found.Count > 0)
        {
            return found;
        }

        foreach (var member in request.EnumerateObject())
        {
            if (string.Equals(member.Name.TrimEnd('s', '[', ']'), name, StringComparison.Ordinal))
            {
                Add(member.Value, name, found);
            }
        }

        return found;
    }

    /// <summary>Writes an answer of pictures in base64.</summary>
    public static void WriteBase64(Utf8JsonWriter json, IEnumerable<string> pictures)
    {
        json.WriteStartArray("data"u8);
        foreach (var picture in pictures)
        {
            json.WriteStartObject();
            json.WriteString("b64_json"u8, picture);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an answer of pictures at addresses.</summary>
    public static void WriteUrls(Utf8JsonWriter json, IEnumerable<string> addresses)
    {
        json.WriteStartArray("data"u8);
        foreach (var address in addresses)
        {
            json.WriteStartObject();
            json.WriteString("url"u8, address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static double Distance(string ratio, (int Width, int Height) size)
    {
        var colon = ratio.IndexOf(':', StringComparison.Ordinal);
        var width = double.Parse(ratio.AsSpan(0, colon), CultureInfo.InvariantCulture);
        var height = double.Parse(ratio.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        return Math.Abs(Math.Log(width / height) - Math.Log((double)size.Width / size.Height));
    }

    private static void Add(JsonElement value, string name, List<(string, string)> found)
    {
        if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                Add(item, name, found);
            }
        }
        else if ((value.Text() ?? value.Text("image_url"u8) ?? value.Text("url"u8)) is { Length: > 0 } url)
        {
            var source = MediaSource.FromUrl(url);
            found.Add(source.Base64.IsEmpty
                ? throw new WireException($"Invalid value for '{name}': send a file, or a data URI with the picture in base64.", name)
                : (TypeOf(source.MediaType), System.Text.Encoding.ASCII.GetString(source.Base64.Span)));
        }
    }

    private static string TypeOf(string? type) => type is null || !type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? "image/png" : type;
}
