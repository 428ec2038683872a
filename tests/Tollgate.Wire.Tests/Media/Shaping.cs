using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Shapes at work.</summary>
internal static class Shaping
{
    public static MediaRequest Ask(this MediaShape shape, string request, string model = "m", params MediaFile[] files)
    {
        var target = new TargetModel { Provider = "p", Model = model };
        var root = JsonDocument.Parse(request).RootElement;
        return files.Length > 0 ? shape.Write(root, files, target) : shape.Write(root, target);
    }

    public static string Text(this MediaRequest request) => Encoding.UTF8.GetString(request.Json.Span);

    public static string Tell(this MediaShape shape, string answer, string request = "{}")
    {
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, HubJson.Writing))
        {
            shape.Read(JsonDocument.Parse(answer).RootElement, JsonDocument.Parse(request).RootElement, json);
        }

        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    public static Sound Hear(this MediaShape shape, string answer, string request = "{}")
        => shape.ReadSound(JsonDocument.Parse(answer).RootElement, JsonDocument.Parse(request).RootElement);

    public static MediaFile Picture(string name, string text, string? type = "image/png") => new(name, type, Encoding.ASCII.GetBytes(text));
}
