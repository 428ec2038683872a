using System.CommandLine;
using System.Text.Json;

namespace Tollgate.Commands.Control;

/// <summary><c>tollgate teams</c>.</summary>
internal static class TeamsCommand
{
    private static readonly TableColumn[] Listed =
    [
        new("TEAM ID", static row => Cell.Text(row, "team_id")),
        new("ALIAS", static row => Cell.Text(row, "team_alias")),
        new("MEMBERS", static row => $"{Cell.Count(row, "members_with_roles")}", IsNumber: true),
        new("SPEND (USD)", static row => Cell.Money(row, "spend"), IsNumber: true),
        new("BUDGET (USD)", static row => Cell.Money(row, "max_budget"), IsNumber: true),
        new("PERIOD", static row => Cell.Text(row, "budget_duration")),
        new("BLOCKED", static row => Cell.Flag(row, "blocked")),
        new("CREATED (UTC)", static row => Cell.Time(row, "created_at")),
    ];

    private static readonly TableColumn[] Details =
    [
        .. Listed,
        new("BUDGET RESETS (UTC)", static row => Cell.Time(row, "budget_reset_at")),
        new("MODELS", static row => Cell.Text(row, "models")),
        new("RPM", static row => Cell.Text(row, "rpm_limit")),
        new("TPM", static row => Cell.Text(row, "tpm_limit")),
    ];

    private static readonly TableColumn[] Members =
    [
        new("MEMBER", static row => Cell.Text(row, "user_id")),
        new("EMAIL", static row => Cell.Text(row, "user_email")),
        new("ROLE", static row => Cell.Text(row, "role")),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create(ControlVerbs verbs)
        => verbs.Group("teams", "Teams and their members", CreateVerb(verbs), ListVerb(verbs), InfoVerb(verbs), AddMemberVerb(verbs));

    private static Command CreateVerb(ControlVerbs verbs)
    {
        var flags = new BodyFlags()
            .Text("--alias", "team_alias", "Name of the team")
            .Text("--id", "team_id", "Id; one is made without")
            .List("--models", "models", "Models that the team's keys may call")
            .Limits()
            .Json("--metadata", "metadata", "Free data about it");
        return verbs.Verb("create", "Make a team", flags.Options, async (session, parsed) =>
        {
            var answer = await session.PostAsync("/team/new", flags.Read(parsed));
            await session.PrintAsync(answer, tables => tables.One(answer, Details));
        });
    }

    private static Command ListVerb(ControlVerbs verbs) => verbs.Verb("list", "List teams", [], async (session, _) =>
    {
        var answer = await session.PagesAsync("/v2/team/list", "teams");
        await session.PrintAsync(answer, tables => tables.List(answer.GetProperty("teams").EnumerateArray(), Listed));
    });

    private static Command InfoVerb(ControlVerbs verbs)
    {
        var id = new Argument<string>("TEAM") { Description = "Id of the team" };
        return verbs.Verb("info", "Show a team and its members", [id], async (session, parsed) =>
        {
            var answer = await session.GetAsync("/team/info", ("team_id", parsed.GetValue(id)));
            await session.PrintAsync(answer, tables => Print(tables, answer.GetProperty("team_info"), Cell.Count(answer, "keys")));
        });
    }

    private static Command AddMemberVerb(ControlVerbs verbs)
    {
        var team = new Argument<string>("TEAM") { Description = "Id of the team" };
        var user = new Argument<string>("USER") { Description = "Id of the user, who is made when there is none; or an e-mail address" };
        var role = new Option<string>("--role") { Description = "Role in the team: user or admin", DefaultValueFactory = static _ => "user" };
        role.AcceptOnlyFromAmong("user", "admin");
        var flags = new BodyFlags().Amount("--max_budget", "max_budget_in_team", "Most that the member may spend in the team, USD");
        return verbs.Verb("add-member", "Add a member to a team", [team, user, role, .. flags.Options], async (session, parsed) =>
        {
            var name = parsed.GetValue(user)!;
            var member = new JsonBody().With(name.Contains('@', StringComparison.Ordinal) ? "user_email" : "user_id", name)
                .With("role", parsed.GetValue(role));
            var id = parsed.GetValue(team)!;
            var answer = await session.PostAsync("/team/member_add", flags.Read(parsed).With("team_id", id).With("member", member));
            await session.PrintAsync(answer, $"{name} is a member of team {id}.");
        });
    }

    private static void Print(TablePrinter tables, JsonElement team, int keys)
    {
        tables.One(team, [.. Details, new("KEYS", _ => $"{keys}")]);
        if (Cell.Count(team, "members_with_roles") > 0)
        {
            tables.List(team.GetProperty("members_with_roles").EnumerateArray(), Members);
        }
    }
}
