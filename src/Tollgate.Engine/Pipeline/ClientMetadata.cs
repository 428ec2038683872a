using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>What a client says about its call: tags, notes for the log, the customer, a session.</summary>
internal sealed class ClientMetadata
{
    private List<string>? _tags;

    /// <summary>Tags of the call; empty when none.</summary>
    public IReadOnlyList<string> Tags => _tags ?? (IReadOnlyList<string>)[];

    /// <summary>Tags came in <c>metadata.tags</c> of the body.</summary>
    public bool HasBodyTags { get; private set; }

    /// <summary><c>spend_logs_metadata</c> as it was sent (an object); empty when absent. Lies in the request's buffer.</summary>
    public ReadOnlyMemory<byte> SpendLogsMetadata { get; private set; }

    /// <summary><c>litellm_metadata.user</c>.</summary>
    public string? User { get; private set; }

    /// <summary><c>metadata.user_id</c>.</summary>
    public string? UserId { get; private set; }

    /// <summary><c>safety_identifier</c>.</summary>
    public string? SafetyIdentifier { get; set; }

    /// <summary><c>session_id</c> or <c>trace_id</c>.</summary>
    public string? SessionId { get; private set; }

    /// <summary>Adds a tag once.</summary>
    public void AddTag(string tag)
    {
        _tags ??= [];
        if (!_tags.Contains(tag))
        {
            _tags.Add(tag);
        }
    }

    /// <summary>Reads a metadata object; anything else is none.</summary>
    /// <param name="body">The body.</param>
    /// <param name="member">The member.</param>
    /// <param name="isOwn">True for <c>litellm_metadata</c>.</param>
    public void Read(ReadOnlyMemory<byte> body, in MemberSpan member, bool isOwn)
    {
        if (member.Kind != JsonKind.Object)
        {
            return;
        }

        var walker = new JsonWalker(body.Span, member.ValueStart);
        while (walker.MoveNext())
        {
            if (walker.NameIs("tags"u8) && walker.Current.Kind == JsonKind.Array)
            {
                ReadTags(body.Span, walker.Current);
            }
            else if (walker.NameIs("spend_logs_metadata"u8) && walker.Current.Kind == JsonKind.Object)
            {
                SpendLogsMetadata = body.Slice(walker.Current.ValueStart, walker.Current.ValueLength);
            }
            else if (isOwn && walker.NameIs("user"u8))
            {
                User = Text(walker.Value);
            }
            else if (walker.NameIs("user_id"u8))
            {
                UserId = Text(walker.Value);
                SessionId ??= SessionIn(UserId);
            }
            else if (walker.NameIs("session_id"u8) || walker.NameIs("trace_id"u8))
            {
                SessionId ??= Text(walker.Value);
            }
        }
    }

    /// <summary>
    /// The session that one client names within its user's id, <c>user_..._account_..._session_...</c>, or an object of the same as text
    /// (llm-api.md 15.1).
    /// </summary>
    private static string? SessionIn(string? user)
    {
        const string mark = "_session_";
        if (user is null || user.Length > 1024)
        {
            return null;
        }

        if (user.StartsWith("user_", StringComparison.Ordinal) && user.LastIndexOf(mark, StringComparison.Ordinal) is > 0 and var at)
        {
            return user[(at + mark.Length)..] is { Length: > 0 } session ? session : null;
        }

        var json = System.Text.Encoding.UTF8.GetBytes(user);
        var members = new JsonMembers();
        return user.StartsWith('{') && JsonScanner.Scan(json, members).IsNone && members.Find(json, "session_id"u8) is >= 0 and var index
            ? Text(json.AsSpan(members[index].ValueStart, members[index].ValueLength))
            : null;
    }

    private void ReadTags(ReadOnlySpan<byte> json, in MemberSpan array)
    {
        var items = new JsonWalker(json, array.ValueStart);
        while (items.MoveNext())
        {
            HasBodyTags = true;
            if (Text(items.Value) is { } tag)
            {
                AddTag(tag);
            }
        }
    }

    private static string? Text(ReadOnlySpan<byte> value) => JsonText.AsString(value) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
