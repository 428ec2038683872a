using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tollgate.Engine.Keys;

namespace Tollgate.Commands.Control;

/// <summary><c>tollgate spend</c> and <c>tollgate spend logs</c>.</summary>
internal sealed class SpendCommand
{
    /// <summary>Days shown without <c>--from</c>, as the reports of the API have it.</summary>
    private const int RecentDays = 30;

    /// <summary>Requests shown without <c>--limit</c>.</summary>
    private const long UsualRows = 50;

    private const string DayFormat = "yyyy-MM-dd";

    private static readonly TableColumn[] Calls =
    [
        new("TIME (UTC)", static row => Cell.Time(row, "startTime")),
        new("MODEL", static row => Cell.Text(row, "model")),
        new("SPEND (USD)", static row => Cell.Money(row, "spend"), IsNumber: true),
        new("INPUT", static row => Cell.Text(row, "prompt_tokens"), IsNumber: true),
        new("OUTPUT", static row => Cell.Text(row, "completion_tokens"), IsNumber: true),
        new("STATUS", static row => Cell.Text(row, "status")),
        new("TEAM", static row => Cell.Text(row, "team_id")),
        new("USER", static row => Cell.Text(row, "user")),
        new("KEY HASH", static row => Cell.Text(row, "api_key")),
        new("REQUEST", static row => Cell.Text(row, "request_id")),
    ];

    private readonly TimeProvider _time;
    private readonly Option<DateOnly?> _from = DayOption("--from", $"First day, UTC; default {RecentDays} days before the last");
    private readonly Option<DateOnly?> _to = DayOption("--to", "Last day, UTC; default today");

    private SpendCommand(TimeProvider time) => _time = time;

    /// <summary>Makes the command.</summary>
    public static Command Create(ControlVerbs verbs, TimeProvider time)
    {
        var spend = new SpendCommand(time);
        var by = new Option<string>("--by") { Description = "What to sum by: key, team, model or day", DefaultValueFactory = static _ => "day" };
        by.AcceptOnlyFromAmong("key", "team", "model", "day");
        var command = verbs.Group("spend", "What was spent, and on what", new SpendCommand(time).LogsVerb(verbs));
        verbs.Add(command, [by, spend._from, spend._to], (session, parsed) => spend.SumAsync(session, parsed, parsed.GetValue(by)!));
        return command;
    }

    private async Task SumAsync(ControlSession session, ParseResult parsed, string by)
    {
        var (from, to) = Days(parsed);
        var path = ControlSession.WithQuery(
            by is "team" ? "/team/daily/activity" : "/user/daily/activity/aggregated", ("start_date", Text(from)), ("end_date", Text(to)));
        var answer = by is "team" ? await session.PagesAsync(path, "results") : await session.GetAsync(path);
        await session.PrintAsync(answer, tables => SpendTable.Print(tables, answer, by));
    }

    private Command LogsVerb(ControlVerbs verbs)
    {
        var limit = new Option<long>("--limit") { Description = "Most requests shown, up to 100", DefaultValueFactory = static _ => UsualRows };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 or > 100)
            {
                result.AddError("--limit is a number from 1 to 100.");
            }
        });
        var model = new Option<string?>("--model") { Description = "Requests for this model" };
        var team = new Option<string?>("--team") { Description = "Requests of this team" };
        var user = new Option<string?>("--user") { Description = "Requests of this user" };
        var caller = new Option<string?>("--virtual_key") { Description = "Requests with this key, or with the key of this hash" };
        return verbs.Verb("logs", "The newest requests", [_from, _to, limit, model, team, user, caller], async (session, parsed) =>
        {
            var (from, to) = Days(parsed);
            var answer = await session.GetAsync(
                "/spend/logs/v2",
                ("start_date", Text(from)),
                ("end_date", Text(to)),
                ("page_size", parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)),
                ("model", parsed.GetValue(model)),
                ("team_id", parsed.GetValue(team)),
                ("user_id", parsed.GetValue(user)),
                ("api_key", parsed.GetValue(caller) is { } key ? KeyText.ToHash(key) : null));
            await session.PrintAsync(answer, tables => tables.List(answer.GetProperty("data").EnumerateArray(), Calls));
        });
    }

    private (DateOnly From, DateOnly To) Days(ParseResult parsed)
    {
        var to = parsed.GetValue(_to) ?? DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        var from = parsed.GetValue(_from) ?? to.AddDays(-RecentDays);
        return from <= to ? (from, to) : throw new ControlPlaneException("--from is later than --to.", ControlPlaneException.Usage);
    }

    private static string Text(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static Option<DateOnly?> DayOption(string name, string description)
        => new(name) { Description = description, CustomParser = ParseDay };

    private static DateOnly? ParseDay(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        result.AddError($"'{text}' is not a day such as 2026-01-31.");
        return null;
    }
}
