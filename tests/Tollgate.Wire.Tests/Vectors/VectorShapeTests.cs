using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Media;
using Tollgate.Wire.Vectors;

namespace Tollgate.Wire.Tests.Vectors;

/// <summary>Searches of vector stores in the words of who keeps them: requests and answers as their documentation has them.</summary>
public sealed class VectorShapeTests
{
    private const string Filtered =
        """{"query":"why","max_num_results":5,"filters":{"type":"and","filters":[{"type":"eq","key":"lang","value":"en"},{"type":"gte","key":"year","value":2020}]}}""";

    private static readonly Dictionary<string, VectorShape> Shapes = new(StringComparer.Ordinal)
    {
        ["bedrock"] = new BedrockRetrieval(),
        ["rag"] = new VertexRag(),
        ["discovery"] = new DiscoverySearch(),
        ["gemini"] = new GeminiFileSearch(),
        ["azure"] = new AzureIndexSearch(),
        ["milvus"] = new MilvusSearch("book_intro"),
        ["s3"] = new S3VectorsQuery(),
        ["openai"] = new OpenAiVectorSearch(),
    };

    [Theory]
    [InlineData("bedrock", Filtered, """{"retrievalQuery":{"text":"why"},"retrievalConfiguration":{"vectorSearchConfiguration":{"numberOfResults":5,"filter":{"andAll":[{"equals":{"key":"lang","value":"en"}},{"greaterThanOrEquals":{"key":"year","value":2020}}]}}}}""")]
    [InlineData("rag", """{"query":"why","max_num_results":5}""", """{"vertex_rag_store":{"rag_resources":[{"rag_corpus":"projects/p/locations/l/ragCorpora/7"}]},"query":{"text":"why","rag_retrieval_config":{"top_k":5}}}""")]
    [InlineData("discovery", """{"query":["why","not"]}""", """{"query":"why not","pageSize":10}""")]
    [InlineData("gemini", """{"query":"why","filters":"author = \"x\""}""", """{"contents":[{"role":"user","parts":[{"text":"why"}]}],"tools":[{"file_search":{"file_search_store_names":["fileSearchStores/b:i"],"metadata_filter":"author = \"x\""}}]}""")]
    [InlineData("azure", Filtered, """{"vectorQueries":[{"kind":"vector","vector":[0.1,0.2],"fields":"contentVector","k":5}],"filter":"(lang eq 'en' and year ge 2020)","top":5}""")]
    [InlineData("milvus", Filtered, """{"collectionName":"b:i","data":[[0.1,0.2]],"limit":5,"filter":"(lang == \"en\" and year >= 2020)","outputFields":["*"]}""")]
    [InlineData("s3", Filtered, """{"vectorBucketName":"b","indexName":"i","queryVector":{"float32":[0.1,0.2]},"topK":5,"filter":{"$and":[{"lang":{"$eq":"en"}},{"year":{"$gte":2020}}]},"returnMetadata":true,"returnDistance":true}""")]
    [InlineData("openai", """{"query":"why","max_num_results":5,"rewrite_query":true,"custom_llm_provider":"openai","litellm_trace_id":"x"}""", """{"query":"why","max_num_results":5,"rewrite_query":true}""")]
    public void Request_IsInTheProvidersWords(string shape, string body, string written) => Write(shape, body).ShouldBe(written);

    [Fact]
    public void TextInAnExpression_CannotLeaveItsMarks()
    {
        Write("azure", """{"query":"q","filters":{"type":"eq","key":"a","value":"x' or 1 eq 1 or a eq 'y"}}""")
            .ShouldContain("""a eq 'x'' or 1 eq 1 or a eq ''y'""");
        using var milvus = JsonDocument.Parse(Write("milvus", """{"query":"q","filters":{"type":"eq","key":"a","value":"x\" or \\"}}"""));
        milvus.RootElement.GetProperty("filter").GetString().ShouldBe("""a == "x\" or \\" """.TrimEnd());
        Should.Throw<WireException>(() => Write("azure", """{"query":"q","filters":{"type":"eq","key":"a eq 1 or b","value":1}}""")).Param.ShouldBe("filters");
    }

