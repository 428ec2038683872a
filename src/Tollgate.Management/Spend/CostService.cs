using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>What calls would cost (admin-api.md 13.11, 15.7).</summary>
public sealed class CostService(ICostEstimator prices)
{
    private const int DaysOfMonth = 30;

    /// <summary>Cost of a prompt, or of an answer by its usage.</summary>
    public JsonNode Calculate(AdminCaller caller, Fields body)
    {
        _ = SpendScope.Of(caller);
        var model = body.Text("model");
        if (body.Object("completion_response") is { } answer)
        {
            return Cost(prices.CostOf(model, answer) ?? throw Unpriced(model ?? answer.TextOrNull("model") ?? ""));
        }

        if (string.IsNullOrEmpty(model))
        {
            throw SpendErrors.BadDetail("Bad Request - Either 'model' or 'completion_response' must be provided");
        }

        var messages = body.List("messages")
            ?? throw SpendErrors.BadDetail("Bad Request - messages must be provided if 'model' is provided");
        var estimate = prices.Estimate(model, prices.CountTokens(model, messages), 0) ?? throw Unpriced(model);
        return Cost(estimate.InputCost + estimate.OutputCost);
    }

    /// <summary>Cost of a number of calls per day or month.</summary>
    public JsonNode Estimate(AdminCaller caller, Fields body)
    {
        _ = SpendScope.Of(caller);
        var model = body.RequiredText("model");
        var input = Tokens(body, "input_tokens");
        var output = Tokens(body, "output_tokens");
        var estimate = prices.Estimate(model, input, output) ?? throw Unpriced(model);
        var perDay = Calls(body, "num_requests_per_day");
        var perMonth = Calls(body, "num_requests_per_month") ?? perDay * DaysOfMonth;
        var answer = new JsonObject
        {
            ["model"] = model,
            ["input_tokens"] = input,
            ["output_tokens"] = output,
            ["num_requests_per_day"] = perDay,
            ["num_requests_per_month"] = Calls(body, "num_requests_per_month"),
        };
        Add(answer, estimate, "{0}_per_request", 1);
        Add(answer, estimate, "daily_{0}", perDay);
        Add(answer, estimate, "monthly_{0}", perMonth);
        answer["input_cost_per_token"] = (double?)estimate.InputPerToken;
        answer["output_cost_per_token"] = (double?)estimate.OutputPerToken;
        answer["provider"] = estimate.Provider;
        return answer;
    }

    private static void Add(JsonObject answer, CostEstimate estimate, string name, long? calls)
    {
        void Set(string part, decimal cost) => answer[name.Replace("{0}", part, StringComparison.Ordinal)] = (double?)(cost * calls);

        Set("cost", estimate.InputCost + estimate.OutputCost);
        Set("input_cost", estimate.InputCost);
        Set("output_cost", estimate.OutputCost);
        Set("margin_cost", 0);
    }

    private static long Tokens(Fields body, string name)
    {
        if (!body.Has(name))
        {
            _ = body.RequiredText(name);
        }

        return Calls(body, name) ?? throw body.Fault("int_type", name, "Input should be a valid integer", null);
    }

    /// <summary>A number that is not negative, and small enough for a price to be multiplied with.</summary>
    private static long? Calls(Fields body, string name) => body.Whole(name) switch
    {
        < 0 => throw body.Fault("greater_than_equal", name, "Input should be greater than or equal to 0", body.Any(name)),
        > 1_000_000_000_000 => throw body.Fault("less_than_equal", name, "Input should be less than or equal to 1000000000000",
            body.Any(name)),
        var number => number,
    };

    private static JsonObject Cost(decimal cost) => new() { ["cost"] = (double)cost };

    private static AdminException Unpriced(string model) => AdminException.Detail(404, $"No price is known for model '{model}'.");
}
