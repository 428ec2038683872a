using Tollgate.Wire.Responses;

namespace Tollgate.Wire.Tests.Responses;

public sealed class ResponseIdTests
{
    [Fact]
    public void Id_HoldsWhoGaveIt()
    {
        var id = new ResponseId("openai", "d-1", "resp_abc");
        id.Encode().ShouldBe("resp_" + Convert.ToBase64String("litellm:custom_llm_provider:openai;model_id:d-1;response_id:resp_abc"u8));
        ResponseId.TryDecode(id.Encode()).ShouldBe(id);
    }

    [Fact]
    public void Id_HoldsWhoseItIs()
    {
        var id = new ResponseId("azure", "d-2", "resp_abc") { UserId = "u", TeamId = "t" };
        ResponseId.TryDecode(id.Encode()).ShouldBe(id);
        ResponseId.TryDecode((id with { TeamId = null }).Encode()).ShouldBe(id with { TeamId = null });
    }

    [Fact]
    public void LostPadding_IsForgiven()
        => ResponseId.TryDecode(new ResponseId("openai", "d", "resp_a").Encode().TrimEnd('=')).ShouldBe(new ResponseId("openai", "d", "resp_a"));

    [Theory]
    [InlineData("resp_68a1")]
    [InlineData("resp_bm90IG91cnM=")]
    [InlineData("chatcmpl-1")]
    [InlineData("resp_")]
    [InlineData("")]
    public void ForeignId_IsNone(string id) => ResponseId.TryDecode(id).ShouldBeNull();
}
