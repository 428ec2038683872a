using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Shapes;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Pictures of providers that answer with tasks.</summary>
public sealed class TaskShapeTests
{
    [Theory]
    [InlineData("flux-pro-1.1", """{"prompt":"a cat","size":"1024x768","seed":3,"user":"u"}""", """{"prompt":"a cat","width":1024,"height":768,"seed":3}""")]
    [InlineData("flux-pro-1.1-ultra", """{"prompt":"a cat","size":"1792x1024","raw":true,"output_format":"png"}""", """{"prompt":"a cat","aspect_ratio":"16:9","output_format":"png","raw":true}""")]
    public void PictureOfFlux_HasASizeOrARatio(string model, string request, string body)
    {
        var asked = FluxPictures.Instance.Ask(request, model);
        (asked.Text(), asked.Address).ShouldBe((body, "/" + model));
    }

    [Theory]
    [InlineData("flux-kontext-pro", """{"prompt":"p","input_image":"b25l","input_image_2":"dHdv"}""")]
    [InlineData("flux-pro-1.0-fill", """{"prompt":"p","image":"b25l","mask":"bWFzaw=="}""")]
    public void EditOfFlux_HasThePicturesInside(string model, string body)
        => FluxPictures.Instance.Ask(
            """{"prompt":"p"}""", model,
            model.EndsWith("fill", StringComparison.Ordinal) ? [Shaping.Picture("image", "one"), Shaping.Picture("mask", "mask")]
                : [Shaping.Picture("image[]", "one"), Shaping.Picture("image[]", "two")]).Text().ShouldBe(body);

    [Fact]
    public void PictureOfFluxAtACloud_NamesItsModel()
    {
        var asked = FluxPictures.Hosted.Ask("""{"prompt":"a cat","size":"1024x1024","output_format":"png"}""", "FLUX.1-Kontext-pro");
        (asked.Text(), asked.Address).ShouldBe(("""{"model":"FLUX.1-Kontext-pro","prompt":"a cat","aspect_ratio":"1:1","output_format":"png"}""", ""));
    }

    [Fact]
    public void TaskOfFluxThatIsReady_HasAPicture()
        => FluxPictures.Instance.Tell("""{"id":"t","status":"Ready","result":{"sample":"https://delivery.bfl.ai/x.png","prompt":"p"}}""").ShouldBe("""{"data":[{"url":"https://delivery.bfl.ai/x.png"}]}""");

    [Theory]
    [InlineData("Request Moderated", "400", "content_policy_violation")]
    [InlineData("Content Moderated", "400", "content_policy_violation")]
    [InlineData("Error", "500", "invalid_request_error")]
    public void TaskOfFluxThatFailed_SaysWhy(string status, string code, string type)
    {
        var error = Should.Throw<MediaRefusedException>(() => FluxPictures.Instance.Tell($$"""{"id":"t","status":"{{status}}"}""")).Error;
        (error.Code, error.Type).ShouldBe((code, type));
        error.Message.ShouldContain(status);
    }

    [Theory]
    [InlineData("""{"model":"m","prompt":"a cat","size":"1280x720","seed":1}""", """{"model":"gen4_image","promptText":"a cat","ratio":"1280:720","seed":1}""")]
    [InlineData("""{"prompt":"a cat"}""", """{"model":"gen4_image","promptText":"a cat","ratio":"1024:1024"}""")]
    public void PictureOfRunway_HasARatio(string request, string body) => RunwayShape.Pictures.Ask(request, "gen4_image").Text().ShouldBe(body);

    [Fact]
    public void SpeechOfRunway_HasAPresetVoice()
        => RunwayShape.Speech.Ask("""{"input":"Hi","voice":"alloy"}""", "eleven_multilingual_v2").Text().ShouldBe(
            """{"model":"eleven_multilingual_v2","promptText":"Hi","voice":{"type":"runway-preset","presetId":"Maya"}}""");

    [Fact]
    public void TaskOfRunway_HasItsOutputOrAReason()
    {
        RunwayShape.Pictures.Tell("""{"id":"t","status":"SUCCEEDED","output":["https://a/1.png"]}""").ShouldBe("""{"data":[{"url":"https://a/1.png"}]}""");
        var refused = Should.Throw<MediaRefusedException>(
            () => RunwayShape.Pictures.Tell("""{"id":"t","status":"FAILED","failure":"no","failureCode":"SAFETY.INPUT.TEXT"}"""));
        (refused.Message, refused.Error.Type).ShouldBe(("no SAFETY.INPUT.TEXT", "content_policy_violation"));
        Should.Throw<WireException>(() => RunwayShape.Pictures.Tell("{}"));
    }

    [Fact]
    public void PictureForTopaz_IsAForm()
    {
        var request = TopazPictures.Instance.Ask("""{"model":"m","size":"2048x1024","face_enhancement":"true"}""", "Standard V2");
        request.Text().ShouldBe("""{"model":"Standard V2","output_width":"2048","output_height":"1024","face_enhancement":"true"}""");
        (request.Body, request.Accept).ShouldBe((MediaBody.Form, "image/*"));
    }

    [Fact]
    public void MoreThanOnePicture_IsNotPromised()
    {
        Should.Throw<WireException>(() => FluxPictures.Instance.Ask("""{"prompt":"p","n":2}""")).Param.ShouldBe("n");
        Should.Throw<WireException>(() => RunwayShape.Pictures.Ask("""{"prompt":"p","n":2}""")).Param.ShouldBe("n");
    }
}
