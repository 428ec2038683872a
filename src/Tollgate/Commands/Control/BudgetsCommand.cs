using System.CommandLine;

namespace Tollgate.Commands.Control;

/// <summary><c>tollgate budgets</c>.</summary>
internal static class BudgetsCommand
{
    private static readonly TableColumn[] Columns =
    [
        new("BUDGET ID", static row => Cell.Text(row, "budget_id")),
        new("BUDGET (USD)", static row => Cell.Money(row, "max_budget"), IsNumber: true),
        new("SOFT (USD)", static row => Cell.Money(row, "soft_budget"), IsNumber: true),
        new("PERIOD", static row => Cell.Text(row, "budget_duration")),
        new("RESETS (UTC)", static row => Cell.Time(row, "budget_reset_at")),
        new("RPM", static row => Cell.Text(row, "rpm_limit"), IsNumber: true),
        new("TPM", static row => Cell.Text(row, "tpm_limit"), IsNumber: true),
        new("PARALLEL", static row => Cell.Text(row, "max_parallel_requests"), IsNumber: true),
        new("CREATED (UTC)", static row => Cell.Time(row, "created_at")),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create(ControlVerbs verbs) => verbs.Group(
        "budgets", "Budgets that keys, members, customers and organizations follow", CreateVerb(verbs), ListVerb(verbs), InfoVerb(verbs), DeleteVerb(verbs));

    private static Command CreateVerb(ControlVerbs verbs)
    {
        var flags = new BodyFlags()
            .Text("--id", "budget_id", "Id; one is made without")
            .Limits()
            .Amount("--soft_budget", "soft_budget", "Spend above which an alert is sent, USD")
            .Whole("--max_parallel_requests", "max_parallel_requests", "Requests at once");
        return verbs.Verb("create", "Make a budget", flags.Options, async (session, parsed) =>
        {
            var answer = await session.PostAsync("/budget/new", flags.Read(parsed));
            await session.PrintAsync(answer, tables => tables.One(answer, Columns));
        });
    }

    private static Command ListVerb(ControlVerbs verbs) => verbs.Verb("list", "List budgets", [], async (session, _) =>
    {
        var answer = await session.GetAsync("/budget/list");
        await session.PrintAsync(answer, tables => tables.List(answer.EnumerateArray(), Columns));
    });

    private static Command InfoVerb(ControlVerbs verbs)
    {
        var id = new Argument<string>("BUDGET") { Description = "Id of the budget" };
        return verbs.Verb("info", "Show a budget", [id], async (session, parsed) =>
        {
            var answer = await session.PostAsync("/budget/info", new JsonBody().With("budgets", new[] { parsed.GetValue(id)! }));
            if (answer.GetArrayLength() == 0)
            {
                throw new ControlPlaneException($"There is no budget '{parsed.GetValue(id)}'.");
            }

            await session.PrintAsync(answer, tables => tables.One(answer[0], Columns));
        });
    }

    private static Command DeleteVerb(ControlVerbs verbs)
    {
        var id = new Argument<string>("BUDGET") { Description = "Id of the budget" };
        return verbs.Verb("delete", "Delete a budget; what followed it has no such limit any more", [id], async (session, parsed) =>
        {
            var answer = await session.PostAsync("/budget/delete", new JsonBody().With("id", parsed.GetValue(id)));
            await session.PrintAsync(answer, $"Deleted budget {parsed.GetValue(id)}.");
        });
    }
}
