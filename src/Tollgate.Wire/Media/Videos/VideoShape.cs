using System.Globalization;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Media.Videos;

/// <summary>Films of a provider that has them in words of its own: asked for by one request, told about by others.</summary>
public abstract class VideoShape : MediaShape
{
    private const string Reference = "input_reference";

    /// <summary>Longest film that anybody makes at once; a request for more is a mistake.</summary>
    private const long MostSeconds = 3600;

    /// <inheritdoc/>
    public sealed override bool TakesFiles => true;

    /// <inheritdoc/>
    public sealed override MediaRequest Write(JsonElement request, TargetModel target) => Write(request, [], target);

    /// <inheritdoc/>
    public sealed override void Read(JsonElement answer, JsonElement request, Utf8JsonWriter json)
    {
        var task = ReadTask(answer, id: null);
        if (task is { Status: VideoStatus.Failed })
        {
            throw new MediaRefusedException(task.Failure ?? "The film was not made.");
        }

        task.WriteTo(json, request.Text("model"u8), SecondsOf(request) ?? UsualSeconds, request.Text("size"u8));
    }

    /// <summary>What a provider says of a film.</summary>
    /// <param name="answer">Its answer: to the request that asked for the film, or to one about it.</param>
    /// <param name="id">The film's id where it is known; null for the first answer.</param>
    /// <exception cref="WireException">It is no answer of the provider.</exception>
    public abstract VideoTask ReadTask(JsonElement answer, string? id);

    /// <summary>Length of a film where nobody asks for one; it is what is paid for.</summary>
    protected abstract long UsualSeconds { get; }

    /// <summary>What is to be seen.</summary>
    /// <exception cref="WireException">There is nothing.</exception>
    private protected static string PromptOf(JsonElement request)
        => request.Text("prompt"u8) ?? throw new WireException("Missing required parameter: 'prompt'.", "prompt");

    /// <summary>Length asked for, in OpenAI's word or in one of the providers'; null when the client leaves it to the model.</summary>
    /// <exception cref="WireException">It is no length.</exception>
    private protected static long? SecondsOf(JsonElement request)
    {
        foreach (var name in (ReadOnlySpan<string>)["seconds", "duration", "durationSeconds", "duration_seconds"])
        {
            if (!request.TryGetProperty(name, out var value) || !value.IsGiven() || value.Text() is "")
            {
                continue;
            }

            var seconds = value.Count()
                ?? (long.TryParse(value.Text()?.TrimEnd('s'), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0);
            return seconds is > 0 and <= MostSeconds ? seconds : throw new WireException($"Invalid value for '{name}': expected a whole number of seconds.", name);
        }

        return null;
    }

    /// <summary>A picture that the film goes out from; null for none.</summary>
    /// <exception cref="WireException">It cannot be sent on.</exception>
    private protected static MediaSource? PictureOf(JsonElement request, IReadOnlyList<MediaFile> files)
    {
        foreach (var file in files)
        {
            if (file.Is(Reference))
            {
                return MediaSource.FromBytes(file.MediaType ?? MediaTypes.OfBytes(file.Bytes.Span) ?? "image/png", file.Bytes.ToArray());
            }
        }

        var given = request.Member("input_reference"u8);
        if (given.Text("file_id"u8) is not null)
        {
            throw new WireException("Invalid value for 'input_reference': the provider knows no files of OpenAI's; send the picture or its address.", Reference);
        }

        var address = given.Text() ?? given.Text("image_url"u8) ?? given.Member("image_url"u8).Text("url"u8) ?? given.Text("url"u8);
        return address is { Length: > 0 } ? MediaSource.FromUrl(address) : null;
    }

    /// <summary>The picture's address, for providers that must be given its bytes.</summary>
    private protected static (string Name, string Url)? PictureToFetch(JsonElement request)
        => PictureOf(request, []) is { Url: { } url } ? (Reference, url) : null;

    /// <summary>One film a call is made: what several would cost is paid by nobody.</summary>
    /// <exception cref="WireException">More are asked for.</exception>
    private protected static void RequireOne(JsonElement request, TargetModel target)
    {
        if (Pictures.CountOf(request) > 1)
        {
            throw new WireException($"{target.Provider} makes one film a call.", "n");
        }
    }

    /// <summary>Writes members that are the provider's own; those that OpenAI has, and those that would change what is paid, are left out.</summary>
    private protected static void WriteOwn(JsonElement request, Utf8JsonWriter json, params ReadOnlySpan<string> written)
    {
        foreach (var member in request.EnumerateObject())
        {
            if (!IsKnown(member.Name) && !written.Contains(member.Name))
            {
                json.WritePropertyName(member.Name);
                json.WriteElement(member.Value);
            }
        }
    }

    private static bool IsKnown(string name) => name is "model" or "prompt" or "seconds" or "size" or Reference or "n" or "user" or "characters" or "metadata"
        or "duration" or "durationSeconds" or "duration_seconds" or "num_videos" or "num_samples" or "sampleCount" or "sample_count" or "numberOfVideos"
        or "number_of_videos" or "quality" or "response_format";
}
