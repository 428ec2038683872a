using System.Net.Http.Headers;
using System.Text;
using Tollgate.Configuration;
using Tollgate.Hosting;

namespace Tollgate.Tests.Dialects;

/// <summary>Every dialect of clients against every dialect of upstreams: the same conversation, whole and streamed, and what each side got of it.</summary>
public sealed class MatrixTests : IAsyncLifetime
{
    private const string Key = "sk-matrix-master";

    private static readonly string[] Clients = ["chat", "responses", "messages", "generate"];
    private static readonly string[] Upstreams = ["chat", "responses", "messages", "generate", "converse", "cohere", "ollama"];

    private string _folder = "";
    private DialectUpstream _upstream = null!;
    private StartedGateway _gateway = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("tollgate-matrix-").FullName;
        _upstream = await DialectUpstream.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.yaml"), $$"""
            model_list:
              - model_name: to-chat
                litellm_params: { model: custom_openai/up, api_base: {{_upstream.Address}}/v1, api_key: k }
              - model_name: to-responses
                litellm_params: { model: openai/responses/up, api_base: {{_upstream.Address}}/v1, api_key: k }
                model_info: { supports_reasoning: true }
              - model_name: to-messages
                litellm_params: { model: anthropic/up, api_base: {{_upstream.Address}}, api_key: k }
              - model_name: to-generate
                litellm_params: { model: gemini/up, api_base: {{_upstream.Address}}, api_key: k }
              - model_name: to-converse
                litellm_params:
                  model: bedrock/converse/anthropic.claude-up
                  aws_region_name: us-east-1
                  aws_access_key_id: AKIDEXAMPLE
                  aws_secret_access_key: secret
                  aws_bedrock_runtime_endpoint: {{_upstream.Address}}
              - model_name: to-cohere
                litellm_params: { model: cohere_chat/up, api_base: {{_upstream.Address}}, api_key: k }
              - model_name: to-ollama
                litellm_params: { model: ollama_chat/up, api_base: {{_upstream.Address}} }
              - model_name: to-nowhere
                litellm_params: { model: anthropic/up, api_base: "http://127.0.0.1:1", api_key: k }
            litellm_settings: { drop_params: true }
            router_settings: { num_retries: 0, fallbacks: [{ to-nowhere: [to-chat] }] }
            general_settings: { master_key: {{Key}} }
            """);
        var errors = new StringWriter();
        var options = new ServeOptions { ConfigPath = Path.Combine(_folder, "config.yaml"), Host = "127.0.0.1", Port = 0 };
        var environment = new Dictionary<string, string> { ["LITELLM_MODE"] = "PRODUCTION", ["LITELLM_LOG"] = "ERROR" };
        var (gateway, _) = await new GatewayHost(options, EnvironmentSource.From(environment, _folder), TextWriter.Null, errors).StartAsync();
        _gateway = gateway.ShouldNotBeNull(errors.ToString());
        _http = new HttpClient { BaseAddress = _gateway.Address, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EveryClient_ReachesEveryUpstream_WholeAndStreamed()
    {
        var matrix = new StringBuilder("client \\ upstream");
        foreach (var upstream in Upstreams)
        {
            matrix.Append(" | ").Append(upstream);
        }

        var failures = new List<string>();
        foreach (var client in Clients)
        {
            matrix.Append('\n').Append(client);
            foreach (var upstream in Upstreams)
            {
                var losses = await TryAsync(client, upstream, failures);
                matrix.Append(" | ").Append(losses);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(matrix.ToString());
        failures.ShouldBeEmpty(string.Join('\n', failures) + "\n" + matrix);
    }

    [Theory]
    [InlineData("to-messages", true)]
    [InlineData("to-nowhere", false)]
    public async Task WhatWasDropped_IsNamedForTheDeploymentThatAnswered(string model, bool isNamed)
    {
        var body = $$"""{"model":"{{model}}","messages":[{"role":"user","name":"ann","content":"Hi"}]}""";
        using var response = await _http.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"));
        ((int)response.StatusCode).ShouldBe(200, await response.Content.ReadAsStringAsync());
        response.Headers.Contains("x-tollgate-dropped-params").ShouldBe(isNamed);
    }

    private async Task<string> TryAsync(string client, string upstream, List<string> failures)
    {
        try
        {
            var whole = await CallAsync(client, upstream, stream: false);
            var lost = CheckRequest(upstream);
            var streamed = await CallAsync(client, upstream, stream: true);
            CheckRequest(upstream).ShouldBe(lost, "the same is lost in streams");
            streamed.ShouldBe(whole, "a stream says what the whole answer says");
            CheckAnswer(client, upstream, whole);
            return lost.Length == 0 ? "all" : "all but " + lost;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            failures.Add($"{client} -> {upstream}: {exception.Message}");
            return "FAILED";
        }
    }

    private async Task<Seen> CallAsync(string client, string upstream, bool stream)
    {
        var model = "to-" + upstream;
        var (path, body) = client switch
        {
            "chat" => ("/v1/chat/completions", Conversation.Chat(model, stream)),
            "responses" => ("/v1/responses", Conversation.Responses(model, stream)),
            "messages" => ("/v1/messages", Conversation.Messages(model, stream)),
            _ => ($"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}", Conversation.GenerateContent()),
        };
        using var response = await _http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, $"{text}\nupstream got {_upstream.LastPath}: {_upstream.LastBody}");
        return (stream ? Seen.Stream(client, text) : Seen.Whole(client, text)).Normalized();
    }

    /// <summary>What the upstream must have got whatever the dialects are; tells what it did not get of the rest.</summary>
    private string CheckRequest(string upstream)
    {
        var body = _upstream.LastBody;
        foreach (var needed in new[] { Conversation.System, Conversation.Image, Conversation.Tool, Conversation.City, Conversation.Result, Conversation.Question, "Let me ask." })
        {
            body.ShouldContain(needed, Case.Sensitive, $"{upstream} got {body}");
        }

        return body.Contains(Conversation.Thought, StringComparison.Ordinal) ? "" : "thoughts of earlier turns";
    }

    private static void CheckAnswer(string client, string upstream, Seen seen)
    {
        seen.Text.ShouldBe(DialectUpstream.Text);
        seen.Thoughts.ShouldBe(DialectUpstream.Thoughts);
        seen.Tool.ShouldBe(DialectUpstream.Tool);
        seen.Arguments.ShouldBe(DialectUpstream.Arguments);
        seen.Stop.ShouldBe(client switch { "chat" => "tool_calls", "messages" => "tool_use", "responses" => "completed", _ => "STOP" });
        seen.Input.ShouldBe(DialectUpstream.Input, upstream);
        seen.Output.ShouldBe(DialectUpstream.Output, upstream);
    }
}
