using System.Text;
using Tollgate.Testing;
using Tollgate.Tests.Loopback.Media;
using Tollgate.Tests.PassThrough;

namespace Tollgate.Tests.Loopback.Videos;

/// <summary>Documents that are read, through the whole gateway to the row in the log, with bytes of the providers' documentation.</summary>
public sealed class OcrTests : IDisposable
{
    private const string Mistral = """
        {"pages":[{"index":0,"markdown":"# One","images":[],"dimensions":{"dpi":200,"height":2200,"width":1700}},{"index":1,"markdown":"Two","images":[],"dimensions":null}],
         "model":"mistral-ocr-2505-completion","document_annotation":null,"usage_info":{"pages_processed":2,"doc_size_bytes":3002783}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MistralsReader_IsRelayed_AndPaidByThePage()
    {
        await using var api = await FakeApi.StartAsync(Mistral);
        await using var gateway = await StartAsync(Model("mistral", "mistral-ocr-latest", api.Address + "/v1"));
        var answer = await gateway.PostAsync(
            "v1/ocr", """{"model":"docs","document":{"type":"document_url","document_url":"https://arxiv.org/pdf/2201.04234"},"include_image_base64":true,"pages":[0,1]}""");
        answer.Status.ShouldBe(200, answer.Body);
        api.Last.Target.ShouldBe("/v1/ocr");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe(
            """{"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"https://arxiv.org/pdf/2201.04234"},"include_image_base64":true,"pages":[0,1]}""");
        answer.Json.GetProperty("object").GetString().ShouldBe("ocr");
        answer.Json.GetProperty("model").GetString().ShouldBe("docs");
        answer.Json.GetProperty("pages")[1].GetProperty("markdown").GetString().ShouldBe("Two");
        answer.Json.GetProperty("usage_info").GetProperty("doc_size_bytes").GetInt64().ShouldBe(3002783);
        await ShouldCostAsync(gateway, 0.002);
    }

    [Fact]
    public async Task AnnotatedPages_CostMore()
    {
        await using var api = await FakeApi.StartAsync(Mistral);
        await using var gateway = await StartAsync(Model("mistral", "mistral-ocr-latest", api.Address + "/v1"));
        (await gateway.PostAsync(
            "ocr", """{"model":"docs","document":{"type":"image_url","image_url":"https://a.example/a.png"},"document_annotation_format":{"type":"json_schema"}}""")).Status.ShouldBe(200);
        await ShouldCostAsync(gateway, 0.008);
    }

    [Fact]
    public async Task File_IsPutIntoTheBody()
    {
        await using var api = await FakeApi.StartAsync(Mistral);
        await using var gateway = await StartAsync(Model("mistral", "mistral-ocr-latest", api.Address + "/v1"));
        using var form = Form.Of(("model", "docs"), ("pages", "[0]"), ("include_image_base64", "true"), ("file", new ByteArrayContent("%PDF-1.7"u8.ToArray())));
        using var response = await gateway.SendAsync(HttpMethod.Post, "openai/v1/ocr", form);
        (await Answer.ReadAsync(response)).Status.ShouldBe(200);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""
            {"model":"mistral-ocr-latest","document":{"type":"document_url","document_url":"data:application/pdf;base64,JVBERi0xLjc="},"pages":[0],"include_image_base64":true}
            """.Trim());
    }

    [Fact]
    public async Task FoundrysReader_IsGivenBytes()
    {
        await using var store = await FakeApi.StartAsync((http, _) => FakeApi.AnswerAsync(http, "%PDF-1.7", type: "application/pdf"));
        await using var api = await FakeApi.StartAsync(Mistral);
        var host = new Uri(store.Address).Authority;
        await using var gateway = await StartAsync($"user_url_allowed_hosts: ['{host}']", Model("azure_ai", "mistral-document-ai-2505", api.Address));
        var answer = await gateway.PostAsync("v1/ocr", $$$"""{"model":"docs","document":{"type":"document_url","document_url":"{{{store.Address}}}/a.pdf"}}""");
        answer.Status.ShouldBe(200, answer.Body);
        api.Last.Target.ShouldBe("/providers/mistral/azure/ocr");
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""
            {"model":"mistral-document-ai-2505","document":{"type":"document_url","document_url":"data:application/pdf;base64,JVBERi0xLjc="}}
            """.Trim());
        await ShouldCostAsync(gateway, 0.006);

