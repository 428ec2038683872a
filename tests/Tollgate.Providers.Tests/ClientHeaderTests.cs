using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

/// <summary>Headers of clients that mean something to a provider.</summary>
public sealed class ClientHeaderTests
{
    private const string Claude = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    [Theory]
    [InlineData("""{"messages":[]}""", """{"messages":[],"additionalModelRequestFields":{"anthropic_beta":["context-1m-2025-08-07"]}}""")]
    [InlineData("{}", """{"additionalModelRequestFields":{"anthropic_beta":["context-1m-2025-08-07"]}}""")]
    [InlineData(
        """{"additionalModelRequestFields":{"top_k":5}}""", """{"additionalModelRequestFields":{"top_k":5,"anthropic_beta":["context-1m-2025-08-07"]}}""")]
    [InlineData(
        """{"additionalModelRequestFields":{"anthropic_beta":["a"]}}""", """{"additionalModelRequestFields":{"anthropic_beta":["a","context-1m-2025-08-07"]}}""")]
    [InlineData(
        """{"additionalModelRequestFields":{"anthropic_beta":["context-1m-2025-08-07"]}}""",
        """{"additionalModelRequestFields":{"anthropic_beta":["context-1m-2025-08-07"]}}""")]
    public void Betas_GoIntoTheBodyOfConverse(string body, string written)
        => Write(Claude, Surface.Converse, body, "anthropic-beta", "context-1m-2025-08-07,files-api-2025-04-14,unknown").Text.ShouldBe(written);

    [Fact]
    public void Betas_AreForClaudeOnly()
        => Write("bedrock/us.amazon.nova-pro-v1:0", Surface.Converse, "{}", "anthropic-beta", "context-1m-2025-08-07").Text.ShouldBe("{}");

    [Theory]
    [InlineData(null, "1")]
    [InlineData("3", "4")]
    [InlineData("nonsense", "1")]
    public void Gateways_AreCounted(string? given, string sent)
    {
        var connection = Gateway();
        using var message = new HttpRequestMessage();
        connection.CompleteHeaders(Request(Surface.Chat, """{"model":"m"}""", "x-tollgate-hop", given), message.Headers);
        message.Headers.GetValues("x-tollgate-hop").ShouldBe([sent]);
    }

    [Theory]
    [InlineData("7", false)]
    [InlineData("8", true)]
    [InlineData("999999999999", false)]
    public void CallThroughTooManyGateways_IsRefused(string hops, bool refused)
    {
        var fault = Gateway().WriteRequest(Request(Surface.Chat, """{"model":"m"}""", "x-tollgate-hop", hops), new JsonEdits());
        (fault?.Kind).ShouldBe(refused ? UpstreamErrorKind.BadRequest : null);
    }

    [Theory]
    [InlineData("openai/m")]
    [InlineData("azure/m")]
    public void SealsOfOtherProviders_LeaveTheIdsOfCalls_AndNothingElse(string model)
    {
        var connection = Providers.Connect(model, static deployment => deployment with { ApiBase = "https://host.example/v1" });
        connection.Rewrite("""{"model":"g","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1__thought__c2ln","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1__thought__c2ln","content":[{"type":"text","text":"x","cache_control":{}}],"name":"n"}]}""")
            .ShouldBe("""{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"x","cache_control":{}}],"name":"n"}]}""");
        connection.Rewrite("""{"model":"g","messages":[{"role":"assistant","content":null,"reasoning_content":"r"}]}""")
            .ShouldBe("""{"model":"m","messages":[{"role":"assistant","content":null,"reasoning_content":"r"}]}""");
    }

    private static IUpstreamConnection Gateway() => Providers.Connect("litellm_proxy/m", static deployment => deployment with { ApiBase = "https://host.example" });

    private static (string Text, ConnectionFault? Fault) Write(string model, Surface surface, string body, string header, string value)
    {
        var request = Request(surface, body, header, value);
        var edits = new JsonEdits();
        var fault = Providers.Connect(model).WriteRequest(request, edits);
        var output = new ArrayBufferWriter<byte>();
        edits.WriteTo(request.Json.Span, output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), fault);
    }

    private static UpstreamRequest Request(Surface surface, string body, string header, string? value)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var headers = new HeaderDictionary();
        if (value is not null)
        {
            headers[header] = value;
        }

        return new UpstreamRequest(json, members, surface, Stream: false, RequestPolicy.Default, ApiVersion: null) { ClientHeaders = headers };
    }
}
