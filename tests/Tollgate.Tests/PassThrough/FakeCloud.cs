using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.PassThrough;

/// <summary>Files and batches of a provider with an API of its own, as its documentation has them.</summary>
internal sealed class FakeCloud(string provider)
{
    private const string Arn = "arn:aws:bedrock:eu-west-1:123456789012:model-invocation-job/abcdefghijkl";

    private readonly ConcurrentDictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private string _input = "";
    private string _output = "";
    private string _lines = "";

    public static IReadOnlyList<string> All { get; } = ["anthropic", "gemini", "vertex_ai", "bedrock"];

    public string Address { get; set; } = "";

    /// <summary>The batch has come to its end.</summary>
    public bool IsOver { get; set; }

    public static TestModel Model(string provider, string address)
    {
        const string Prices = "input_cost_per_token: 0.001, output_cost_per_token: 0.002";
        const string Entry = "model_info: {id: dep-m}";
        return provider switch
        {
            "anthropic" => new("m") { Provider = provider, UpstreamModel = "claude-sonnet-4-5", ApiBase = address, Params = Prices, Entry = Entry },
            "gemini" => new("m") { Provider = provider, UpstreamModel = "gemini-2.5-flash", ApiBase = address, Params = Prices, Entry = Entry },
            "vertex_ai" => new("m", ("Authorization", "Bearer token"))
            {
                Provider = provider,
                UpstreamModel = "gemini-2.5-flash",
                ApiBase = address + "/x.p.googleapis.com",
                HasKey = false,
                Entry = Entry,
                Params = $"{Prices}, vertex_project: proj, vertex_location: us-central1, gcs_bucket_name: bucket/folder, gcs_api_base: '{address}'",
            },
            _ => new("m")
            {
                Provider = provider,
                UpstreamModel = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
                ApiBase = address,
                HasKey = false,
                Entry = Entry,
                Params = $"{Prices}, aws_access_key_id: AKIDEXAMPLE, aws_secret_access_key: secret, aws_region_name: eu-west-1, s3_bucket_name: bucket, "
                    + $"aws_batch_role_arn: 'arn:aws:iam::123456789012:role/batch', s3_endpoint_url: '{address}', aws_bedrock_endpoint: '{address}'",
            },
        };
    }

    public Task AnswerAsync(HttpContext http, SeenRequest seen) => provider switch
    {
        "anthropic" => AnthropicAsync(http, seen),
        "gemini" => GeminiAsync(http, seen),
        "vertex_ai" => VertexAsync(http, seen),
        _ => BedrockAsync(http, seen),
    };

    /// <summary>The lines are the provider's, each with the client's id and the model's name where it belongs.</summary>
    public void CheckLines()
    {
        switch (provider)
        {
            case "anthropic":
                var requests = Relays.Parse(_lines).GetProperty("requests");
                requests.GetArrayLength().ShouldBe(2);
                requests[0].GetProperty("custom_id").GetString().ShouldBe("Request 1!");
                requests[0].GetProperty("params").GetProperty("model").GetString().ShouldBe("claude-sonnet-4-5");
                requests[0].GetProperty("params").GetProperty("max_tokens").GetInt32().ShouldBe(9);
                break;
            case "bedrock":
                var first = Relays.Parse(_lines.Split('\n')[0]);
                first.GetProperty("recordId").GetString().ShouldBe("Request 1!");
                first.GetProperty("modelInput").GetProperty("anthropic_version").GetString().ShouldBe("bedrock-2023-05-31");
                first.GetProperty("modelInput").TryGetProperty("model", out _).ShouldBeFalse();
                break;
            case "gemini":
                Relays.Parse(_lines.Split('\n')[0]).GetProperty("key").GetString().ShouldBe("Request 1!");
                Relays.Parse(_lines.Split('\n')[1]).GetProperty("request").GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("text")
                    .GetString().ShouldBe("Ho");
                break;
            default:
                var labels = Relays.Parse(_lines.Split('\n')[0]).GetProperty("request").GetProperty("labels");
                labels.GetProperty("tollgate_custom_id_0").GetString().ShouldBe(Convert.ToHexStringLower("Request 1!"u8));
                Relays.Parse(_lines.Split('\n')[1]).GetProperty("request").GetProperty("labels").GetProperty("litellm_custom_id").GetString()
                    .ShouldBe("second");
                break;
        }
    }

