using System.Text;

namespace Tollgate.Wire.Responses;

/// <summary>
/// An answer's id as clients hold it: who gave it stands inside, so that whoever comes back with it is led to the same deployment, through any
/// replica (08-bridges.md section 2.5).
/// </summary>
/// <param name="Provider">Slug of the provider.</param>
/// <param name="DeploymentId">The deployment.</param>
/// <param name="Upstream">The id that the upstream knows.</param>
public sealed record ResponseId(string Provider, string DeploymentId, string Upstream)
{
    private const string Prefix = "resp_";
    private const string ProviderMark = "litellm:custom_llm_provider:";
    private const string DeploymentMark = ";model_id:";
    private const string UpstreamMark = ";response_id:";
    private const string UserMark = ";user_id:";
    private const string TeamMark = ";team_id:";

    /// <summary>The user whose answer it is; null for nobody's.</summary>
    public string? UserId { get; init; }

    /// <summary>The team whose answer it is; null for none's.</summary>
    public string? TeamId { get; init; }

    /// <summary>What the id holds, as text.</summary>
    public string Text => MakeText();

    /// <summary>The id as clients are told where nothing is to be hidden.</summary>
    public string Encode() => Prefix + Convert.ToBase64String(Encoding.UTF8.GetBytes(Text));

    /// <summary>Takes an id apart; null for one that was not made here (an upstream's own).</summary>
    public static ResponseId? TryDecode(string id)
        => id.StartsWith(Prefix, StringComparison.Ordinal) && Decoded(id[Prefix.Length..]) is { } text ? TryRead(text) : null;

    private string MakeText()
    {
        var text = new StringBuilder().Append(ProviderMark).Append(Provider).Append(DeploymentMark).Append(DeploymentId)
            .Append(UpstreamMark).Append(Upstream);
        if (UserId is not null || TeamId is not null)
        {
            text.Append(UserMark).Append(UserId).Append(TeamMark).Append(TeamId);
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Text"/> says; null for anything else.</summary>
    public static ResponseId? TryRead(string text)
    {
        if (!text.StartsWith(ProviderMark, StringComparison.Ordinal))
        {
            return null;
        }

        var deployment = text.IndexOf(DeploymentMark, StringComparison.Ordinal);
        var upstream = deployment < 0 ? -1 : text.IndexOf(UpstreamMark, deployment, StringComparison.Ordinal);
        if (upstream < 0)
        {
            return null;
        }

        var user = text.IndexOf(UserMark, upstream, StringComparison.Ordinal);
        var team = user < 0 ? -1 : text.IndexOf(TeamMark, user, StringComparison.Ordinal);
        var end = user < 0 ? text.Length : user;
        return new ResponseId(
            text[ProviderMark.Length..deployment],
            text[(deployment + DeploymentMark.Length)..upstream],
            text[(upstream + UpstreamMark.Length)..end])
        {
            UserId = team < 0 ? null : Given(text[(user + UserMark.Length)..team]),
            TeamId = team < 0 ? null : Given(text[(team + TeamMark.Length)..]),
        };
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static string? Decoded(string base64)
    {
        // Clients and proxies lose the padding, or make it safe for addresses.
        var padded = base64.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
