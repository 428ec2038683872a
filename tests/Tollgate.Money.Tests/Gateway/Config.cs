using System.Text;

namespace Tollgate.Money.Tests.Gateway;

/// <summary>Configuration files of the gateways here.</summary>
internal static class Config
{
    /// <summary>Ten output tokens at 0.0002 USD: a call costs 0.002 USD.</summary>
    public const string Paid = "paid";

    /// <summary>As <see cref="Paid"/>, with a price of the input.</summary>
    public const string Metered = "metered";

    /// <summary>
    /// Ten output tokens at 0.00007 USD, after a while, so that calls overlap: no number of calls comes to 1 USD exactly.
    /// </summary>
    public const string Slow = "slow";

    /// <summary>As <see cref="Paid"/>; its streams stand still after three tokens.</summary>
    public const string Stalling = "stalling";

    /// <summary>Puts documents in order: 0.002 USD a query.</summary>
    public const string Ranked = "ranked";

    /// <summary>As <see cref="Paid"/>, of a provider that has only chat: calls of other dialects are translated.</summary>
    public const string Translated = "translated";

    /// <summary>Prices of zero in so many words.</summary>
    public const string Free = "free";

    /// <summary>Price of an output token of <see cref="Slow"/>.</summary>
    public const decimal SlowPrice = 0.00007m;

    /// <summary>Price of an output token of the other models.</summary>
    public const decimal OutputPrice = 0.0002m;

    /// <summary>Price of an input token of <see cref="Metered"/>.</summary>
    public const decimal InputPrice = 0.000003m;

    /// <summary>A file with all models.</summary>
    /// <param name="upstream">The fake upstream.</param>
    /// <param name="tollgate">Members of section <c>tollgate</c>.</param>
    public static string For(Uri upstream, string tollgate = "")
    {
        var text = new StringBuilder("model_list:\n");
        Add(Paid, "output_cost_per_token: 0.0002, input_cost_per_token: 0.0");
        Add(Metered, "output_cost_per_token: 0.0002, input_cost_per_token: 0.000003");
        Add(Slow, "output_cost_per_token: 0.00007, input_cost_per_token: 0.0, extra_headers: {x-mock-latency-ms: '20'}");
        Add(Stalling, "output_cost_per_token: 0.0002, input_cost_per_token: 0.0, extra_headers: {x-mock-stall: 'after-chunks:3'}");
        Add(Free, "output_cost_per_token: 0.0, input_cost_per_token: 0.0");
        text.Append("  - {model_name: ").Append(Ranked).Append(", litellm_params: {model: infinity/up, input_cost_per_query: 0.002, api_base: '")
            .Append(upstream).Append("v1'}}\n");
        text.Append("  - {model_name: ").Append(Translated)
            .Append(", litellm_params: {model: openai/up, use_chat_completions_api: true, output_cost_per_token: 0.0002, input_cost_per_token: 0.0, api_key: k, api_base: '")
            .Append(upstream).Append("v1'}}\n");
        return text
            .Append("search_tools:\n  - {search_tool_name: web, litellm_params: {search_provider: serper, api_key: k, api_base: '").Append(upstream).Append("'}}\n")
            .Append("router_settings: {num_retries: 0}\n")
            .Append("general_settings: {master_key: ").Append(GatewayProcess.MasterKey).Append("}\n")
            .Append("tollgate: {").Append(tollgate).Append("}\n").ToString();

        void Add(string name, string parameters) => text
            .Append("  - {model_name: ").Append(name).Append(", litellm_params: {model: openai/up-").Append(name)
            .Append(", api_base: '").Append(upstream).Append("v1', api_key: k, ").Append(parameters).Append("}}\n");
    }
}
