using Tollgate.Providers.Amazon;
using Tollgate.Wire;

namespace Tollgate.Providers.Tests.Amazon;

public sealed class BedrockModelTests
{
    private const string Arn = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

    [Theory]
    [InlineData("anthropic.claude-3-sonnet-20240229-v1:0", "", null, "anthropic.claude-3-sonnet-20240229-v1:0", "anthropic.claude-3-sonnet-20240229-v1:0")]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "", null, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("us-west-2/mistral.mistral-7b-instruct-v0:2", "", "us-west-2", "mistral.mistral-7b-instruct-v0:2", "mistral.mistral-7b-instruct-v0:2")]
    [InlineData("converse/us-gov-west-1/us-gov.amazon.nova-pro-v1:0", "converse", "us-gov-west-1", "us-gov.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0")]
    [InlineData("us-east-1/invoke/meta.llama3-8b-instruct-v1:0", "invoke", "us-east-1", "meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0")]
    [InlineData("converse/" + Arn, "converse", "eu-central-1", Arn, "anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [InlineData("amazon.nova-pro-v1:0:300k", "", null, "amazon.nova-pro-v1:0:300k", "amazon.nova-pro-v1:0")]
    [InlineData("global.anthropic.claude-opus-4-6-v1[1m]", "", null, "global.anthropic.claude-opus-4-6-v1", "anthropic.claude-opus-4-6-v1")]
    [InlineData("deepseek_r1/arn:aws:bedrock:us-east-1:1:imported-model/abc", "deepseek_r1", "us-east-1", "arn:aws:bedrock:us-east-1:1:imported-model/abc", "abc")]
    public void Names_AreTakenApart(string text, string route, string? region, string id, string name)
        => BedrockModel.Parse(text).ShouldBe(new BedrockModel(route, region, id, name));

    [Fact]
    public void ModelId_IsSentInsteadOfTheModel()
        => BedrockModel.Parse("anthropic.claude-3-haiku-20240307-v1:0", Arn)
            .ShouldBe(new BedrockModel("", "eu-central-1", Arn, "anthropic.claude-3-haiku-20240307-v1:0"));

    [Theory]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0", Surface.Converse, null, false)]
    [InlineData("invoke/anthropic.claude-3-haiku-20240307-v1:0", Surface.Messages, null, true)]
    [InlineData("anthropic.claude-v2:1", Surface.Prompt, "claude2", true)]
    [InlineData("converse/anthropic.claude-v2:1", Surface.Converse, null, false)]
    [InlineData("amazon.titan-text-express-v1", Surface.Prompt, "titan", true)]
    [InlineData("invoke/amazon.nova-lite-v1:0", Surface.Converse, null, true)]
    [InlineData("us.meta.llama3-3-70b-instruct-v1:0", Surface.Converse, null, false)]
    [InlineData("invoke/us.meta.llama3-3-70b-instruct-v1:0", Surface.Prompt, "llama3", true)]
    [InlineData("mistral.mixtral-8x7b-instruct-v0:1", Surface.Prompt, "mistral", true)]
    [InlineData("invoke/mistral.mistral-large-2407-v1:0", Surface.Chat, null, true)]
    [InlineData("cohere.command-text-v14", Surface.Prompt, "cohere", true)]
    [InlineData("cohere.command-r-plus-v1:0", Surface.Converse, null, false)]
    [InlineData("ai21.j2-ultra-v1", Surface.Prompt, "j2", true)]
    [InlineData("invoke/ai21.jamba-1-5-large-v1:0", Surface.Chat, null, true)]
    [InlineData("qwen3/arn:aws:bedrock:us-east-1:1:imported-model/abc", Surface.Prompt, "qwen", true)]
    [InlineData("openai/arn:aws:bedrock:us-east-1:1:imported-model/abc", Surface.Chat, null, true)]
    [InlineData("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", Surface.Converse, null, false)]
    [InlineData("openai.gpt-oss-120b-1:0", Surface.Converse, null, false)]
    public void Models_AreSpokenToInTheirDialect(string model, Surface spoken, string? family, bool invokes)
        => BedrockWire.Of(BedrockModel.Parse(model)).ShouldBe(new BedrockWire(spoken, family, invokes));
}
