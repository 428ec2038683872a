using System.Collections.Frozen;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests;

public sealed class HookTests
{
    [Theory]
    [InlineData("openai/o3-mini", """{"max_tokens":5}""", """{"max_completion_tokens":5,"model":"o3-mini"}""")]
    [InlineData("openai/o3-mini", """{"temperature":1}""", """{"temperature":1,"model":"o3-mini"}""")]
    [InlineData(
        "openai/o1-mini", """{"messages":[{"role":"system","content":"s"}]}""",
        """{"messages":[{"role":"user","content":"s"}],"model":"o1-mini"}""")]
    [InlineData("openai/gpt-5", """{"max_tokens":5,"temperature":1}""", """{"max_completion_tokens":5,"temperature":1,"model":"gpt-5"}""")]
    [InlineData("openai/gpt-5", """{"reasoning_effort":"minimal"}""", """{"reasoning_effort":"minimal","model":"gpt-5"}""")]
    [InlineData(
        "openai/gpt-5", """{"reasoning_effort":{"effort":"low","summary":"auto"}}""", """{"reasoning_effort":"low","model":"gpt-5"}""")]
    [InlineData("openai/gpt-5.1", """{"temperature":0.2,"top_p":0.5}""", """{"temperature":0.2,"top_p":0.5,"model":"gpt-5.1"}""")]
    [InlineData(
        "openai/gpt-5.1", """{"temperature":0.2,"reasoning_effort":"none"}""",
        """{"temperature":0.2,"reasoning_effort":"none","model":"gpt-5.1"}""")]
    [InlineData(
        "openai/gpt-5-chat-latest", """{"temperature":0.2,"max_tokens":5}""",
        """{"temperature":0.2,"max_tokens":5,"model":"gpt-5-chat-latest"}""")]
    [InlineData("openai/responses/gpt-5-codex", """{"max_tokens":5}""", """{"max_completion_tokens":5,"model":"gpt-5-codex"}""")]
    [InlineData("openai/chat_completions/gpt-4o", """{"max_tokens":5}""", """{"max_tokens":5,"model":"gpt-4o"}""")]
    [InlineData(
        "openai/gpt-4o-search-preview", """{"web_search_options":{}}""", """{"web_search_options":{},"model":"gpt-4o-search-preview"}""")]
    [InlineData(
        "deepseek/deepseek-chat", """{"thinking":{"type":"enabled","budget_tokens":9}}""",
        """{"thinking":{"type":"enabled"},"model":"deepseek-chat"}""")]
    [InlineData(
        "deepseek/deepseek-chat", """{"reasoning_effort":"none"}""", """{"model":"deepseek-chat","thinking":{"type":"disabled"}}""")]
    [InlineData(
        "deepseek/deepseek-chat", """{"reasoning_effort":"high"}""",
        """{"reasoning_effort":"high","model":"deepseek-chat","thinking":{"type":"enabled"}}""")]
    [InlineData(
        "deepseek/deepseek-chat",
        """{"messages":[{"role":"assistant","content":"","tool_calls":[{"id":"a"}]}],"thinking":{"type":"enabled"}}""",
        """{"messages":[{"role":"assistant","content":"","tool_calls":[{"id":"a"}],"reasoning_content":" "}],"thinking":{"type":"enabled"},"model":"deepseek-chat"}""")]
    [InlineData(
        "deepseek/deepseek-chat",
        """{"messages":[{"role":"assistant","content":"x","reasoning_content":"r"}],"tools":[{"type":"web_search"},{"type":"function"}]}""", """{"messages":[{"role":"assistant","content":"x"}],"tools":[{"type":"function"}],"model":"deepseek-chat"}""")]
    [InlineData(
        "mistral/mistral-large", """{"seed":1,"tool_choice":"required","max_completion_tokens":2}""",
        """{"random_seed":1,"tool_choice":"any","max_tokens":2,"model":"mistral-large"}""")]
    [InlineData(
        "mistral/m",
        """{"messages":[{"role":"user","name":"n","content":"a"},{"role":"assistant","content":""},{"role":"tool","name":"t","content":"r","x":null}]}""", """{"messages":[{"role":"user","content":"a"},{"role":"tool","name":"t","content":"r"}],"model":"m"}""")]
    [InlineData(
        "xai/grok-2",
        """{"messages":[{"role":"assistant","name":"n","content":"a"}],"tools":[{"function":{"strict":true,"name":"f"}}],"max_completion_tokens":3}""", """{"messages":[{"role":"assistant","content":"a"}],"tools":[{"function":{"name":"f"}}],"max_tokens":3,"model":"grok-2"}""")]
    [InlineData(
        "fireworks_ai/llama", """{"tool_choice":"required"}""", """{"tool_choice":"any","model":"accounts/fireworks/models/llama"}""")]
    [InlineData(
        "fireworks_ai/accounts/me/models/x#dep",
        """{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a":1}}}}""",
        """{"response_format":{"type":"json_object","schema":{"a":1}},"model":"accounts/me/models/x#dep"}""")]
    [InlineData(
        "fireworks_ai/llama", """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}]}""",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u#transform=inline"}}]}],"model":"accounts/fireworks/models/llama"}""")]
    [InlineData(
        "openrouter/meta/llama", """{"messages":[{"role":"user","content":"a","cache_control":{}}]}""",
        """{"messages":[{"role":"user","content":"a"}],"model":"meta/llama","usage":{"include":true}}""")]
    [InlineData(
        "openrouter/anthropic/claude-x", """{"messages":[{"role":"user","content":"a","cache_control":{}}],"usage":{"include":false}}""",
        """{"messages":[{"role":"user","content":"a","cache_control":{}}],"usage":{"include":false},"model":"anthropic/claude-x"}""")]
    [InlineData(
        "moonshot/kimi", """{"temperature":2,"tool_choice":"required","messages":[{"role":"user","content":"a"}]}""",
        """{"temperature":1,"messages":[{"role":"user","content":"a"},{"role":"user","content":"Call one of the available tools now."}],"model":"kimi"}""")]
    [InlineData("moonshot/kimi-thinking", """{"temperature":0.5,"top_p":1}""", """{"model":"kimi-thinking"}""")]
    [InlineData(
        "hosted_vllm/m", """{"thinking":{"type":"enabled","budget_tokens":1024},"priority":3}""",
        """{"priority":3,"model":"m","reasoning_effort":"low"}""")]
    [InlineData("hosted_vllm/m", """{"thinking":{"type":"enabled","budget_tokens":9999}}""", """{"model":"m","reasoning_effort":"high"}""")]
    [InlineData("hosted_vllm/m", """{"guided_json":{"a":1},"thinking":{"type":"disabled"}}""", """{"guided_json":{"a":1},"model":"m"}""")]
    [InlineData(
        "litellm_proxy/azure/gpt",
        """{"metadata":{"a":1},"tags":["t"],"guardrails":[],"api_key":"sk","drop_params":true,"messages":[{"role":"user","content":"a","cache_control":{}}]}""", """{"metadata":{"a":1},"tags":["t"],"guardrails":[],"messages":[{"role":"user","content":"a","cache_control":{}}],"model":"azure/gpt"}""")]
    [InlineData(
        "lm_studio/m", """{"response_format":{"type":"json_object"}}""",
        """{"response_format":{"type":"json_schema","json_schema":{"name":"response","schema":{"type":"object"}}},"model":"m"}""")]
    [InlineData(
        "lm_studio/m", """{"response_format":{"type":"object","properties":{}}}""",
        """{"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","properties":{}}}},"model":"m"}""")]
    [InlineData(
        "lm_studio/m", """{"response_format":{"type":"json_schema","json_schema":{"schema":{}}}}""",
        """{"response_format":{"type":"json_schema","json_schema":{"schema":{}}},"model":"m"}""")]
    [InlineData("meta_llama/m", """{"response_format":{"type":"json_object"},"seed":1}""", """{"seed":1,"model":"m"}""")]
    [InlineData(
        "meta_llama/m", """{"response_format":{"type":"json_schema"}}""", """{"response_format":{"type":"json_schema"},"model":"m"}""")]
    [InlineData(
        "deepinfra/mistralai/Mistral-7B-Instruct-v0.1", """{"temperature":0}""",
        """{"temperature":0.0001,"model":"mistralai/Mistral-7B-Instruct-v0.1"}""")]
    [InlineData("deepinfra/m", """{"tool_choice":"auto"}""", """{"tool_choice":"auto","model":"m"}""")]
    [InlineData("clarifai/openai.chat.gpt-4.1", "{}", """{"model":"https://clarifai.com/openai/chat/models/gpt-4.1"}""")]
    [InlineData(
        "groq/m", """{"messages":[{"role":"assistant","content":"a","function_call":null,"tool_calls":null}]}""",
        """{"messages":[{"role":"assistant","content":"a"}],"model":"m"}""")]
    [InlineData(
        "dashscope/m", """{"messages":[{"role":"user","content":"a","cache_control":{}}],"tools":[{"cache_control":{}}]}""",
        """{"messages":[{"role":"user","content":"a","cache_control":{}}],"tools":[{"cache_control":{}}],"model":"m"}""")]
    [InlineData(
        "perplexity/sonar", """{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}""",
        """{"messages":[{"role":"user","content":"a\nb"}],"model":"sonar"}""")]
    public void ChatBody_IsShaped(string model, string body, string expected) => Connect(model).Rewrite(body).ShouldBe(expected);

    [Theory]
    [InlineData("openai/o3-mini", """{"temperature":0.2,"top_p":1,"logit_bias":{}}""", "'temperature', 'top_p', 'logit_bias'")]
    [InlineData("openai/gpt-5", """{"temperature":0.2,"stop":"x"}""", "'temperature', 'stop'")]
    [InlineData("openai/gpt-5.1", """{"temperature":0.2,"reasoning_effort":"high"}""", "'temperature'")]
    [InlineData("openai/gpt-5", """{"reasoning_effort":"xhigh"}""", "'reasoning_effort'")]
    [InlineData("openai/gpt-5", """{"reasoning_effort":"none"}""", "'reasoning_effort'")]
    [InlineData("openai/gpt-4o-search-preview", """{"temperature":1}""", "'temperature'")]
    [InlineData("openai/gpt-4o", """{"thinking":{}}""", "'thinking'")]
    [InlineData("groq/m", """{"n":2,"logprobs":true}""", "'n', 'logprobs'")]
    [InlineData("xai/grok-4", """{"stop":"x"}""", "'stop'")]
    [InlineData("xai/grok-2", """{"reasoning_effort":"low"}""", "'reasoning_effort'")]
    [InlineData("featherless_ai/m", """{"tools":[],"tool_choice":"required"}""", "'tools', 'tool_choice'")]
    [InlineData("deepinfra/m", """{"tool_choice":"required"}""", "'tool_choice'")]
    [InlineData("deepinfra/m", """{"tool_choice":{"type":"function"}}""", "'tool_choice'")]
    [InlineData("together_ai/unknown", """{"tools":[],"response_format":{}}""", "'tools', 'response_format'")]
    [InlineData("meta_llama/unknown", """{"functions":[]}""", "'functions'")]
    [InlineData("perplexity/sonar", """{"tools":[]}""", "'tools'")]
    [InlineData("morph/m", """{"tools":[]}""", "'tools'")]
    [InlineData("nvidia_nim/google/gemma-2-9b-it", """{"tools":[],"seed":1}""", "'tools'")]
    [InlineData("nvidia_nim/any", """{"tools":[],"logprobs":true}""", "'logprobs'")]
    public void WhatAModelDoesNotTake_IsRefused(string model, string body, string names)
    {
        var fault = Connect(model).TryRewrite(body).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(UpstreamErrorKind.UnsupportedParams);
        fault.Message.ShouldContain($"does not support parameters: [{names}], for model=");
    }

    [Theory]
    [InlineData(
        "voyage/voyage-3", """{"input":"x","dimensions":5,"encoding_format":"float"}""",
        """{"input":"x","output_dimension":5,"model":"voyage-3"}""")]
    [InlineData(
        "jina_ai/m", """{"input":["a, b","data:image/png;base64,QUJD"],"encoding_format":"base64"}""",
        """{"input":[{"text":"a, b"},{"image":"QUJD"}],"embedding_type":"base64","model":"m"}""")]
    [InlineData("jina_ai/m", """{"input":["a, b"]}""", """{"input":["a, b"],"model":"m"}""")]
    [InlineData("lm_studio/m", """{"input":"x","encoding_format":"float"}""", """{"input":"x","model":"m"}""")]
    public void EmbeddingBody_IsShaped(string model, string body, string expected)
        => Connect(model).Rewrite(body, surface: Surface.Embeddings).ShouldBe(expected);

    [Fact]
    public void OperatorsFlags_BeatTheCatalogue()
        => Providers.Connect("together_ai/unknown", static deployment => deployment with
        {
            Info = new DeploymentInfo
            {
                Capabilities = FrozenDictionary.ToFrozenDictionary(
                [KeyValuePair.Create("supports_function_calling", true)], StringComparer.Ordinal)
            },
        }).Rewrite("""{"tools":[]}""").ShouldContain("tools");

    [Fact]
    public void OpenAiRules_LeaveThinkingToForeignServers()
        => Providers.Connect("openai/glm", static deployment => deployment with { ApiBase = "http://host/v1" }).Rewrite(
            """{"thinking":{"type":"enabled"}}""").ShouldContain("thinking");

    [Fact]
    public void BaseModel_DecidesForDeploymentNames()
        => Providers.Connect(
            "openai/my-name", static deployment => deployment with { Info = new DeploymentInfo { BaseModel = "openai/gpt-5" } })
            .Rewrite("""{"max_tokens":5}""").ShouldContain("max_completion_tokens");

    [Theory]
    [InlineData("baseten/abcd1234", null, "https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions")]
    [InlineData("baseten/deepseek-ai/x", null, "https://inference.baseten.co/v1/chat/completions")]
    [InlineData("ragflow/agent/a b/m", "http://r/api/v1", "http://r/api/v1/agents_openai/a%20b/chat/completions")]
    [InlineData("ragflow/chat/c1/m", "http://r/v1/", "http://r/api/v1/chats_openai/c1/chat/completions")]
    [InlineData("gradient_ai/m", "https://agent.example", "https://agent.example/api/v1/chat/completions")]
    [InlineData("gradient_ai/m", null, "https://inference.do-ai.run/v1/chat/completions")]
    [InlineData("datarobot/m", "https://app.example/api/v2", "https://app.example/api/v2/genai/llmgw/chat/completions")]
    [InlineData("datarobot/m", "https://app.example/api/v2/deployments/d1", "https://app.example/api/v2/deployments/d1/chat/completions")]
    [InlineData("mistral/m", "https://host.example", "https://host.example/v1/chat/completions")]
    [InlineData("minimax/m", "https://api.minimax.io/anthropic", "https://api.minimax.io/v1/chat/completions")]
    [InlineData("databricks/m", "dbc.example", "https://dbc.example/serving-endpoints/chat/completions")]
    public void Address_FollowsTheModel(string model, string? apiBase, string expected)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase }).UrlOf().ShouldBe(expected);

