using System.Net.Http.Headers;
using Tollgate.Configuration;
using Tollgate.Hosting;

namespace Tollgate.Tests.Dialects;

/// <summary>A gateway with one deployment of each dialect, all at one fake upstream: <c>to-messages</c>, <c>to-converse</c>, ...</summary>
internal sealed class DialectGateway : IAsyncDisposable
{
    private const string Key = "sk-matrix-master";

    private const string CachePoints =
        "cache_control_injection_points: [{location: message, role: system}, {location: message, index: -1, control: {type: ephemeral, ttl: 1h}}]";

    private readonly string _folder = Directory.CreateTempSubdirectory("tollgate-matrix-").FullName;
    private StartedGateway _gateway = null!;

    /// <summary>Who answers.</summary>
    public DialectUpstream Upstream { get; private set; } = null!;

    /// <summary>Speaks to the gateway, as its master.</summary>
    public HttpClient Http { get; private set; } = null!;

    public static async Task<DialectGateway> StartAsync()
    {
        var gateway = new DialectGateway { Upstream = await DialectUpstream.StartAsync() };
        await File.WriteAllTextAsync(Path.Combine(gateway._folder, "config.yaml"), $$"""
            model_list:
              - model_name: to-chat
                litellm_params: { model: custom_openai/up, api_base: {{gateway.Upstream.Address}}/v1, api_key: k }
              - model_name: to-responses
                litellm_params: { model: openai/responses/up, api_base: {{gateway.Upstream.Address}}/v1, api_key: k }
                model_info: { supports_reasoning: true }
              - model_name: to-messages
                litellm_params: { model: anthropic/up, api_base: {{gateway.Upstream.Address}}, api_key: k }
              - model_name: to-generate
                litellm_params: { model: gemini/up, api_base: {{gateway.Upstream.Address}}, api_key: k }
              - model_name: to-converse
                litellm_params:
                  model: bedrock/converse/anthropic.claude-up
                  aws_region_name: us-east-1
                  aws_access_key_id: AKIDEXAMPLE
                  aws_secret_access_key: secret
                  aws_bedrock_runtime_endpoint: {{gateway.Upstream.Address}}
              - model_name: to-vertex
                litellm_params: { model: vertex_ai/gemini-up, api_base: {{gateway.Upstream.Address}}/v1/publishers/google/models/gemini-up, api_key: k }
              - model_name: to-invoke
                litellm_params:
                  model: bedrock/invoke/anthropic.claude-up
                  aws_region_name: us-east-1
                  aws_access_key_id: AKIDEXAMPLE
                  aws_secret_access_key: secret
                  aws_bedrock_runtime_endpoint: {{gateway.Upstream.Address}}
              - model_name: to-cohere
                litellm_params: { model: cohere_chat/up, api_base: {{gateway.Upstream.Address}}, api_key: k }
              - model_name: to-ollama
                litellm_params: { model: ollama_chat/up, api_base: {{gateway.Upstream.Address}} }
              - model_name: cached-messages
                litellm_params: { model: anthropic/up, api_base: {{gateway.Upstream.Address}}, api_key: k, {{CachePoints}} }
              - model_name: cached-converse
                litellm_params:
                  model: bedrock/converse/anthropic.claude-3-7-sonnet
                  aws_region_name: us-east-1
                  aws_access_key_id: AKIDEXAMPLE
                  aws_secret_access_key: secret
                  aws_bedrock_runtime_endpoint: {{gateway.Upstream.Address}}
                  {{CachePoints}}
              - model_name: cached-generate
                litellm_params: { model: gemini/up, api_base: {{gateway.Upstream.Address}}, api_key: k, {{CachePoints}} }
              - model_name: cached-chat
                litellm_params: { model: openrouter/anthropic/claude-up, api_base: {{gateway.Upstream.Address}}/v1, api_key: k, {{CachePoints}} }
              - model_name: cached-openai
                litellm_params: { model: openai/up, api_base: {{gateway.Upstream.Address}}/v1, api_key: k, {{CachePoints}} }
              - model_name: to-nowhere
                litellm_params: { model: anthropic/up, api_base: "http://127.0.0.1:1", api_key: k }
            litellm_settings: { drop_params: true }
            router_settings: { num_retries: 0, fallbacks: [{ to-nowhere: [to-chat] }] }
            general_settings: { master_key: {{Key}} }
            """);
        var errors = new StringWriter();
        var options = new ServeOptions { ConfigPath = Path.Combine(gateway._folder, "config.yaml"), Host = "127.0.0.1", Port = 0 };
        var environment = new Dictionary<string, string> { ["LITELLM_MODE"] = "PRODUCTION", ["LITELLM_LOG"] = "ERROR" };
        var (started, _) = await new GatewayHost(options, EnvironmentSource.From(environment, gateway._folder), TextWriter.Null, errors).StartAsync();
        gateway._gateway = started.ShouldNotBeNull(errors.ToString());
        gateway.Http = new HttpClient { BaseAddress = gateway._gateway.Address, Timeout = TimeSpan.FromSeconds(60) };
        gateway.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
