using System.CommandLine;
using System.Text.Json;
using Tollgate.Engine.Keys;

namespace Tollgate.Commands.Control;

/// <summary><c>tollgate keys</c>.</summary>
internal static class KeysCommand
{
    private const int HashLength = 64;

    private static readonly TableColumn[] Listed =
    [
        new("ALIAS", static row => Cell.Text(row, "key_alias")),
        new("KEY", static row => Cell.Text(row, "key_name")),
        new("TEAM", static row => Cell.Text(row, "team_id")),
        new("USER", static row => Cell.Text(row, "user_id")),
        new("SPEND (USD)", static row => Cell.Money(row, "spend"), IsNumber: true),
        new("BUDGET (USD)", static row => Cell.Money(row, "max_budget"), IsNumber: true),
        new("PERIOD", static row => Cell.Text(row, "budget_duration")),
        new("EXPIRES (UTC)", static row => Cell.Time(row, "expires")),
        new("BLOCKED", static row => Cell.Flag(row, "blocked")),
        new("HASH", static row => Cell.Text(row, "token")),
    ];

    private static readonly TableColumn[] Details =
    [
        .. Listed[..^1],
        new("BUDGET RESETS (UTC)", static row => Cell.Time(row, "budget_reset_at")),
        new("MODELS", static row => Cell.Text(row, "models")),
        new("RPM", static row => Cell.Text(row, "rpm_limit")),
        new("TPM", static row => Cell.Text(row, "tpm_limit")),
        new("PARALLEL", static row => Cell.Text(row, "max_parallel_requests")),
        new("METADATA", static row => Cell.Text(row, "metadata")),
        new("CREATED (UTC)", static row => Cell.Time(row, "created_at")),
        new("LAST USED (UTC)", static row => Cell.Time(row, "last_active")),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create(ControlVerbs verbs) => verbs.Group(
        "keys", "Virtual keys", CreateVerb(verbs), ListVerb(verbs), InfoVerb(verbs), BlockVerb(verbs, "block"), BlockVerb(verbs, "unblock"), DeleteVerb(verbs));

    private static Command CreateVerb(ControlVerbs verbs)
    {
        var flags = new BodyFlags()
            .Text("--alias", "key_alias", "Name of the key")
            .Text("--user", "user_id", "User who owns it")
            .Text("--team", "team_id", "Team that it belongs to")
            .List("--models", "models", "Models that it may call")
            .Limits()
            .Whole("--max_parallel_requests", "max_parallel_requests", "Requests at once")
            .Text("--duration", "duration", "How long it is valid: 12h, 30d; without it for ever")
            .Text("--budget", "budget_id", "Budget that it follows")
            .List("--tags", "tags", "Tags for its calls")
            .Json("--metadata", "metadata", "Free data about it");
        return verbs.Verb("create", "Make a key; it is shown this once", flags.Options, async (session, parsed) =>
        {
            var answer = await session.PostAsync("/key/generate", flags.Read(parsed));
            await session.PrintAsync(answer, tables =>
            {
                tables.One(answer, [.. Details.Where(static column => column.Title is not "KEY" and not "LAST USED (UTC)")]);
                session.Output.WriteLine("The key, shown only now:");
                session.Output.WriteLine(Cell.Text(answer, "key"));
            });
        });
    }

    private static Command ListVerb(ControlVerbs verbs)
    {
        var team = new Option<string?>("--team") { Description = "Keys of this team" };
        var user = new Option<string?>("--user") { Description = "Keys of this user" };
        return verbs.Verb("list", "List keys", [team, user], async (session, parsed) =>
        {
            var path = ControlSession.WithQuery(
                "/key/list?return_full_object=true", ("team_id", parsed.GetValue(team)), ("user_id", parsed.GetValue(user)));
            var answer = await session.PagesAsync(path, "keys", "size");
            await session.PrintAsync(answer, tables => tables.List(answer.GetProperty("keys").EnumerateArray(), Listed));
        });
    }

    private static Command InfoVerb(ControlVerbs verbs)
    {
        var key = KeyArgument();
        return verbs.Verb("info", "Show a key", [key], async (session, parsed) =>
        {
            var answer = await session.GetAsync("/key/info", ("key", await HashOfAsync(session, parsed.GetValue(key)!)));
            await session.PrintAsync(answer, tables => tables.One(answer.GetProperty("info"), Details));
        });
    }

    private static Command BlockVerb(ControlVerbs verbs, string verb)
    {
        var key = KeyArgument();
        var description = verb is "block" ? "Refuse all calls with a key" : "Let a blocked key call again";
        return verbs.Verb(verb, description, [key], async (session, parsed) =>
        {
            var hash = await HashOfAsync(session, parsed.GetValue(key)!);
            var answer = await session.PostAsync("/key/" + verb, new JsonBody().With("key", hash));
            await session.PrintAsync(answer, $"Key {Name(answer, hash)} is {verb}ed.");
        });
    }

    private static Command DeleteVerb(ControlVerbs verbs)
    {
        var keys = new Argument<string[]>("KEY") { Description = KeyDescription, Arity = ArgumentArity.OneOrMore };
        return verbs.Verb("delete", "Delete keys", [keys], async (session, parsed) =>
        {
            var hashes = new List<string>();
            foreach (var key in parsed.GetValue(keys)!)
            {
                hashes.Add(await HashOfAsync(session, key));
            }

            var answer = await session.PostAsync("/key/delete", new JsonBody().With("keys", hashes.ToArray()));
            await session.PrintAsync(answer, $"Deleted {hashes.Count} {(hashes.Count == 1 ? "key" : "keys")}.");
        });
    }

    private const string KeyDescription = "The key, its hash or its alias";

    private static Argument<string> KeyArgument() => new("KEY") { Description = KeyDescription };

    /// <summary>The hash of a key: the key itself is in no address and in no log.</summary>
    private static async Task<string> HashOfAsync(ControlSession session, string key)
    {
        if (key.StartsWith("sk-", StringComparison.Ordinal) || (key.Length == HashLength && key.All(char.IsAsciiHexDigitLower)))
        {
            return KeyText.ToHash(key);
        }

        var path = ControlSession.WithQuery("/key/list?return_full_object=true", ("key_alias", key));
        var found = (await session.PagesAsync(path, "keys", "size")).GetProperty("keys").EnumerateArray()
            .Where(row => string.Equals(Cell.Text(row, "key_alias"), key, StringComparison.Ordinal)).ToList();
        return found.Count switch
        {
            1 => Cell.Text(found[0], "token"),
            0 => throw new ControlPlaneException($"No key has the alias '{key}'."),
            _ => throw new ControlPlaneException($"{found.Count} keys have the alias '{key}'; give the hash of one."),
        };
    }

    private static string Name(JsonElement row, string hash) => Cell.Find(row, "key_alias")?.ToString() is { Length: > 0 } alias ? $"'{alias}'" : hash;
}