    [Theory]
    [InlineData("ragflow/m", "http://r", "ragflow/chat/<id>/<model>")]
    [InlineData("ragflow/chat/../m", "http://r", "ragflow/chat/<id>/<model>")]
    [InlineData("voyage/voyage-context-3", null, "wire format of its own")]
    public void ImpossibleAddress_IsAClearError(string model, string? apiBase, string message)
        => Providers.Connect(model, deployment => deployment with { ApiBase = apiBase }).EndpointFor(Surface.Chat).Fault.ShouldNotBeNull(
            ).Message.ShouldContain(message);

    [Fact]
    public async Task MistralOnAzure_HasItsOwnVariables()
    {
        var config = Providers.Config(
            ("MISTRAL_AZURE_API_BASE", "https://az.example"), ("MISTRAL_AZURE_API_KEY", "az"), ("MISTRAL_API_KEY", "own"));
        var connection = Providers.Connect("mistral/m", static deployment => deployment with { ApiKey = null }, config);
        connection.UrlOf().ShouldBe("https://az.example/v1/chat/completions");
        (await connection.AuthorizeAsync()).Headers["Authorization"].ShouldBe("Bearer az");
    }

    private static IUpstreamConnection Connect(string model) => Providers.Connect(model, deployment => deployment with
    {
        ApiBase = Providers.Catalogue.Find(model[..model.IndexOf('/', StringComparison.Ordinal)])!.Base.Default is null ? "http://host/v1"
            : null,
    });
}
