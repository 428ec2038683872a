using Tollgate.Wire.Bedrock;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;
using Tollgate.Wire.Tests.Media;

namespace Tollgate.Wire.Tests.Bedrock;

/// <summary>Pictures made of the client's own, and what models of Bedrock and Stability refuse.</summary>
public sealed class PictureTests
{
    private static readonly MediaFile Image = Shaping.Picture("image", "one");
    private static readonly MediaFile Mask = Shaping.Picture("mask", "two");

    [Theory]
    [InlineData("amazon.nova-canvas-v1:0", """{"prompt":"p","n":"2","similarityStrength":"0.7"}""", false, """{"taskType":"IMAGE_VARIATION","imageVariationParams":{"text":"p","images":["b25l"],"similarityStrength":0.7},"imageGenerationConfig":{"numberOfImages":2}}""")]
    [InlineData("amazon.titan-image-generator-v2:0", """{"prompt":"p","size":"512x512"}""", true, """{"taskType":"INPAINTING","inPaintingParams":{"text":"p","image":"b25l","maskImage":"dHdv"},"imageGenerationConfig":{"numberOfImages":1}}""")]
    [InlineData("amazon.nova-canvas-v1:0", """{"prompt":"p","maskPrompt":"the hat","negativeText":"fog","seed":"3"}""", false, """{"taskType":"INPAINTING","inPaintingParams":{"text":"p","negativeText":"fog","image":"b25l","maskPrompt":"the hat"},"imageGenerationConfig":{"numberOfImages":1,"seed":3}}""")]
    [InlineData("amazon.nova-canvas-v1:0", """{"taskType":"BACKGROUND_REMOVAL","prompt":""}""", false, """{"taskType":"BACKGROUND_REMOVAL","backgroundRemovalParams":{"image":"b25l"}}""")]
    [InlineData("stability.stable-image-inpaint-v1:0", """{"prompt":"p","grow_mask":"5","output_format":"png"}""", true, """{"prompt":"p","image":"b25l","mask":"dHdv","output_format":"png","grow_mask":5}""")]
    [InlineData("stability.stable-image-remove-background-v1:0", """{"model":"m"}""", false, """{"image":"b25l"}""")]
    [InlineData("stability.sd3-5-large-v1:0", """{"prompt":"p","strength":"0.5"}""", false, """{"prompt":"p","mode":"image-to-image","image":"b25l","strength":0.5}""")]
    [InlineData("stability.stable-diffusion-xl-v1", """{"prompt":"p"}""", true, """{"text_prompts":[{"text":"p","weight":1}],"init_image":"b25l","mask_image":"dHdv","mask_source":"MASK_IMAGE_WHITE"}""")]
    public void Edit_HasThePictureInside(string model, string request, bool hasMask, string body)
        => new BedrockPictures().Ask(request, model, hasMask ? [Image, Mask] : [Image]).Text().ShouldBe(body);

    [Fact]
    public void StyleTransfer_HasTwoPictures()
        => new BedrockPictures().Ask("{}", "stability.stable-style-transfer-v1:0", Image, Shaping.Picture("image", "two")).Text()
            .ShouldBe("""{"init_image":"b25l","style_image":"dHdv"}""");

    [Fact]
    public void ColorsAsAGuide_AreTheClients()
        => new BedrockPictures().Ask("""{"prompt":"p","taskType":"COLOR_GUIDED_GENERATION","colorGuidedGenerationParams":{"colors":["#ff0000"]}}""", "amazon.nova-canvas-v1:0").Text().ShouldBe(
            """{"taskType":"COLOR_GUIDED_GENERATION","colorGuidedGenerationParams":{"text":"p","colors":["#ff0000"]},"imageGenerationConfig":{"numberOfImages":1}}""");

    [Theory]
    [InlineData("""{"images":[],"finish_reasons":["Filter reason: prompt"]}""", "Filter reason: prompt")]
    [InlineData("""{"artifacts":[{"base64":"","finishReason":"CONTENT_FILTERED"}]}""", "CONTENT_FILTERED")]
    public void FilteredPicture_IsOneOfPolicy(string answer, string message)
    {
        var refused = Should.Throw<MediaRefusedException>(() => new BedrockPictures().Tell(answer));
        (refused.Message, refused.Error.Type).ShouldBe((message, "content_policy_violation"));
    }

    [Fact]
    public void GoodReasons_AreNone()
        => new BedrockPictures().Tell("""{"seeds":[1],"finish_reasons":[null],"images":["aGk="]}""").ShouldBe("""{"data":[{"b64_json":"aGk="}]}""");

    [Theory]
    [InlineData("inpaint", "/edit/inpaint")]
    [InlineData("stability/remove-background", "/edit/remove-background")]
    [InlineData("fast", "/upscale/fast")]
    [InlineData("sketch", "/control/sketch")]
    [InlineData("style-transfer", "/control/style-transfer")]
    public void OperationOfStability_StandsInThePath(string model, string address)
    {
        var request = new StabilityPictures(isEdit: true).Ask("""{"prompt":"p"}""", model);
        (request.Address, request.Body).ShouldBe((address, MediaBody.Form));
    }

    [Fact]
    public void UnknownTask_IsNamed()
        => Should.Throw<WireException>(() => new BedrockPictures().Ask("""{"prompt":"p","taskType":"PAINT"}""", "amazon.nova-canvas-v1:0")).Param.ShouldBe("taskType");
}
