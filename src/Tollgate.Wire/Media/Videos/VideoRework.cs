using System.Buffers;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Videos;

/// <summary>OpenAI's calls that make a film from another (remix, edit, extension): they name a film, and no model.</summary>
public sealed class VideoRework : MediaShape
{
    private readonly bool _isForm;

    private VideoRework(bool isForm) => _isForm = isForm;

    /// <summary>Those with a JSON body.</summary>
    public static VideoRework Json { get; } = new(isForm: false);

    /// <summary>Those that bring the film as a file.</summary>
    public static VideoRework Form { get; } = new(isForm: true);

    /// <inheritdoc/>
    public override bool ReadsAnswers => false;

    /// <inheritdoc/>
    public override MediaRequest Write(JsonElement request, TargetModel target)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, HubJson.Writing))
        {
            json.WriteStartObject();
            foreach (var member in request.EnumerateObject())
            {
                if (member.Name is not "model")
                {
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                }
            }

            json.WriteEndObject();
        }

        return new MediaRequest(_isForm ? MediaBody.Form : MediaBody.Json, body.WrittenMemory);
    }
}