        var refused = await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"document_url","document_url":"http://127.0.0.1:9/a.pdf"}}""");
        refused.Status.ShouldBe(400, refused.Body);
        api.Count.ShouldBe(1);
    }

    [Fact]
    public async Task DocumentIntelligence_IsWaitedFor()
    {
        var asked = 0;
        await using var api = await FakeApi.StartAsync((http, seen) =>
        {
            if (seen.Method is "POST")
            {
                http.Response.Headers["Operation-Location"] = $"http://{http.Request.Host}/documentintelligence/documentModels/prebuilt-layout/analyzeResults/r1?api-version=2024-11-30";
                http.Response.StatusCode = 202;
                http.Response.Headers.RetryAfter = "1";
                return Task.CompletedTask;
            }

            return FakeApi.AnswerAsync(http, asked++ == 0 ? """{"status":"running"}""" : """
                {"status":"succeeded","createdDateTime":"2024-01-01T00:00:00Z","analyzeResult":{"apiVersion":"2024-11-30","modelId":"prebuilt-layout","contentFormat":"markdown",
                 "content":"# Größe\nzwei","pages":[{"pageNumber":1,"width":8.5,"height":11,"unit":"inch","spans":[{"offset":0,"length":8}]},
                 {"pageNumber":2,"width":100,"height":50,"unit":"pixel","spans":[{"offset":8,"length":4}]}]}}
                """);
        });
        await using var gateway = await StartAsync(Model("azure_ai", "doc-intelligence/prebuilt-layout", api.Address));
        var answer = await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"document_url","document_url":"https://a.example/a.pdf"},"pages":[0,1]}""");
        answer.Status.ShouldBe(200, answer.Body);
        api.Last.Target.ShouldBe("/documentintelligence/documentModels/prebuilt-layout/analyzeResults/r1?api-version=2024-11-30");
        api.Last.Header("ocp-apim-subscription-key").ShouldBe(GatewayFixture.UpstreamKey);
        var pages = answer.Json.GetProperty("pages");
        pages[0].GetProperty("markdown").GetString().ShouldBe("# Größe\n");
        pages[0].GetProperty("dimensions").GetRawText().ShouldBe("""{"dpi":96,"height":1056,"width":816}""");
        pages[1].GetProperty("markdown").GetString().ShouldBe("zwei");
        pages[1].GetProperty("dimensions").GetProperty("width").GetInt32().ShouldBe(100);
        await ShouldCostAsync(gateway, 0.02);
    }

    [Fact]
    public async Task ReductosReader_IsHandedTheFile_AndPaidByTheCredit()
    {
        await using var api = await FakeApi.StartAsync((http, seen) => FakeApi.AnswerAsync(http, seen.Target is "/upload" ? """{"file_id":"reducto://f1.pdf"}""" : """
            {"job_id":"j","duration":3.8,"usage":{"num_pages":2,"credits":1.5},"result":{"type":"full","chunks":[
             {"content":"One","blocks":[{"type":"Text","bbox":{"page":1,"original_page":1}}]},{"content":"Two","blocks":[{"type":"Text","bbox":{"page":2,"original_page":2}}]}]}}
            """));
        await using var gateway = await StartAsync(Model("reducto", "parse-v3", api.Address));
        var answer = await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"file","file":"JVBERi0xLjc="},"pages":[0]}""");
        answer.Status.ShouldBe(200, answer.Body);
        Encoding.UTF8.GetString(api.Last.Body).ShouldBe("""{"input":"reducto://f1.pdf","retrieval":{"chunking":{"chunk_mode":"page"}},"settings":{"page_range":[1]}}""");
        (api.Last.Target, api.Last.Header("authorization")).ShouldBe(("/parse", "Bearer " + GatewayFixture.UpstreamKey));
        answer.Json.GetProperty("pages")[1].GetProperty("index").GetInt32().ShouldBe(1);
        answer.Json.GetProperty("usage_info").GetProperty("pages_processed").GetInt32().ShouldBe(2);
        await ShouldCostAsync(gateway, 0.0225);
    }

    [Fact]
    public async Task ReadersOfVertex_AreAskedRaw()
    {
        await using var api = await FakeApi.StartAsync(Mistral);
        await using var gateway = await StartAsync(Model("vertex_ai", "mistral-ocr-2505", api.Address + "/m") with { Params = "vertex_project: p" });
        var answer = await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"image_url","image_url":"data:image/png;base64,cG5n"}}""");
        answer.Status.ShouldBe(200, answer.Body);
        api.Last.Target.ShouldEndWith(":rawPredict");
        await ShouldCostAsync(gateway, 0.001);

        await using var chat = await FakeApi.StartAsync("""{"id":"c","choices":[{"message":{"role":"assistant","content":"# Text"}}],"usage":{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105}}""");
        using var folder = new TemporaryFolder();
        await using var second = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [Model("vertex_ai", "deepseek-ai/deepseek-ocr-maas", chat.Address) with { Params = "vertex_project: p" }],
            Environment = [("TOLLGATE_DATA_DIR", folder.Path)],
        });
        answer = await second.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"image_url","image_url":"data:image/png;base64,cG5n"}}""");
        answer.Status.ShouldBe(200, answer.Body);
        Encoding.UTF8.GetString(chat.Last.Body).ShouldBe(
            """{"model":"deepseek-ai/deepseek-ocr-maas","messages":[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,cG5n"}]}]}""");
        answer.Json.GetProperty("pages")[0].GetProperty("markdown").GetString().ShouldBe("# Text");
        await ShouldCostAsync(second, 0.0003);
    }

    [Theory]
    [InlineData("""{"model":"docs"}""", 400, "document")]
    [InlineData("""{"document":{"type":"document_url","document_url":"https://a.example"}}""", 400, "model")]
    [InlineData("""{"model":"docs","document":"x"}""", 400, "document")]
    [InlineData("""{"model":"docs","document":{"type":"path","path":"/etc/passwd"}}""", 400, "document.type")]
    [InlineData("""{"model":"docs","document":{"type":"file","file":"/etc/passwd!"}}""", 400, "base64")]
    [InlineData("""{"model":"docs","document":{"type":"document_url"}}""", 400, "document.document_url")]
    [InlineData("""{"model":"chats","document":{"type":"document_url","document_url":"https://a.example"}}""", 400, "does not serve")]
    [InlineData("{", 400, "JSON")]
    public async Task BadCall_IsRefusedByName(string body, int status, string word)
    {
        await using var api = await FakeApi.StartAsync(Mistral);
        await using var gateway = await StartAsync(Model("mistral", "mistral-ocr-latest", api.Address + "/v1"), new TestModel("chats") { Provider = "groq" });
        var answer = await gateway.PostAsync("v1/ocr", body);
        answer.Status.ShouldBe(status, answer.Body);
        answer.Error.Message.ShouldContain(word);
        api.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("""5""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData(""" "x" """)]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"image_url","image_url":{}}""")]
    [InlineData("""{"type":"file","file":null,"file_id":""}""")]
    public async Task DocumentThatIsNone_IsRefused_AlsoByModelsThatAnswerThemselves(string document)
    {
        await using var gateway = await StartAsync(new TestModel("docs") { Provider = "mistral", UpstreamModel = "mistral-ocr-latest", Params = "mock_response: text" });
        var answer = await gateway.PostAsync("v1/ocr", $$"""{"model":"docs","document":{{document}}}""");
        answer.ShouldBeError(400, "document", "document");
        (await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"file","file_id":"f1"}}""")).Status.ShouldBe(200);
        (await gateway.PostAsync("v1/moderations", """{"model":"docs","input":5}""")).ShouldBeError(400, "input", "input");
    }

    [Theory]
    [InlineData(422, """{"detail":[{"loc":["body"],"msg":"no pages","type":"value_error"}]}""", 422)]
    [InlineData(401, """{"message":"Unauthorized"}""", 401)]
    [InlineData(200, """{"hello":"x"}""", 500)]
    public async Task ErrorOfTheProvider_IsTheClients(int status, string body, int told)
    {
        await using var api = await FakeApi.StartAsync(body, status);
        await using var gateway = await StartAsync(Model("mistral", "mistral-ocr-latest", api.Address + "/v1"));
        var answer = await gateway.PostAsync("v1/ocr", """{"model":"docs","document":{"type":"document_url","document_url":"https://a.example"}}""");
        answer.Status.ShouldBeOneOf(told, told == 422 ? 400 : told);
        answer.Error.Message.ShouldNotBeEmpty();
    }

    private static TestModel Model(string provider, string model, string address) => new("docs") { Provider = provider, UpstreamModel = model, ApiBase = address };

    private static async Task ShouldCostAsync(GatewayFixture gateway, double cost)
    {
        var row = (await gateway.LogAsync(1))[0];
        row["spend"]!.GetValue<double>().ShouldBe(cost, 1e-9);
        row["call_type"]!.GetValue<string>().ShouldBe("aocr");
    }

    private Task<GatewayFixture> StartAsync(params TestModel[] models) => StartAsync("", models);

    private Task<GatewayFixture> StartAsync(string litellm, params TestModel[] models)
        => GatewayFixture.StartAsync(new GatewaySetup { Models = models, Litellm = litellm, Environment = [("TOLLGATE_DATA_DIR", _folder.Path)] });
}
