using System.Globalization;
using Tollgate.Compat.Tests.Gateway;
using Tollgate.Data.Rows;
using Tollgate.Mock;
using Tollgate.Testing;

namespace Tollgate.Compat.Tests.Guides;

/// <summary>Runs a guide's commands against a gateway of their own, through the real shell, curl, jq and psql.</summary>
internal sealed class GuideRun : IAsyncDisposable
{
    // What is written in the background is there within ten seconds at most; then a little for a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables;
    private readonly Dictionary<string, string> _values = [];
    private readonly string _config;
    private readonly MockServer _upstream;
    private readonly DatabaseKind _engine;
    private GatewayProcess? _gateway;

    private GuideRun(DatabaseKind engine, string config, MockServer upstream, Dictionary<string, string> variables)
    {
        _engine = engine;
        _config = config;
        _upstream = upstream;
        _variables = variables;
        variables["TOLLGATE_DATA_DIR"] = _folder.File("data");
    }

    /// <summary>What the gateway has said since its last start.</summary>
    public string Output => Gateway.Output;

    /// <summary>The fake upstream, with every request it got.</summary>
    public MockServer Upstream => _upstream;

    private GatewayProcess Gateway => _gateway ?? throw new InvalidOperationException("The gateway has not been started.");

    /// <summary>Starts a gateway with an empty store, or with the database given.</summary>
    /// <param name="engine">Which kind of store.</param>
    /// <param name="config">The text of its config file.</param>
    /// <param name="variables">Its environment, besides what every run has; must hold <c>LITELLM_MASTER_KEY</c>.</param>
    /// <param name="database">URL of a PostgreSQL database that is not empty.</param>
    public static async Task<GuideRun> StartAsync(
        DatabaseKind engine, string config, IReadOnlyDictionary<string, string> variables, string? database = null)
    {
        var upstream = await MockServer.StartAsync(new MockServerOptions { Record = true });
        var all = new Dictionary<string, string>(variables)
        {
            ["OPENAI_BASE_URL"] = $"{upstream.BaseAddress}v1",
            ["UPSTREAM_BASE"] = upstream.BaseAddress.ToString().TrimEnd('/'),
        };
        if (engine == DatabaseKind.PostgreSql)
        {
            all["DATABASE_URL"] = database ?? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        }

        var run = new GuideRun(engine, config, upstream, all);
        try
        {
            await run.RestartAsync([]);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a file's steps in their order; the first that fails ends it.</summary>
    public async Task RunAsync(string file)
    {
        foreach (var step in GuideScript.Parse(file).Where(step => step.Engine is null || step.Engine == _engine.ToString()))
        {
            if (step.Command.Length > 0)
            {
                await RunAsync(step);
            }

            foreach (var (_, text) in step.Directives.Where(static directive => directive.Name == "restart"))
            {
                await RestartAsync(Fill(text).Split(' ').Where(static part => part.Contains('=')));
            }
        }
    }

    /// <summary>Stops the gateway and starts it with some variables changed.</summary>
    public async Task RestartAsync(IEnumerable<string> changes)
    {
        if (_gateway is not null)
        {
            (await _gateway.StopAsync()).ShouldBe(0, _gateway.Output);
            await _gateway.DisposeAsync();
            _gateway = null;
        }

        foreach (var change in changes)
        {
            var parts = change.Split('=', 2);
            _variables[parts[0]] = parts[1];
        }

        _gateway = await GatewayProcess.StartAsync(_config, _variables);
        _values["<HOST>"] = _gateway.BaseAddress.Authority;
        _values["<MASTER>"] = _variables["LITELLM_MASTER_KEY"];
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RunAsync(GuideStep step)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (output, statuses) = await ShellAsync(step);
            var problems = new List<string>();
            foreach (var (name, text) in step.Directives.Where(static directive => directive.Name is "expect" or "keep"))
            {
                if (await ProblemAsync(name, Fill(text), statuses) is { } problem)
                {
                    problems.Add(problem);
                }
            }

            if (!step.Directives.Any(static directive => directive.Text.StartsWith("status ", StringComparison.Ordinal))
                && statuses.FirstOrDefault(static status => !status.StartsWith('2')) is { } refused)
            {
                problems.Add($"status {refused}");
            }

            if (problems.Count == 0)
            {
                return;
            }

            if (!step.Repeats || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new ShouldAssertException(
                    $"{step.Name}\n{string.Join('\n', problems)}\nThe command:\n{Fill(step.Command)}\nIt printed:\n{output}\nThe gateway said:\n{Gateway.Output}");
            }
        }
    }

    private async Task<(string Output, string[] Statuses)> ShellAsync(GuideStep step)
    {
        var script = await File.ReadAllTextAsync(Repository.Path("tests/Tollgate.Compat.Tests/Guides/prelude.sh"))
            + $"{{\n{Fill(step.Command)}\n}} >\"$ANSWER\"\n";
        await File.WriteAllTextAsync(_folder.File("status"), "");
        var (exitCode, problems) = await ChildProcess.RunAsync("bash", ["-c", script], ShellVariables(), _folder.Path);
        var output = await File.ReadAllTextAsync(_folder.File("answer"));
        exitCode.ShouldBe(0, $"{step.Name}\n{Fill(step.Command)}\n{output}\n{problems}\n{await File.ReadAllTextAsync(_folder.File("status"))}");
        return (output, await File.ReadAllLinesAsync(_folder.File("status")));
    }

    private Dictionary<string, string> ShellVariables()
    {
        var variables = new Dictionary<string, string>
        {
            ["ANSWER"] = _folder.File("answer"),
            ["STATUS"] = _folder.File("status"),
            ["BASE"] = Gateway.BaseAddress.ToString().TrimEnd('/'),
            ["MASTER"] = _values["<MASTER>"],
            ["LITELLM_MASTER_KEY"] = _values["<MASTER>"],
            ["MASTER_KEY"] = _values["<MASTER>"],
        };
        if (_variables.TryGetValue("DATABASE_URL", out var text))
        {
            var url = new Uri(text);
            variables["PGHOST"] = url.Host;
            variables["PGPORT"] = url.Port.ToString(CultureInfo.InvariantCulture);
            variables["PGUSER"] = "litellm";
            variables["PGDATABASE"] = url.AbsolutePath.TrimStart('/');
        }

        return variables;
    }

    private async Task<string?> ProblemAsync(string name, string text, string[] statuses)
    {
        var answer = _folder.File("answer");
        if (name == "keep")
        {
            var parts = text.Split(" = ", 2);
            var (_, value) = await JqAsync("-r", parts[1]);
            _values[parts[0]] = value.TrimEnd('\n');
            return value.Trim() is "" or "null" ? $"{parts[1]} is empty" : null;
        }

        var kind = text.Split(' ', 2)[0];
        var rest = text[(kind.Length + 1)..];
        switch (kind)
        {
            case "status":
                return statuses is [.., var last] && last == rest ? null : $"status {string.Join(' ', statuses)} instead of {rest}";
            case "jq":
                var (exitCode, said) = await JqAsync("-e", rest);
                return exitCode == 0 ? null : $"{rest}: {said}";
            case "text":
                return (await File.ReadAllTextAsync(answer)).Contains(rest, StringComparison.Ordinal) ? null : $"the words are missing: {rest}";
            case "no":
                var words = rest["text ".Length..];
                return (await File.ReadAllTextAsync(answer)).Contains(words, StringComparison.Ordinal) ? $"the words are there: {words}" : null;
            default:
                throw new InvalidOperationException($"'{text}' is not an expectation.");
        }
    }

    private Task<(int ExitCode, string Output)> JqAsync(string flag, string expression)
        => ChildProcess.RunAsync("jq", [flag, expression, _folder.File("answer")], new Dictionary<string, string>());

    private string Fill(string text) => _values.Aggregate(text, static (filled, value) => filled.Replace(value.Key, value.Value, StringComparison.Ordinal));
}
