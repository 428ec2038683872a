using System.Text;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Media.Videos;

/// <summary>What stands behind an id of a film, or of a character in films.</summary>
/// <param name="Provider">Slug.</param>
/// <param name="DeploymentId">Deployment that made it; in ids of LiteLLM's it may be the model.</param>
/// <param name="Id">The provider's own id.</param>
/// <param name="Model">Model as the client named it, where that is an alias or one of many; null for the deployment's group.</param>
internal sealed record VideoId(string Provider, string DeploymentId, string Id, string? Model);

/// <summary>
/// Ids of films that say who made them, so that whoever asks again is led to the same place (llm-api.md 13.9): a prefix, then base64url of
/// <c>litellm:custom_llm_provider:P;model_id:M;video_id:ID</c>. They are stateless and not secret: rights are those of the model.
/// </summary>
internal static class VideoIds
{
    private const string Film = "video_";
    private const string Character = "char_";
    private const string Start = "litellm:custom_llm_provider:";
    private const string ModelMark = ";model_id:";
    private const string FilmMark = ";video_id:";
    private const string CharacterMark = ";character_id:";
    private const string NameMark = ";model:";

    /// <summary>No id that anybody makes is longer.</summary>
    private const int Longest = 8192;

    /// <summary>Encodes ids of films that a deployment makes.</summary>
    /// <param name="deployment">Who makes them.</param>
    /// <param name="model">Model as the client named it.</param>
    public static Func<string, string> EncoderFor(Deployment deployment, string model)
    {
        var name = string.Equals(deployment.Config.ModelGroup, model, StringComparison.Ordinal) ? null : model;
        return id => Encode(new VideoId(deployment.Connection.Provider, deployment.Id, id, name));
    }

    /// <summary>The id of a film; one that says who made it stays as it is.</summary>
    public static string Encode(VideoId video) => TryDecode(video.Id) is null ? Film + Text(video, FilmMark) : video.Id;

    /// <summary>The id of a character.</summary>
    public static string EncodeCharacter(VideoId character) => TryDecode(character.Id) is null ? Character + Text(character, CharacterMark) : character.Id;

    /// <summary>What stands behind an id; null for a provider's own.</summary>
    public static VideoId? TryDecode(string id)
    {
        var prefix = id.StartsWith(Film, StringComparison.Ordinal) ? Film : id.StartsWith(Character, StringComparison.Ordinal) ? Character
            : id.StartsWith("character_", StringComparison.Ordinal) ? "character_" : null;
        if (prefix is null || id.Length > Longest || Plain(id[prefix.Length..]) is not { } text || !text.StartsWith(Start, StringComparison.Ordinal))
        {
            return null;
        }

        var model = text.IndexOf(ModelMark, StringComparison.Ordinal);
        var (mark, film) = text.IndexOf(FilmMark, StringComparison.Ordinal) is >= 0 and var at
            ? (FilmMark, at) : (CharacterMark, text.IndexOf(CharacterMark, StringComparison.Ordinal));
        if (model < 0 || film < model)
        {
            return null;
        }

        var name = text.LastIndexOf(NameMark, StringComparison.Ordinal);
        var end = name > film ? name : text.Length;
        var own = text[(film + mark.Length)..end];
        return own.Length == 0 ? null
            : new VideoId(text[Start.Length..model], text[(model + ModelMark.Length)..film], own, name > film ? text[(name + NameMark.Length)..] : null);
    }

    private static string Text(VideoId video, string mark)
    {
        var text = $"{Start}{video.Provider}{ModelMark}{video.DeploymentId}{mark}{video.Id}{(video.Model is null ? "" : NameMark + video.Model)}";
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    /// <summary>LiteLLM writes the other alphabet, with padding.</summary>
    private static string? Plain(string base64)
    {
        var text = base64.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : null;
    }
}
