using System.Text;

namespace Tollgate.Tests.Dialects;

/// <summary>Every dialect of clients against every dialect of upstreams: the same conversation, whole and streamed, and what each side got of it.</summary>
public sealed class MatrixTests : IAsyncLifetime
{
    private static readonly string[] Clients = ["chat", "responses", "messages", "generate"];
    private static readonly string[] Upstreams = ["chat", "responses", "messages", "generate", "converse", "cohere", "ollama"];

    private DialectGateway _gateway = null!;

    private DialectUpstream Upstream => _gateway.Upstream;

    public async ValueTask InitializeAsync() => _gateway = await DialectGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

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
        using var response = await _gateway.Http.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"));
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
        using var response = await _gateway.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(200, $"{text}\nupstream got {Upstream.LastPath}: {Upstream.LastBody}");
        return (stream ? Seen.Stream(client, text) : Seen.Whole(client, text)).Normalized();
    }

    /// <summary>What the upstream must have got whatever the dialects are; tells what it did not get of the rest.</summary>
    private string CheckRequest(string upstream)
    {
        var body = Upstream.LastBody;
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