    [Theory]
    [InlineData("bedrock", """{"retrievalResults":[{"content":{"text":"T","type":"TEXT"},"location":{"type":"S3","s3Location":{"uri":"s3://b/f.pdf"}},"score":0.5,"metadata":{"lang":"en"}}]}""", "s3://b/f.pdf", "f.pdf", 0.5)]
    [InlineData("rag", """{"contexts":{"contexts":[{"sourceUri":"gs://b/f.pdf","sourceDisplayName":"f.pdf","text":"T","score":0.5}]}}""", "gs://b/f.pdf", "f.pdf", 0.5)]
    [InlineData("discovery", """{"results":[{"id":"1","document":{"name":"n","id":"1","structData":{"lang":"en"},"derivedStructData":{"title":"f.pdf","link":"gs://b/f.pdf","snippets":[{"snippet":"T","snippet_status":"SUCCESS"}]}},"modelScores":{"relevance_score":{"values":[0.5]}}}],"totalSize":1}""", "gs://b/f.pdf", "f.pdf", 0.5)]
    [InlineData("gemini", """{"candidates":[{"content":{"parts":[{"text":"said"}]},"groundingMetadata":{"groundingChunks":[{"retrievedContext":{"title":"f.pdf","text":"T"}}],"groundingSupports":[{"groundingChunkIndices":[0],"confidenceScores":[0.5]}]}}]}""", "f.pdf", "f.pdf", 0.5)]
    [InlineData("azure", """{"value":[{"@search.score":0.5,"id":"1","title":"f.pdf","content":"T","lang":"en","contentVector":[1]}]}""", "1", "f.pdf", 0.5)]
    [InlineData("milvus", """{"code":0,"cost":0,"data":[{"id":1,"distance":0.5,"filename":"f.pdf","book_intro":"T","lang":"en"}]}""", "1", "f.pdf", 0.5)]
    [InlineData("s3", """{"distanceMetric":"cosine","vectors":[{"key":"1","distance":0.5,"metadata":{"source_text":"T","filename":"f.pdf","lang":"en"}}]}""", "1", "f.pdf", 0.5)]
    public void Answer_HasOpenAisForm(string shape, string answer, string id, string name, double score)
    {
        using var read = JsonDocument.Parse(Read(shape, answer));

        read.RootElement.GetProperty("object").GetString().ShouldBe("vector_store.search_results.page");
        read.RootElement.GetProperty("search_query").GetString().ShouldBe("q");
        read.RootElement.GetProperty("has_more").GetBoolean().ShouldBeFalse();
        var hit = read.RootElement.GetProperty("data").EnumerateArray().ToList().ShouldHaveSingleItem();
        hit.GetProperty("file_id").GetString().ShouldBe(id);
        hit.GetProperty("filename").GetString().ShouldBe(name);
        hit.GetProperty("score").GetDouble().ShouldBe(score, 1e-9);
        hit.GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("T");
        if (shape is not ("rag" or "gemini"))
        {
            hit.GetProperty("attributes").GetProperty("lang").GetString().ShouldBe("en");
        }
    }

    [Fact]
    public void TokensOfAModelThatSearches_AreReported()
        => Read("gemini", """{"candidates":[],"usageMetadata":{"promptTokenCount":5,"toolUsePromptTokenCount":7,"candidatesTokenCount":3,"thoughtsTokenCount":2}}""")
            .ShouldContain("\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17}");

    [Fact]
    public void WeakHits_AreLeftOut()
    {
        using var read = JsonDocument.Parse(Read(
            "azure", """{"value":[{"@search.score":0.9,"id":"1","content":"a"},{"@search.score":0.1,"id":"2","content":"b"}]}""",
            """{"query":"q","ranking_options":{"score_threshold":0.5}}"""));

        read.RootElement.GetProperty("data").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"code":1800,"message":"user hasn't authenticated"}""", "401")]
    [InlineData("""{"code":100,"message":"collection not found"}""", "404")]
    [InlineData("""{"code":1100,"message":"invalid parameter"}""", "400")]
    public void ErrorUnderAGoodStatus_IsOne(string answer, string code)
        => Should.Throw<MediaRefusedException>(() => Read("milvus", answer)).Error.Code.ShouldBe(code);

    [Theory]
    [InlineData("bedrock", """{"query":""}""", "query")]
    [InlineData("bedrock", """{"max_num_results":5}""", "query")]
    [InlineData("bedrock", """{"query":"q","max_num_results":51}""", "max_num_results")]
    [InlineData("bedrock", """{"query":"q","filters":{"type":"like","key":"a","value":1}}""", "filters")]
    [InlineData("bedrock", """{"query":"q","filters":[]}""", "filters")]
    [InlineData("bedrock", """{"query":"q","filters":{"type":"and","filters":[]}}""", "filters")]
    [InlineData("rag", """{"query":"q","filters":{"type":"eq","key":"a","value":1}}""", "filters")]
    [InlineData("azure", """{"query":"q","filters":{"type":"in","key":"a","value":[1]}}""", "filters")]
    public void WrongRequest_NamesTheField(string shape, string body, string field)
        => Should.Throw<WireException>(() => Write(shape, body)).Param.ShouldBe(field);

    private static string Write(string shape, string body)
    {
        using var document = JsonDocument.Parse(body);
        var request = Shapes[shape].Write(document.RootElement, new TargetModel
        {
            Provider = shape,
            Model = "vector_store",
            Options = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [VectorShape.StoreOption] = "b:i",
                [VectorShape.VectorOption] = "[0.1,0.2]",
                [VertexRag.CorpusOption] = "projects/p/locations/l/ragCorpora/7",
            },
        });
        return Encoding.UTF8.GetString(request.Json.Span);
    }

    private static string Read(string shape, string answer, string body = """{"query":"q"}""")
    {
        using var request = JsonDocument.Parse(body);
        using var document = JsonDocument.Parse(answer);
        using var written = new MemoryStream();
        using (var json = new Utf8JsonWriter(written))
        {
            Shapes[shape].Read(document.RootElement, request.RootElement, json);
        }

        return Encoding.UTF8.GetString(written.ToArray());
    }
}
