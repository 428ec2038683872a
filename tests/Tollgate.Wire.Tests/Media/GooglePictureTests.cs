using System.Text;
using System.Text.Json;
using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Pictures by Gemini's image models and by Imagen.</summary>
public sealed class GooglePictureTests
{
    [Theory]
    [InlineData("""{"model":"m","prompt":"a cat"}""", """{"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["IMAGE","TEXT"]}}""")]
    [InlineData("""{"model":"m","prompt":"a cat","n":1,"size":"1792x1024","quality":"high","response_format":"b64_json"}""", """{"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["IMAGE","TEXT"],"imageConfig":{"aspectRatio":"16:9"}}}""")]
    [InlineData("""{"model":"m","prompt":"a cat","size":"1536x1024","imageSize":"2K","safety_settings":[{"category":"c","threshold":"t"}]}""", """{"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["IMAGE","TEXT"],"imageConfig":{"aspectRatio":"3:2","imageSize":"2K"}},"safetySettings":[{"category":"c","threshold":"t"}]}""")]
    public void PictureOfGemini_IsAskedForByContents(string request, string body) => GeminiPictures.Instance.Ask(request).Text().ShouldBe(body);

    [Theory]
    [InlineData("""{"prompt":"x"}""", "operator")]
    [InlineData("""{"prompt":"x","safety_settings":["client"]}""", "client")]
    public void FilterOfTheOperator_CountsWhereTheClientNamesNone(string request, string filter)
    {
        var target = new TargetModel
        {
            Provider = "gemini",
            Model = "m",
            Options = new Dictionary<string, string>(StringComparer.Ordinal) { [GenerateContentCodec.SafetyOption] = """["operator"]""" },
        };
        GeminiPictures.Instance.Write(JsonDocument.Parse(request).RootElement, target).Text().ShouldEndWith($$""","safetySettings":["{{filter}}"]}""");
    }

    [Fact]
    public void EditOfGemini_HasThePicturesInside()
    {
        var body = GeminiPictures.Instance.Ask(
            """{"model":"m","prompt":"a hat","size":"auto"}""", "m", Shaping.Picture("image[]", "one"), Shaping.Picture("image[]", "two", "image/jpeg"), Shaping.Picture("mask", "three"));

        body.Text().ShouldBe(
            """{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"b25l"}},{"inlineData":{"mimeType":"image/jpeg","data":"dHdv"}},{"inlineData":{"mimeType":"image/png","data":"dGhyZWU="}},{"text":"a hat"}]}],"generationConfig":{"responseModalities":["IMAGE","TEXT"]}}""");
    }

    [Fact]
    public void EditInJson_HasDataUris()
    {
        GeminiPictures.Instance.Ask("""{"prompt":"x","images":[{"image_url":"data:image/webp;base64,aGk="}]}""").Text().ShouldContain("""{"mimeType":"image/webp","data":"aGk="}""");
        Should.Throw<WireException>(() => GeminiPictures.Instance.Ask("""{"prompt":"x","images":[{"image_url":"https://a/b.png"}]}""")).Param.ShouldBe("image");
    }

    [Fact]
    public void AnswerOfGemini_HasPicturesAndUsage()
        => GeminiPictures.Instance.Tell(
            """
            {"candidates":[{"content":{"parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"c2tldGNo"},"thought":true},{"inlineData":{"mimeType":"image/png","data":"aGk="}}],"role":"model"},"finishReason":"STOP"}],
             "usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1300,"totalTokenCount":1309,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}
            """).ShouldBe(
            """{"data":[{"b64_json":"aGk="}],"usage":{"input_tokens":9,"input_tokens_details":{"text_tokens":9,"image_tokens":0},"output_tokens":1300,"output_tokens_details":{"image_tokens":1290,"text_tokens":10},"total_tokens":1309}}""");

    [Theory]
    [InlineData("""{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}""")]
    [InlineData("""{"candidates":[{"finishReason":"IMAGE_SAFETY"}]}""")]
    public void RefusalOfGemini_IsOneOfPolicy(string answer)
        => Should.Throw<MediaRefusedException>(() => GeminiPictures.Instance.Tell(answer)).Error.Type.ShouldBe("content_policy_violation");