    private Task AnthropicAsync(HttpContext http, SeenRequest seen)
    {
        seen.Header("x-api-key").ShouldBe(GatewayFixture.UpstreamKey);
        seen.Header("anthropic-version").ShouldBe("2023-06-01");
        if (seen.Target.EndsWith("/results", StringComparison.Ordinal))
        {
            const string Message =
                """{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hello!"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":10,"service_tier":"batch"}}""";
            return FakeApi.AnswerAsync(http, Results(
                id => """{"custom_id":"ID","result":{"type":"succeeded","message":MESSAGE}}""".Replace("ID", id, StringComparison.Ordinal).Replace("MESSAGE", Message, StringComparison.Ordinal),
                static id => """{"custom_id":"ID","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"too long"}}}}""".Replace("ID", id, StringComparison.Ordinal)));
        }

        if (seen is { Method: "POST", Target: "/v1/messages/batches" })
        {
            _lines = Encoding.UTF8.GetString(seen.Body);
        }

        seen.Target.ShouldStartWith("/v1/messages/batches");
        var (status, url, ended, counts) = IsOver
            ? ("ended", "\"https://api.anthropic.com/v1/messages/batches/msgbatch_1/results\"", "\"2024-08-20T19:37:24.100435Z\"", (0, 2, 1))
            : ("in_progress", "null", "null", (3, 0, 0));
        return FakeApi.AnswerAsync(http, $$"""
            {"id":"msgbatch_1","type":"message_batch","processing_status":"{{status}}","results_url":{{url}},"created_at":"2024-08-20T18:37:24.100435Z",
            "ended_at":{{ended}},"expires_at":"2024-08-21T18:37:24.100435Z","archived_at":null,"cancel_initiated_at":null,
            "request_counts":{"processing":{{counts.Item1}},"succeeded":{{counts.Item2}},"errored":{{counts.Item3}},"canceled":0,"expired":0} }
            """);
    }

    private Task GeminiAsync(HttpContext http, SeenRequest seen)
    {
        switch (seen.Method, seen.Target)
        {
            case ("POST", "/upload/v1beta/files"):
                seen.Header("x-goog-upload-command").ShouldBe("start");
                seen.Header("x-goog-api-key").ShouldBe(GatewayFixture.UpstreamKey);
                http.Response.Headers["X-Goog-Upload-URL"] = Address + "/upload-here";
                return FakeApi.AnswerAsync(http, "");
            case ("POST", "/upload-here"):
                seen.Header("x-goog-upload-command").ShouldBe("upload, finalize");
                seen.Header("x-goog-api-key").ShouldBeNull();
                _lines = Encoding.UTF8.GetString(seen.Body);
                return FakeApi.AnswerAsync(http, "{\"file\":" + File + "}");
            case ("GET", "/v1beta/files/abc"):
                return FakeApi.AnswerAsync(http, File);
            case ("DELETE", "/v1beta/files/abc") or ("POST", "/v1beta/batches/b1:cancel"):
                return FakeApi.AnswerAsync(http, "{}");
            case ("GET", "/download/v1beta/files/batch-b1:download?alt=media"):
                return FakeApi.AnswerAsync(http, Results(
                    id => $$$"""{"key":"{{{id}}}","response":{{{Generated}}} }""",
                    id => $$$"""{"key":"{{{id}}}","error":{"code":3,"message":"too long"}}"""));
            case ("POST", "/v1beta/models/gemini-2.5-flash:batchGenerateContent"):
                Relays.Parse(Encoding.UTF8.GetString(seen.Body)).GetProperty("batch").GetProperty("input_config").GetProperty("file_name").GetString()
                    .ShouldBe("files/abc");
                break;
            default:
                seen.Target.ShouldBe("/v1beta/batches/b1");
                break;
        }

        return FakeApi.AnswerAsync(http, IsOver
            ? """
              {"name":"batches/b1","metadata":{"@type":"type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch","state":"BATCH_STATE_SUCCEEDED",
              "inputConfig":{"fileName":"files/abc"},"createTime":"2025-07-01T10:00:00.5Z","endTime":"2025-07-01T11:00:00Z",
              "batchStats":{"requestCount":"3","successfulRequestCount":"2","failedRequestCount":"1"}},"done":true,"response":{"responsesFile":"files/batch-b1"}}
              """
            : """{"name":"batches/b1","metadata":{"state":"BATCH_STATE_PENDING","inputConfig":{"fileName":"files/abc"},"createTime":"2025-07-01T10:00:00.5Z"}}""");
    }

