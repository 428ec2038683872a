using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using Tollgate.Compat.Tests.Gateway;

namespace Tollgate.Compat.Tests;

/// <summary>OpenAI's SDK for .NET against the gateway. It has neither the legacy text API nor Azure's paths.</summary>
public sealed class OpenAiSdkTests(GatewayFixture fixture)
{
    private static readonly ChatMessage[] Messages = [new SystemChatMessage("Be brief."), new UserChatMessage("Hello from the SDK")];

    private static readonly BinaryData Schema = BinaryData.FromString("""
        {"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}},"required":["city","degrees"],"additionalProperties":false}
        """);

    [Fact]
    public async Task Chat_IsAnsweredWithUsage()
    {
        ChatCompletion completion = await Chat("gpt-4o").CompleteChatAsync(Messages, new ChatCompletionOptions { Temperature = 0.8f, MaxOutputTokenCount = 500 });
        completion.FinishReason.ShouldBe(ChatFinishReason.Stop);
        completion.Content[0].Text.ShouldNotBeEmpty();
        completion.Usage.TotalTokenCount.ShouldBe(completion.Usage.InputTokenCount + completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task UnicodeAnswer_ArrivesUnchanged()
    {
        ChatCompletion completion = await Chat("unicode").CompleteChatAsync(Messages);
        completion.Content[0].Text.ShouldBe("Überraschung: 👩‍🚀 and \"quotes\"\nnew line");
    }

    [Fact]
    public async Task Stream_HasTheTextOfThePlainAnswer()
    {
        var client = Chat("gpt-4o");
        ChatCompletion plain = await client.CompleteChatAsync(Messages);
        var text = new StringBuilder();
        var finishes = new List<ChatFinishReason>();
        ChatTokenUsage? usage = null;
        await foreach (var update in client.CompleteChatStreamingAsync(Messages))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finishes.AddRange(update.FinishReason is { } finish ? [finish] : []);
            usage = update.Usage ?? usage;
        }

        text.ToString().ShouldBe(plain.Content[0].Text);
        finishes.ShouldBe([ChatFinishReason.Stop]);

        // This SDK always asks for usage in streams.
        usage.ShouldNotBeNull().TotalTokenCount.ShouldBe(plain.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Tools_AreCalled()
    {
        ChatCompletion completion = await Chat("gpt-4o").CompleteChatAsync(Messages, WithTool());
        completion.FinishReason.ShouldBe(ChatFinishReason.ToolCalls);
        var call = completion.ToolCalls.ShouldHaveSingleItem();
        call.FunctionName.ShouldBe("get_weather");
        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        arguments.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task StreamedTools_AreCalled()
    {
        var pieces = new List<StreamingChatToolCallUpdate>();
        await foreach (var update in Chat("gpt-4o").CompleteChatStreamingAsync(Messages, WithTool()))
        {
            pieces.AddRange(update.ToolCallUpdates);
        }

        pieces.Select(piece => piece.FunctionName).First(name => name is not null).ShouldBe("get_weather");
        using var arguments = JsonDocument.Parse(string.Concat(pieces.Select(piece => piece.FunctionArgumentsUpdate?.ToString())));
        arguments.RootElement.ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task AnsweredTool_EndsTheTurn()
    {
        var client = Chat("gpt-4o");
        ChatCompletion asked = await client.CompleteChatAsync(Messages, WithTool());
        var options = WithTool();
        options.ToolChoice = ChatToolChoice.CreateNoneChoice();
        ChatCompletion answered = await client.CompleteChatAsync(
            [.. Messages, new AssistantChatMessage(asked), new ToolChatMessage(asked.ToolCalls[0].Id, "22 °C")], options);
        answered.FinishReason.ShouldBe(ChatFinishReason.Stop);
    }

    [Fact]
    public async Task StructuredOutput_FollowsTheSchema()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("weather", Schema, jsonSchemaIsStrict: true),
        };
        ChatCompletion completion = await Chat("gpt-4o").CompleteChatAsync(Messages, options);
        using var answer = JsonDocument.Parse(completion.Content[0].Text);
        answer.RootElement.GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);
        answer.RootElement.GetProperty("degrees").ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Fact]
    public async Task Embeddings_AreVectors()
    {
        // The SDK asks for base64 and decodes it.
        var client = Client().GetEmbeddingClient("embed");
        OpenAIEmbedding one = await client.GenerateEmbeddingAsync("The quick brown fox");
        one.ToFloats().Length.ShouldBe(1536);
        OpenAIEmbeddingCollection several = await client.GenerateEmbeddingsAsync(["one", "two"], new EmbeddingGenerationOptions { Dimensions = 8 });
        several.Select(embedding => embedding.ToFloats().Length).ShouldBe([8, 8]);
        several.Usage.InputTokenCount.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Models_AreListedAndFound()
    {
        var client = Client().GetOpenAIModelClient();
        OpenAIModelCollection models = await client.GetModelsAsync();
        models.Select(model => model.Id).ShouldContain("team/slash-model");
        OpenAIModel one = await client.GetModelAsync("gpt-4o");
        one.Id.ShouldBe("gpt-4o");
    }

    [Theory]
    [InlineData("gpt-4o", "sk-wrong", 401)]
    [InlineData("no-such-model", GatewayProcess.MasterKey, 400)]
    [InlineData("limited", GatewayProcess.MasterKey, 429)]
    [InlineData("broken", GatewayProcess.MasterKey, 500)]
    [InlineData("impatient", GatewayProcess.MasterKey, 408)]
    public async Task Failure_ArrivesWithItsStatus(string model, string key, int status)
    {
        var failure = await Should.ThrowAsync<ClientResultException>(
            () => Client(key).GetChatClient(model).CompleteChatAsync(Messages));
        failure.Status.ShouldBe(status);
        using var body = JsonDocument.Parse(failure.GetRawResponse()!.Content);
        body.RootElement.GetProperty("error").GetProperty("code").GetString().ShouldBe(status.ToString());
    }

    [Fact]
    public async Task UpstreamRefusesOnce_SdkRetriesAndIsAnswered()
    {
        ChatCompletion completion = await Client(retries: 2).GetChatClient($"flaky/flaky-{Guid.NewGuid():N}").CompleteChatAsync(Messages);
        completion.Content[0].Text.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task StreamIsCancelled_UpstreamIsLetGo()
    {
        var marker = Guid.NewGuid().ToString("N");
        using var cancellation = new CancellationTokenSource();
        var chunks = 0;
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            var options = new ChatCompletionOptions { EndUserId = marker };
            await foreach (var _ in Chat("endless").CompleteChatStreamingAsync(Messages, options, cancellation.Token))
            {
                if (++chunks == 3)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        chunks.ShouldBeGreaterThanOrEqualTo(3);
        (await fixture.UpstreamRequest(marker).Aborted.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue();
    }

    [Fact]
    public async Task ClientLosesPatience_CallIsCancelled()
    {
        var client = Client(timeout: TimeSpan.FromMilliseconds(300)).GetChatClient("silent");
        await Should.ThrowAsync<OperationCanceledException>(() => client.CompleteChatAsync(Messages));
    }

    [Fact]
    public async Task RawResponse_CarriesTheGatewaysHeaders()
    {
        var result = await Chat("gpt-4o").CompleteChatAsync(Messages);
        var headers = result.GetRawResponse().Headers;
        headers.TryGetValue("x-litellm-call-id", out var id).ShouldBeTrue();
        id.ShouldNotBeNullOrEmpty();
        headers.TryGetValue("x-litellm-model-group", out var group).ShouldBeTrue();
        group.ShouldBe("gpt-4o");
    }

    private static ChatCompletionOptions WithTool() => new()
    {
        Tools = { ChatTool.CreateFunctionTool("get_weather", "Weather of a city", Schema) },
    };

    private ChatClient Chat(string model) => Client().GetChatClient(model);

    private OpenAIClient Client(string key = GatewayProcess.MasterKey, int retries = 0, TimeSpan? timeout = null) =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions
        {
            Endpoint = fixture.ApiBase,
            RetryPolicy = new ClientRetryPolicy(retries),
            NetworkTimeout = timeout,
        });
}
