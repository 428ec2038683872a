using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Media.Documents;
using Tollgate.Wire.Media.Videos;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Films and documents in the words of providers.</summary>
public sealed class VideoShapeTests
{
    private static readonly Dictionary<string, MediaShape> Shapes = new(StringComparer.Ordinal)
    {
        ["veo"] = VeoVideos.Instance,
        ["runway"] = RunwayVideos.Instance,
        ["fal"] = FalVideos.Instance,
        ["reel"] = NovaReelVideos.Instance,
        ["mistral"] = MistralOcr.Own,
        ["elsewhere"] = MistralOcr.Elsewhere,
        ["intelligence"] = new DocumentIntelligenceOcr(DocumentIntelligenceOcr.UsualDpi),
        ["reducto"] = ReductoOcr.Instance,
        ["deepseek"] = DeepSeekOcr.Instance,
    };

    [Theory]
    [InlineData("veo", "m", """{"prompt":"a","size":"1920x1080","resolution":"","input_reference":{"image_url":"data:image/jpeg;base64,/9j/"}}""", """{"instances":[{"prompt":"a","image":{"bytesBase64Encoded":"/9j/","mimeType":"image/jpeg"}}],"parameters":{"aspectRatio":"16:9","resolution":"1080p"}}""", "")]
    [InlineData("veo", "m", """{"prompt":"a","size":"1080x1920","seconds":"8"}""", """{"instances":[{"prompt":"a"}],"parameters":{"aspectRatio":"9:16","durationSeconds":8,"resolution":"1080p"}}""", "")]
    [InlineData("runway", "gen4", """{"prompt":"a","seed":4}""", """{"model":"gen4","promptText":"a","ratio":"1280:720","duration":5,"seed":4}""", "/text_to_video")]
    [InlineData("runway", "aleph", """{"prompt":"a","videoUri":"https://a.example/v","ratio":"720:1280"}""", """{"model":"aleph","promptText":"a","ratio":"720:1280","videoUri":"https://a.example/v"}""", "/video_to_video")]
    [InlineData("fal", "fal-ai/kling/pro", """{"prompt":"a","duration":"10","input_reference":"https://a.example/p"}""", """{"prompt":"a","image_url":"https://a.example/p","duration":"10"}""", "/fal-ai/kling/pro")]
    [InlineData("reel", "amazon.nova-reel-v1:1", """{"prompt":"a","seconds":12}""", """{"modelId":"amazon.nova-reel-v1:1","modelInput":{"taskType":"MULTI_SHOT_AUTOMATED","multiShotAutomatedParams":{"text":"a"},"videoGenerationConfig":{"durationSeconds":12,"fps":24,"dimension":"1280x720"}},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://b"}}}""", "")]
    [InlineData("mistral", "m", """{"document":{"type":"file","file_id":"f1"},"pages":"0,2","include_image_base64":"true"}""", """{"model":"m","document":{"type":"file","file_id":"f1"},"pages":[0,2],"include_image_base64":true}""", "")]
    [InlineData("intelligence", "prebuilt-read", """{"document":{"type":"document_url","document_url":"data:application/pdf;base64,JVBERg=="},"pages":"0,2"}""", """{"base64Source":"JVBERg=="}""", "?stringIndexType=utf16CodeUnit&pages=1,3")]
    [InlineData("intelligence", "prebuilt-layout", """{"document":{"type":"image_url","image_url":{"url":"https://a.example/p"}}}""", """{"urlSource":"https://a.example/p"}""", "?stringIndexType=utf16CodeUnit&outputContentFormat=markdown")]
    [InlineData("reducto", "parse-legacy", """{"document":{"type":"document_url","document_url":"https://a.example/p"},"pages":[1],"enhance":{"agentic":[]}}""", """{"document_url":"https://a.example/p","options":{"chunking":{"chunk_mode":"page"}},"advanced_options":{"page_range":[2]},"enhance":{"agentic":[]}}""", "")]
    public void Request_IsInTheProvidersWords(string shape, string model, string request, string body, string address)
    {
        var written = Write(shape, model, request);
        Encoding.UTF8.GetString(written.Json.Span).ShouldBe(body);
        written.Address.ShouldBe(address);
    }

    [Theory]
    [InlineData("veo", """{"prompt":"a","n":2}""", "n")]
    [InlineData("veo", """{"prompt":"a","seconds":"long"}""", "seconds")]
    [InlineData("veo", """{"prompt":"a","seconds":-1}""", "seconds")]
    [InlineData("veo", """{"prompt":"a","size":"big"}""", "size")]
    [InlineData("veo", """{"seconds":4}""", "prompt")]
    [InlineData("runway", """{"prompt":"a","input_reference":{"file_id":"file-1"}}""", "input_reference")]
    [InlineData("reel", """{"prompt":"a","seconds":12,"input_reference":"data:image/png;base64,aGk="}""", "input_reference")]
    [InlineData("mistral", """{"document":{"type":"document_url","document_url":7}}""", "document")]
    [InlineData("deepseek", """{"document":{"type":"file","file_id":"f1"}}""", "document")]
    [InlineData("intelligence", """{"document":{"type":"image_url","image_url":"https://a.example"},"pages":["x"]}""", "pages")]
    public void RequestThatCannotBeSaid_IsRefusedByName(string shape, string request, string field)
        => Should.Throw<WireException>(() => Write(shape, "m", request)).Param.ShouldBe(field);