    private static string File => """{"name":"files/abc","displayName":"in.jsonl","mimeType":"application/jsonl","sizeBytes":"7","createTime":"2025-07-01T10:00:00Z","expirationTime":"2025-07-03T10:00:00Z","state":"ACTIVE"}""";

    private static string Generated => """{"candidates":[{"content":{"parts":[{"text":"Hello!"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":10,"totalTokenCount":110},"modelVersion":"gemini-2.5-flash"}""";

    private Task VertexAsync(HttpContext http, SeenRequest seen)
    {
        const string Jobs = "/x.p.googleapis.com/v1/projects/proj/locations/us-central1/batchPredictionJobs";
        seen.Header("authorization").ShouldBe("Bearer token");
        if (seen.Target.StartsWith("/upload/storage/v1/b/bucket/o?uploadType=media&name=folder%2Ftollgate-vertex-files%2F", StringComparison.Ordinal))
        {
            _lines = Encoding.UTF8.GetString(seen.Body);
            _input = "gs://bucket/" + Uri.UnescapeDataString(seen.Target.Split("name=")[1]);
            return FakeApi.AnswerAsync(http, """{"kind":"storage#object","bucket":"bucket","size":"7","timeCreated":"2025-07-01T10:00:00.000Z"}""");
        }

        if (seen.Target.StartsWith("/storage/v1/b/bucket/o/", StringComparison.Ordinal))
        {
            return FakeApi.AnswerAsync(http, seen.Target.Contains("predictions.jsonl?alt=media", StringComparison.Ordinal)
                ? Results(
                    id => $$$"""{"status":"","processed_time":"2025-07-01T10:30:00Z","request":{"contents":[],"labels":{{{Label(id)}}} },"response":{{{Generated}}} }""",
                    id => $$$"""{"status":"too long","request":{"labels":{{{Label(id)}}} },"response":{}}""")
                : """{"kind":"storage#object","size":"7","timeCreated":"2025-07-01T10:00:00.000Z"}""");
        }

        if (seen is { Method: "POST", Target: Jobs })
        {
            var job = Relays.Parse(Encoding.UTF8.GetString(seen.Body));
            job.GetProperty("model").GetString().ShouldBe("publishers/google/models/gemini-2.5-flash");
            job.GetProperty("inputConfig").GetProperty("gcsSource").GetProperty("uris")[0].GetString().ShouldBe(_input);
            _output = job.GetProperty("outputConfig").GetProperty("gcsDestination").GetProperty("outputUriPrefix").GetString()!;
        }
        else
        {
            seen.Target.ShouldStartWith(Jobs + "/42");
        }

        var end = IsOver
            ? $$$""","endTime":"2025-07-01T11:00:00Z","outputInfo":{"gcsOutputDirectory":"{{{_output}}}/prediction-model-1"},"completionStats":{"successfulCount":"2","failedCount":"1"}"""
            : "";
        return FakeApi.AnswerAsync(http, $$$"""
            {"name":"projects/999/locations/us-central1/batchPredictionJobs/42","state":"{{{(IsOver ? "JOB_STATE_SUCCEEDED" : "JOB_STATE_PENDING")}}}",
            "inputConfig":{"instancesFormat":"jsonl","gcsSource":{"uris":["{{{_input}}}"]}},"createTime":"2025-07-01T10:00:00Z"{{{end}}} }
            """);
    }

