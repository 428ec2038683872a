using System.Text;

namespace Tollgate.Tests.Dialects;

/// <summary>Parameters that a client has left out, whatever its dialect and its upstream's call them.</summary>
public sealed class DroppedParamTests : IAsyncLifetime
{
    private DialectGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await DialectGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("to-generate", "temperature", "temperature")]
    [InlineData("to-generate", "top_k", "topK")]
    [InlineData("to-generate", "stop", "stopSequences")]
    [InlineData("to-converse", "temperature", "temperature")]
    [InlineData("to-ollama", "top_k", "top_k")]
    [InlineData("to-chat", "temperature", "temperature")]
    [InlineData("to-messages", "top_k", "top_k")]
    public async Task DroppedParam_IsNotSent(string model, string name, string upstreamName)
    {
        (await AskAsync(model, "")).ShouldContain($"\"{upstreamName}\"");
        (await AskAsync(model, $",\"additional_drop_params\":[\"{name}\"]")).ShouldNotContain($"\"{upstreamName}\"");
    }

    private async Task<string> AskAsync(string model, string more)
    {
        var body = $$"""
            {"model":"{{model}}","max_tokens":50,"temperature":0.5,"top_k":7,"stop_sequences":["END"],"messages":[{"role":"user","content":"Hello"}]{{more}} }
            """;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway.Http.PostAsync("v1/messages", content, TestContext.Current.CancellationToken);
        ((int)response.StatusCode).ShouldBe(200);
        return _gateway.Upstream.LastBody;
    }
}
