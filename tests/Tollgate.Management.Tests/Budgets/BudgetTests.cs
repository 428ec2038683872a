using Tollgate.Data.Rows;
using Tollgate.Management.Kernel;
using Tollgate.Management.Tests.Plane;

namespace Tollgate.Management.Tests.Budgets;

public sealed class BudgetTests
{
    [Theory]
    [ClassData(typeof(Engines))]
    public async Task NewBudget_AnswersTheWholeRow(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);

        var answer = await plane.PostAsync("/budget/new", """{"budget_id":"b1","max_budget":"100","budget_duration":"30d","unknown":1}""");

        answer.Status.ShouldBe(200);
        answer.Text.ShouldBe(string.Concat(
            """{"budget_id":"b1","max_budget":100.0,"soft_budget":null,"max_parallel_requests":null,"tpm_limit":null,"rpm_limit":null""",
            ""","model_max_budget":null,"budget_duration":"30d","budget_reset_at":"2026-03-01T00:00:00.000000Z","allowed_models":[]""",
            $$""","created_at":"{{ControlPlane.Now}}","created_by":"default_user_id","updated_at":"{{ControlPlane.Now}}" """.TrimEnd(),
            ""","updated_by":"default_user_id"}"""));
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task Lifecycle_IsSeenByInfoListSettingsAndAudit(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        await plane.MustAsync("POST", "/budget/new", """{"budget_id":"b1","max_budget":5,"budget_duration":"1d","tpm_limit":10}""");

        var updated = await plane.MustAsync("POST", "/budget/update", """{"budget_id":"b1","budget_duration":"7d","tpm_limit":null}""");
        updated["budget_reset_at"]!.GetValue<string>().ShouldBe("2026-02-09T00:00:00.000000Z");
        updated["tpm_limit"].ShouldBeNull();
        updated["max_budget"]!.GetValue<double>().ShouldBe(5);

        (await plane.MustAsync("POST", "/budget/info", """{"budgets":["b1","absent"]}""")).AsArray().Count.ShouldBe(1);
        (await plane.MustAsync("GET", "/budget/list")).AsArray().Count.ShouldBe(1);
        var settings = await plane.MustAsync("GET", "/budget/settings?budget_id=b1");
        settings.AsArray().Single(item => item!["field_name"]!.ToString() == "max_budget")!["field_value"]!.GetValue<double>().ShouldBe(5);

        (await plane.MustAsync("POST", "/budget/delete", """{"id":"b1"}"""))["budget_id"]!.ToString().ShouldBe("b1");
        (await plane.RowsAsync(Tables.Budgets)).ShouldBeEmpty();
        (await plane.RowsAsync(Tables.AuditLog)).Select(static row => row["action"]!.ToString()).Order().ShouldBe(["created", "deleted", "updated"]);
    }

    [Theory]
    [InlineData("""{"max_budget":-1}""", 400, "max_budget must be a non-negative finite number. Received: -1")]
    [InlineData("""{"max_budget":"NaN"}""", 400, "max_budget must be a non-negative finite number. Received: NaN")]
    [InlineData("""{"max_budget":1e999}""", 400, "max_budget must be a non-negative finite number. Received: 1e999")]
    [InlineData("""{"soft_budget":"-inf"}""", 400, "soft_budget must be a non-negative finite number. Received: -inf")]
    [InlineData("""{"tpm_limit":-5}""", 400, "tpm_limit cannot be negative. Received: -5")]
    [InlineData("""{"budget_duration":"5y"}""", 400, "Unsupported duration unit, passed duration: 5y")]
    [InlineData("""{"budget_duration":"soon"}""", 400, "Invalid duration format, passed duration: soon")]
    [InlineData("""{"budget_id":"taken"}""", 400, "Budget with id 'taken' already exists.")]
    [InlineData("""{"model_max_budget":{"gpt-4o":{"max_budget":-3}}}""", 400, "max_budget cannot be negative. Received: -3")]
    [InlineData("""{"model_max_budget":{"gpt-4o":{}}}""", 400, "model_max_budget: the budget of 'gpt-4o' has no max_budget")]
    public async Task BadValues_AreRefusedAndNothingIsWritten(string body, int status, string message)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        await plane.MustAsync("POST", "/budget/new", """{"budget_id":"taken"}""");
        var size = await plane.SizeAsync();