    private static string Label(string id) => id is "Request 1!"
        ? $$"""{"tollgate_custom_id_0":"{{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(id))}}"}""" : $$"""{"litellm_custom_id":"{{id}}"}""";

    private Task BedrockAsync(HttpContext http, SeenRequest seen)
    {
        var scope = seen.Target.StartsWith("/bucket/", StringComparison.Ordinal) ? "/eu-west-1/s3/" : "/eu-west-1/bedrock/";
        seen.Header("authorization")!.ShouldContain(scope);
        if (seen.Target.StartsWith("/bucket/", StringComparison.Ordinal))
        {
            seen.Header("x-amz-content-sha256").ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(seen.Body)));
            seen.Header("authorization")!.ShouldContain("host;x-amz-content-sha256;x-amz-date");
            return StorageAsync(http, seen);
        }

        if (seen is { Method: "POST", Target: "/model-invocation-job" })
        {
            var job = Relays.Parse(Encoding.UTF8.GetString(seen.Body));
            job.GetProperty("modelId").GetString().ShouldBe("eu.anthropic.claude-sonnet-4-5-20250929-v1:0");
            job.GetProperty("roleArn").GetString().ShouldBe("arn:aws:iam::123456789012:role/batch");
            job.TryGetProperty("modelInvocationType", out _).ShouldBeFalse();
            job.GetProperty("inputDataConfig").GetProperty("s3InputDataConfig").GetProperty("s3Uri").GetString().ShouldBe(_input);
            _output = job.GetProperty("outputDataConfig").GetProperty("s3OutputDataConfig").GetProperty("s3Uri").GetString()!;
            return FakeApi.AnswerAsync(http, $$"""{"jobArn":"{{Arn}}"}""");
        }

        seen.Target.ShouldStartWith("/model-invocation-job/" + Uri.EscapeDataString(Arn));
        return FakeApi.AnswerAsync(http, $$$"""
            {"jobArn":"{{{Arn}}}","jobName":"j","modelId":"x","status":"{{{(IsOver ? "Completed" : "Validating")}}}","submitTime":"2025-07-01T10:00:00Z",
            "inputDataConfig":{"s3InputDataConfig":{"s3Uri":"{{{_input}}}"}},"outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"{{{_output}}}"} } }
            """);
    }

    private Task StorageAsync(HttpContext http, SeenRequest seen)
    {
        if (seen.Method is "PUT")
        {
            _lines = Encoding.UTF8.GetString(seen.Body);
            _input = "s3:/" + seen.Target;
            _objects[seen.Target] = seen.Body;
            return FakeApi.AnswerAsync(http, "");
        }

        if (seen.Target.EndsWith("/abcdefghijkl/manifest.json.out", StringComparison.Ordinal))
        {
            return FakeApi.AnswerAsync(http, """{"totalRecordCount":3,"processedRecordCount":3,"successRecordCount":2,"errorRecordCount":1,"inputTokenCount":200,"outputTokenCount":20}""");
        }

        const string Message =
            """{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hello!"}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":10}}""";
        if (seen.Target.EndsWith(".jsonl.out", StringComparison.Ordinal))
        {
            return FakeApi.AnswerAsync(http, Results(
                id => $$$"""{"recordId":"{{{id}}}","modelInput":{},"modelOutput":{{{Message}}} }""",
                id => $$$"""{"recordId":"{{{id}}}","modelInput":{},"error":{"errorCode":400,"errorMessage":"too long"}}"""));
        }

        http.Response.Headers.LastModified = new DateTimeOffset(2025, 7, 1, 0, 0, 0, TimeSpan.Zero).ToString("R", CultureInfo.InvariantCulture);
        return seen.Method is "HEAD" or "DELETE" ? Task.CompletedTask : FakeApi.AnswerAsync(http, Encoding.UTF8.GetString(_objects[seen.Target]));
    }

    private static string Results(Func<string, string> good, Func<string, string> bad) => $"{good("Request 1!")}\n{good("second")}\n{bad("third")}\n";
}