    [Theory]
    [InlineData("""{"model":"m","prompt":"a cat","n":2,"size":"1280x896"}""", """{"instances":[{"prompt":"a cat"}],"parameters":{"sampleCount":2,"aspectRatio":"4:3"}}""")]
    [InlineData("""{"model":"m","prompt":"a cat","n":"3","output_format":"jpeg","negativePrompt":"dogs"}""", """{"instances":[{"prompt":"a cat"}],"parameters":{"sampleCount":3,"outputOptions":{"mimeType":"image/jpeg"},"negativePrompt":"dogs"}}""")]
    [InlineData("""{"model":"m","prompt":"a cat","size":"1024x1792"}""", """{"instances":[{"prompt":"a cat"}],"parameters":{"sampleCount":1,"aspectRatio":"9:16"}}""")]
    public void PictureOfImagen_IsAPrediction(string request, string body) => ImagenPictures.Instance.Ask(request).Text().ShouldBe(body);

    [Fact]
    public void EditOfImagen_HasReferences()
        => ImagenPictures.Instance.Ask("""{"prompt":"a hat","size":"1024x1024"}""", "m", Shaping.Picture("image", "one"), Shaping.Picture("mask", "two")).Text().ShouldBe(
            """{"instances":[{"prompt":"a hat","referenceImages":[{"referenceType":"REFERENCE_TYPE_RAW","referenceId":1,"referenceImage":{"bytesBase64Encoded":"b25l"}},{"referenceType":"REFERENCE_TYPE_MASK","referenceId":2,"referenceImage":{"bytesBase64Encoded":"dHdv"},"maskImageConfig":{"maskMode":"MASK_MODE_USER_PROVIDED"}}]}],"parameters":{"sampleCount":1,"editMode":"EDIT_MODE_INPAINT_INSERTION"}}""");

    [Fact]
    public void AnswerOfImagen_HasPictures()
        => ImagenPictures.Instance.Tell("""{"predictions":[{"mimeType":"image/png","bytesBase64Encoded":"aGk="},{"raiFilteredReason":"x"}]}""").ShouldBe("""{"data":[{"b64_json":"aGk="}]}""");

    [Theory]
    [InlineData("""{"predictions":[{"raiFilteredReason":"Unable to show generated images."}]}""", "Unable to show")]
    [InlineData("{}", "all pictures were filtered")]
    public void FilterOfImagen_IsOneOfPolicy(string answer, string message)
        => Should.Throw<MediaRefusedException>(() => ImagenPictures.Instance.Tell(answer)).Message.ShouldContain(message);

    [Fact]
    public void Refusal_IsToldAsAnError()
    {
        var path = new ShapedAnswer(ImagenPictures.Instance, default, new MediaAnswer(Surface.ImageGenerations, "\"m\""u8.ToArray(), null, new MediaFacts(), 1));
        path.Read("{}"u8.ToArray()).ShouldBe(ResponseVerdict.Error);

        var error = JsonDocument.Parse(path.Error).RootElement.GetProperty("error");
        (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()).ShouldBe(("content_policy_violation", "400"));
    }

    [Theory]
    [InlineData("""{"prompt":"x","size":"big"}""", "size")]
    [InlineData("""{"prompt":"x","n":"many"}""", "n")]
    [InlineData("""{"size":"auto"}""", "prompt")]
    public void NonsenseFromClients_IsNamed(string request, string param)
    {
        Should.Throw<WireException>(() => GeminiPictures.Instance.Ask(request)).Param.ShouldBe(param);
        Should.Throw<WireException>(() => ImagenPictures.Instance.Ask(request)).Param.ShouldBe(param);
    }

    [Fact]
    public void MutatedAnswers_AreReadOrRefused()
    {
        var random = new Random(7);
        foreach (var (shape, answer) in new (MediaShape, string)[]
        {
            (GeminiPictures.Instance, """{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}"""),
            (ImagenPictures.Instance, """{"predictions":[{"bytesBase64Encoded":"aGk="}]}"""),
        })
        {
            for (var i = 0; i < 2000; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(answer);
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
                var path = new ShapedAnswer(shape, default, new MediaAnswer(Surface.ImageGenerations, "\"m\""u8.ToArray(), null, new MediaFacts(), 1));
                Should.NotThrow(() => path.Read(bytes));
            }
        }
    }
}
