using System.CommandLine;

namespace Tollgate.Commands.Control;

/// <summary><c>tollgate users</c>.</summary>
internal static class UsersCommand
{
    private static readonly TableColumn[] Listed =
    [
        new("USER ID", static row => Cell.Text(row, "user_id")),
        new("EMAIL", static row => Cell.Text(row, "user_email")),
        new("ALIAS", static row => Cell.Text(row, "user_alias")),
        new("ROLE", static row => Cell.Text(row, "user_role")),
        new("SPEND (USD)", static row => Cell.Money(row, "spend"), IsNumber: true),
        new("BUDGET (USD)", static row => Cell.Money(row, "max_budget"), IsNumber: true),
        new("PERIOD", static row => Cell.Text(row, "budget_duration")),
        new("CREATED (UTC)", static row => Cell.Time(row, "created_at")),
    ];

    private static readonly TableColumn[] Details =
    [
        .. Listed,
        new("BUDGET RESETS (UTC)", static row => Cell.Time(row, "budget_reset_at")),
        new("MODELS", static row => Cell.Text(row, "models")),
        new("TEAMS", static row => Cell.Text(row, "teams")),
        new("RPM", static row => Cell.Text(row, "rpm_limit")),
        new("TPM", static row => Cell.Text(row, "tpm_limit")),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create(ControlVerbs verbs)
        => verbs.Group("users", "Users", CreateVerb(verbs), ListVerb(verbs), InfoVerb(verbs), DeleteVerb(verbs));

    private static Command CreateVerb(ControlVerbs verbs)
    {
        var flags = new BodyFlags()
            .Text("--id", "user_id", "Id; one is made without")
            .Text("--email", "user_email", "E-mail address")
            .Text("--alias", "user_alias", "Name")
            .Text("--role", "user_role", "proxy_admin, proxy_admin_viewer, internal_user or internal_user_viewer")
            .List("--models", "models", "Models that the user's keys may call")
            .Limits();
        var withKey = new Option<bool>("--with_key") { Description = "Make a key for the user too; it is shown this once" };
        return verbs.Verb("create", "Make a user", [.. flags.Options, withKey], async (session, parsed) =>
        {
            var answer = await session.PostAsync("/user/new", flags.Read(parsed).With("auto_create_key", parsed.GetValue(withKey)));
            await session.PrintAsync(answer, tables =>
            {
                tables.One(answer, Details);
                if (parsed.GetValue(withKey))
                {
                    session.Output.WriteLine("The key, shown only now:");
                    session.Output.WriteLine(Cell.Text(answer, "key"));
                }
            });
        });
    }

    private static Command ListVerb(ControlVerbs verbs) => verbs.Verb("list", "List users", [], async (session, _) =>
    {
        var answer = await session.PagesAsync("/user/list", "users");
        await session.PrintAsync(answer, tables => tables.List((Cell.Find(answer, "users") ?? answer).EnumerateArray(), Listed));
    });

    private static Command InfoVerb(ControlVerbs verbs)
    {
        var id = new Argument<string>("USER") { Description = "Id of the user" };
        return verbs.Verb("info", "Show a user", [id], async (session, parsed) =>
        {
            var answer = await session.GetAsync("/user/info", ("user_id", parsed.GetValue(id)));
            await session.PrintAsync(answer, tables => tables.One(
                answer.GetProperty("user_info"), [.. Details, new("KEYS", _ => $"{Cell.Count(answer, "keys")}")]));
        });
    }

    private static Command DeleteVerb(ControlVerbs verbs)
    {
        var ids = new Argument<string[]>("USER") { Description = "Ids of users", Arity = ArgumentArity.OneOrMore };
        return verbs.Verb("delete", "Delete users with their keys", [ids], async (session, parsed) =>
        {
            var users = parsed.GetValue(ids)!;
            var answer = await session.PostAsync("/user/delete", new JsonBody().With("user_ids", users));
            await session.PrintAsync(answer, $"Deleted {users.Length} {(users.Length == 1 ? "user" : "users")}.");
        });
    }
}