    [Theory]
    [InlineData("veo", """{"name":"o","error":{"code":3,"message":"no"}}""", VideoStatus.Failed, 0)]
    [InlineData("veo", """{"name":"o","done":true,"response":{"videos":[{"bytesBase64Encoded":"Zmlsbg==","mimeType":"video/mp4"}]}}""", VideoStatus.Completed, 1)]
    [InlineData("veo", """{"name":"o","done":true,"response":{"videos":[{"gcsUri":"gs://b/o.mp4","mimeType":"video/mp4"}]}}""", VideoStatus.Completed, 1)]
    [InlineData("veo", """{"name":"o","done":true,"response":{}}""", VideoStatus.Failed, 0)]
    [InlineData("runway", """{"id":"t","status":"THROTTLED"}""", VideoStatus.Queued, 0)]
    [InlineData("runway", """{"id":"t","status":"RUNNING","progress":0.5}""", VideoStatus.InProgress, 0)]
    [InlineData("runway", """{"id":"t","status":"FAILED","failure":"no","failureCode":"SAFETY.INPUT.TEXT"}""", VideoStatus.Failed, 0)]
    [InlineData("fal", """{"status":"IN_PROGRESS","request_id":"r"}""", VideoStatus.InProgress, 0)]
    [InlineData("fal", """{"detail":[{"loc":["body"],"msg":"bad prompt"}]}""", VideoStatus.Failed, 0)]
    [InlineData("fal", """{"videos":[{"url":"https://a.example/1"},{"url":"https://a.example/2"}]}""", VideoStatus.Completed, 2)]
    [InlineData("reel", """{"invocationArn":"a","status":"Failed","failureMessage":"no"}""", VideoStatus.Failed, 0)]
    public void Answer_SaysWhereTheFilmStands(string shape, string answer, VideoStatus status, int files)
    {
        using var document = JsonDocument.Parse(answer);
        var task = ((VideoShape)Shapes[shape]).ReadTask(document.RootElement, "id");
        (task.Status, task.Files.Count).ShouldBe((status, files));
    }

    [Fact]
    public void MutatedAnswers_AreNeverAnythingElseThanRefused()
    {
        string[] answers =
        [
            """{"name":"o","done":true,"response":{"generateVideoResponse":{"generatedSamples":[{"video":{"uri":"https://a"}}]},"videos":[{"bytesBase64Encoded":"aGk="}]}}""",
            """{"id":"t","status":"SUCCEEDED","createdAt":"2024-06-27T19:49:32.335Z","progress":0.1,"output":["https://a"]}""",
            """{"status":"COMPLETED","status_url":"https://a/b/requests/c/status","video":{"url":"https://a"},"detail":[{"msg":"x"}]}""",
            """{"invocationArn":"a","status":"Completed","outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://b"}},"submitTime":"2024-12-01T00:00:00Z"}""",
            """{"pages":[{"index":0,"markdown":"x"}],"usage_info":{"pages_processed":1}}""",
            """{"status":"succeeded","analyzeResult":{"content":"abc","contentFormat":"markdown","pages":[{"pageNumber":1,"width":8.5,"height":11,"unit":"inch","spans":[{"offset":0,"length":3}]}]}}""",
            """{"usage":{"num_pages":2,"credits":1.5},"result":{"chunks":[{"content":"a","blocks":[{"bbox":{"page":1}}]}]}}""",
            """{"choices":[{"message":{"content":"x"}}]}""",
        ];
        string[] values = ["null", "-1", "1e300", "\"\"", "[]", "{}", "[null]", "true"];
        var random = new Random(7);
        using var request = JsonDocument.Parse("""{"model":"m","seconds":"4"}""");
        foreach (var shape in Shapes.Values)
        {
            for (var i = 0; i < 400; i++)
            {
                var text = answers[random.Next(answers.Length)];
                var colon = text.IndexOf(':', random.Next(text.Length));
                var end = colon < 0 ? -1 : text.IndexOfAny([',', '}', ']'], colon);
                using var document = Parse(end < 0 ? text : text[..(colon + 1)] + values[random.Next(values.Length)] + text[end..]);
                if (document is null)
                {
                    continue;
                }

                try
                {
                    using var json = new Utf8JsonWriter(new ArrayBufferWriter<byte>(256), HubJson.Writing);
                    shape.Read(document.RootElement, request.RootElement, json);
                }
                catch (Exception exception) when (exception is WireException or MediaRefusedException)
                {
                    continue;
                }
            }
        }
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static MediaRequest Write(string shape, string model, string request)
    {
        var target = new TargetModel { Provider = "someone", Model = model, Options = new Dictionary<string, string> { [NovaReelVideos.BucketOption] = "s3://b" } };
        return Shapes[shape].Write(JsonDocument.Parse(request).RootElement, target);
    }
}
