namespace Tollgate.Bench.Load.Targets;

/// <summary>The gateway's config.yaml: prices are set, so that every call is counted and costed as in earnest.</summary>
internal static class GatewayConfig
{
    public const string MasterKey = "sk-bench";

    public static string Write(int upstreamPort)
    {
        var models = string.Concat(new[] { Payloads.Model, "bench-error-500", "bench-error-429", "bench-error-cut" }
            .Select(name => Deployment(name, upstreamPort)));
        return $"model_list:\n{models}{Translation.Deployments(upstreamPort)}general_settings:\n  master_key: {MasterKey}\n";
    }

    private static string Deployment(string name, int upstreamPort) => $$"""
          - model_name: {{name}}
            litellm_params:
              model: openai/{{(string.Equals(name, Payloads.Model, StringComparison.Ordinal) ? "bench-upstream" : name)}}
              api_base: "http://127.0.0.1:{{upstreamPort}}/v1"
              api_key: sk-upstream
              input_cost_per_token: 0.0000025
              output_cost_per_token: 0.00001

        """;
}