        var answer = await plane.PostAsync("/budget/new", body);

        answer.Status.ShouldBe(status, answer.Text);
        answer.Detail.ShouldBe(message);
        (await plane.SizeAsync()).ShouldBe(size);
    }

    [Theory]
    [InlineData("""{"max_budget":[1]}""", "float_parsing")]
    [InlineData("""{"max_parallel_requests":3000000000}""", "less_than_equal")]
    [InlineData("""{"rpm_limit":1.5}""", "int_parsing")]
    [InlineData("""{"budget_duration":30}""", "string_type")]
    [InlineData("""{"model_max_budget":[]}""", "dict_type")]
    [InlineData("""{"max_budget":""", "json_invalid")]
    public async Task WrongTypes_AreA422ThatNamesTheField(string body, string type)
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);

        var answer = await plane.PostAsync("/budget/new", body);

        answer.Status.ShouldBe(422);
        answer.Json["detail"]![0]!["type"]!.ToString().ShouldBe(type);
    }

    [Fact]
    public async Task UnknownBudget_IsNotFound()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);

        (await plane.PostAsync("/budget/update", """{"budget_id":"x"}""")).Text.ShouldBe("""{"detail":{"error":"Budget not found"}}""");
        (await plane.PostAsync("/budget/update", """{"budget_id":"x"}""")).Status.ShouldBe(404);
        (await plane.PostAsync("/budget/update", "{}")).Detail.ShouldBe("budget_id is required");
        (await plane.PostAsync("/budget/delete", """{"id":"x"}""")).Status.ShouldBe(404);
        (await plane.PostAsync("/budget/delete", "{}")).Status.ShouldBe(422);
        (await plane.PostAsync("/budget/info", """{"budgets":[]}""")).Status.ShouldBe(400);
        (await plane.MustAsync("POST", "/budget/info", """{"budgets":["x"]}""")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task OthersThanAdmins_MayNot()
    {
        await using var plane = await ControlPlane.StartAsync(DatabaseKind.Sqlite);
        var budgets = plane.Service<Management.Budgets.BudgetService>();
        var user = CallersByName.Named("u1");

        var error = await Should.ThrowAsync<AdminException>(() => budgets.ListAsync(user, default));
        error.Status.ShouldBe(400);
        error.Message.ShouldBe("Admin-only endpoint. Not allowed to access this., your role=internal_user");
        await Should.ThrowAsync<AdminException>(() => budgets.DeleteAsync(CallersByName.Named("viewer"), new Fields([]), default));
        (await budgets.ListAsync(CallersByName.Named("viewer"), default)).AsArray().ShouldBeEmpty();
        var refused = await plane.PostAsync("/budget/new", "{}", "u1");
        refused.Status.ShouldBe(401, refused.Text);
    }

    [Theory]
    [ClassData(typeof(Engines))]
    public async Task HostileTexts_AreKeptAsTheyAre(DatabaseKind kind)
    {
        await using var plane = await ControlPlane.StartAsync(kind);
        const string Id = "b'); DROP TABLE \\\"LiteLLM_BudgetTable\\\"; -- \u6f22\ud83d\ude00";
        var made = await plane.MustAsync("POST", "/budget/new", $$$"""{"budget_id":"{{{Id}}}","max_budget":0}""");

        var id = made["budget_id"]!.ToString();
        id.ShouldEndWith("\u6f22\ud83d\ude00");
        made["max_budget"]!.GetValue<double>().ShouldBe(0);
        (await plane.RowsAsync(Tables.Budgets, Filter.Equal("budget_id", id))).Count.ShouldBe(1);
    }
}
