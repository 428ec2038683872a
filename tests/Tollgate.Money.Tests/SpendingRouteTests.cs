using Tollgate.Mock;
using Tollgate.Money.Tests.Gateway;

namespace Tollgate.Money.Tests;

/// <summary>No way around admission: every route that spends refuses a key whose budget is spent.</summary>
public sealed class SpendingRouteTests
{
    private const string Model = "\"model\":\"" + Config.Paid + "\"";
    private const string Prompt = "{" + Model + ",\"prompt\":\"How much is it?\"}";
    private const string Query = "{\"model\":\"" + Config.Ranked + "\",\"query\":\"x\",\"documents\":[\"a\",\"b\"]}";
    private const string Message = "{\"model\":\"" + Config.Translated + "\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"How much?\"}]}";
    private const string Response = "{\"model\":\"" + Config.Translated + "\",\"input\":\"How much is it?\"}";
    private const string Film = "{" + Model + ",\"prompt\":\"x\",\"video\":{\"id\":\"video_1\"}}";
    private const string Document = "{" + Model + ",\"document\":{\"type\":\"document_url\",\"document_url\":\"https://a.example/a.pdf\"}}";
    private const string Input = "{" + Model + ",\"input\":\"How much is it?\"}";

    /// <summary>Routes that spend: what to call, and a body that would be served.</summary>
    private static readonly Dictionary<string, (string Path, string Body)[]> Spending = new(StringComparer.Ordinal)
    {
        ["/v1/chat/completions"] = [("v1/chat/completions", Client.Chat(Config.Paid))],
        ["/chat/completions"] = [("chat/completions", Client.Chat(Config.Paid))],
        ["/openai/v1/chat/completions"] = [("openai/v1/chat/completions", Client.Chat(Config.Paid))],
        ["/v1/completions"] = [("v1/completions", Prompt)],
        ["/completions"] = [("completions", Prompt)],
        ["/openai/v1/completions"] = [("openai/v1/completions", Prompt)],
        ["/v1/embeddings"] = [("v1/embeddings", Input)],
        ["/embeddings"] = [("embeddings", Input)],
        ["/openai/v1/embeddings"] = [("openai/v1/embeddings", Input)],
        ["/v1/images/generations"] = [("v1/images/generations", Prompt)],
        ["/images/generations"] = [("images/generations", Prompt)],
        ["/openai/v1/images/generations"] = [("openai/v1/images/generations", Prompt)],
        ["/v1/images/edits"] = [("v1/images/edits", Client.Form(Config.Paid, "image")), ("v1/images/edits", Prompt)],
        ["/images/edits"] = [("images/edits", Client.Form(Config.Paid, "image"))],
        ["/openai/v1/images/edits"] = [("openai/v1/images/edits", Client.Form(Config.Paid, "image"))],
        ["/v1/images/variations"] = [("v1/images/variations", Client.Form(Config.Paid, "image"))],
        ["/images/variations"] = [("images/variations", Client.Form(Config.Paid, "image"))],
        ["/openai/v1/images/variations"] = [("openai/v1/images/variations", Client.Form(Config.Paid, "image"))],
        ["/v1/audio/speech"] = [("v1/audio/speech", Input)],
        ["/audio/speech"] = [("audio/speech", Input)],
        ["/openai/v1/audio/speech"] = [("openai/v1/audio/speech", Input)],
        ["/v1/audio/transcriptions"] = [("v1/audio/transcriptions", Client.Form(Config.Paid, "file"))],
        ["/audio/transcriptions"] = [("audio/transcriptions", Client.Form(Config.Paid, "file"))],
        ["/openai/v1/audio/transcriptions"] = [("openai/v1/audio/transcriptions", Client.Form(Config.Paid, "file"))],
        ["/v1/audio/translations"] = [("v1/audio/translations", Client.Form(Config.Paid, "file"))],
        ["/audio/translations"] = [("audio/translations", Client.Form(Config.Paid, "file"))],
        ["/openai/v1/audio/translations"] = [("openai/v1/audio/translations", Client.Form(Config.Paid, "file"))],
        ["/v1/moderations"] = [("v1/moderations", Input)],
        ["/moderations"] = [("moderations", Input)],
        ["/openai/v1/moderations"] = [("openai/v1/moderations", Input)],
        ["/v1/rerank"] = [("v1/rerank", Query)],
        ["/v2/rerank"] = [("v2/rerank", Query)],
        ["/rerank"] = [("rerank", Query)],
        ["/openai/v1/rerank"] = [("openai/v1/rerank", Query)],
        ["/openai/deployments/{**rest}"] = InPath("openai/deployments"),
        ["/engines/{**rest}"] = InPath("engines"),
        ["/v1/engines/{**rest}"] = InPath("v1/engines"),
        ["/v1beta/models/{**rest}"] = Google("v1beta/models"),
        ["/v1/models/{**rest}"] = Google("v1/models"),
        ["/models/{**rest}"] = Google("models"),
        ["/v1/messages"] = [("v1/messages", Message), ("v1/messages", "{\"stream\":true," + Message[1..])],
        ["/v1/responses"] = [("v1/responses", Response)],
        ["/responses"] = [("responses", Response)],
        ["/openai/v1/responses"] = [("openai/v1/responses", Response)],
    };

    /// <summary>Routes for which only the refusal is tried: the fake does not serve them.</summary>
    private static readonly string[] OnlyRefused = ["/v1/responses/compact", "/responses/compact", "/openai/v1/responses/compact"];

    /// <summary>The same for films and documents, which no other body fits.</summary>
    private static readonly (string Route, string Path, string Body)[] Unserved =
    [
        .. new[] { "/v1", "", "/openai/v1" }.SelectMany(static prefix => new[]
        {
            ($"{prefix}/videos", $"{prefix}/videos", Prompt),
            ($"{prefix}/videos/edits", $"{prefix}/videos/edits", Film),
            ($"{prefix}/videos/extensions", $"{prefix}/videos/extensions", Film),
            ($"{prefix}/videos/{{id}}/remix", $"{prefix}/videos/video_1/remix", Prompt),
            ($"{prefix}/videos/characters", $"{prefix}/videos/characters", "{" + Model + "}"),
            ($"{prefix}/ocr", $"{prefix}/ocr", Document),
        }),
    ];

    /// <summary>Searches, of which only the refusal is tried: with the body that they take.</summary>
    private static readonly string[] Searching =
    [
        "/v1/search", "/search", "/v1/search/{search_tool_name}", "/search/{search_tool_name}",
        .. new[] { "/v1", "", "/openai/v1" }.Select(static prefix => prefix + "/vector_stores/{vector_store_id}/search"),
    ];

    /// <summary>Tokens for realtime sessions: the sessions are what is paid for, but a key that is spent gets none.</summary>
    private static readonly string[] Tokens =
    [
        .. new[] { "/v1", "", "/openai/v1" }.SelectMany(static prefix => new[] { "client_secrets", "sessions", "transcription_sessions" }
            .Select(name => $"{prefix}/realtime/{name}")),
    ];

    /// <summary>Routes that take nothing but such a token.</summary>
    private static readonly string[] TokenTaking = ["/v1/realtime/calls", "/realtime/calls", "/openai/v1/realtime/calls"];

    /// <summary>Routes beside inference that cost nothing.</summary>
    private static readonly string[] Costless =
    [
        "/api/event_logging/batch", "/v1/messages/count_tokens", "/utils/token_counter",
        .. new[] { "/v1", "", "/openai/v1" }.SelectMany(
            static prefix => new[] { $"{prefix}/responses/input_tokens", $"{prefix}/responses/{{id}}/cancel" }),
    ];

    /// <summary>
    /// Routes that relay calls in other APIs: what they lead to is not the fake's business, so that only the refusal is tried. Sessions are no
    /// POST; they have tests of their own.
    /// </summary>
    private static readonly string[] Relaying =
    [
        .. new[]
        {
            "openai", "openai_passthrough", "azure", "azure_ai", "anthropic", "gemini", "vertex_ai", "vertex-ai", "bedrock", "cohere", "mistral",
            "vllm", "assemblyai", "eu.assemblyai", "langfuse", "cursor",
        }.Select(static prefix => $"/{prefix}/{{**path}}"),
        .. new[] { "/files", "/batches", "/fine_tuning/jobs", "/vector_stores" }.SelectMany(
            static resource => new[] { "/v1", "", "/openai/v1" }.Select(prefix => $"{prefix}{resource}/{{**rest}}")),
        .. new[] { "/azure/v1/files", "/azure/v1/batches", "/hosted_vllm/v1/files", "/hosted_vllm/v1/batches" }.Select(static path => path + "/{**rest}"),
        .. new[] { "/manus/v1/files", "/manus/v1/batches" }.Select(static path => path + "/{**rest}"),
    ];

    /// <summary>First parts of the paths of the control plane; what begins otherwise is taken for a route that spends.</summary>
    private static readonly HashSet<string> ControlPlane = new(StringComparer.Ordinal)
    {
        "access_group", "add", "budget", "config", "cost", "credentials", "customer", "delete", "end_user", "fallback", "global", "key", "model",
        "model_group", "model_hub", "organization", "project", "reload", "schedule", "search_tools", "spend", "tag", "team",
        "unified_access_group", "user", "vector_store",
    };

    [Fact]
    public async Task EveryRouteThatSpends_RefusesAKeyWhoseBudgetIsSpent()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        (string, string)[] environment =
        [
            .. new[] { "OPENAI", "ANTHROPIC", "GEMINI", "COHERE", "MISTRAL", "AZURE", "HOSTED_VLLM" }
                .SelectMany(name => new[] { (name + "_API_BASE", upstream.BaseAddress.ToString()), (name + "_API_KEY", "k") }),
        ];
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress), environment);
        using var rich = await gateway.NewClientAsync();
        using var broke = await gateway.NewClientAsync("\"max_budget\":0");
        var routes = await PostRoutesAsync(gateway);

        // Cases and routes are the same: a route without a case is new, a case without a route is gone.
        var known = routes.Where(static route => !IsControlPlane(route)).Order(StringComparer.Ordinal);
        known.ShouldBe(Spending.Keys.Concat(Relaying).Concat(OnlyRefused).Concat(Unserved.Select(static call => call.Route)).Concat(Searching)
            .Concat(Costless).Concat(Tokens).Concat(TokenTaking).Order(StringComparer.Ordinal));

        foreach (var (path, body) in Spending.Values.SelectMany(static calls => calls))
        {
            var served = upstream.Statistics.Requests;
            var refusal = await broke.PostAsync(path, body);
            refusal.Status.ShouldBe(400, $"{path}: {refusal.Body}");
            refusal.Error.GetProperty("message").GetString()!.ShouldContain("Budget has been exceeded", Case.Insensitive, path);
            upstream.Statistics.Requests.ShouldBe(served, path);

            // The case is worth something: with money the same call is served.
            (await rich.PostAsync(path, body)).Status.ShouldBe(200, path);
            upstream.Statistics.Requests.ShouldBe(served + 1, path);
        }

        foreach (var route in OnlyRefused)
        {
            (await broke.PostAsync(route[1..], Response)).Error.GetProperty("type").GetString().ShouldBe("budget_exceeded", route);
        }

        foreach (var (route, path, body) in Unserved)
        {
            var refusal = await broke.PostAsync(path[1..], body);
            refusal.Status.ShouldBe(400, $"{route}: {refusal.Body}");
            refusal.Error.GetProperty("type").GetString().ShouldBe("budget_exceeded", route);
        }

        foreach (var route in Searching)
        {
            var path = route[1..].Replace("{search_tool_name}", "web", StringComparison.Ordinal).Replace("{vector_store_id}", "x", StringComparison.Ordinal);
            var refusal = await broke.PostAsync(path, """{"search_tool_name":"web","query":"x"}""");
            refusal.Error.GetProperty("type").GetString().ShouldBe("budget_exceeded", route);
        }

        foreach (var route in Tokens)
        {
            (await broke.PostAsync(route[1..], "{" + Model + "}")).Error.GetProperty("type").GetString().ShouldBe("budget_exceeded", route);
        }

        foreach (var route in TokenTaking)
        {
            (await rich.PostAsync(route[1..], "{}")).Status.ShouldBe(401, route);
        }

        foreach (var route in Relaying)
        {
            var served = upstream.Statistics.Requests;
            var body = route.EndsWith("{**rest}", StringComparison.Ordinal) ? "{}" : Client.Chat("some-model");
            var refusal = await broke.PostAsync(route[1..route.IndexOf('{', StringComparison.Ordinal)] + "x", body);
            refusal.Status.ShouldBe(400, $"{route}: {refusal.Body}");
            refusal.Error.GetProperty("type").GetString().ShouldBe("budget_exceeded", route);
            upstream.Statistics.Requests.ShouldBe(served, route);
        }

        // Where the fake speaks the API it is served when there is money.
        (await rich.PostAsync("openai/chat/completions", Client.Chat("some-model"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task ControlPlane_NeverReachesTheUpstream()
    {
        await using var upstream = await MockServer.StartAsync(new MockServerOptions(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync(Config.For(upstream.BaseAddress));
        using var broke = await gateway.NewClientAsync("\"max_budget\":0");
        const string Body = "{" + Model + ",\"prompt\":\"x\",\"input\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        foreach (var route in (await PostRoutesAsync(gateway)).Where(IsControlPlane))
        {
            await broke.PostAsync(route[1..].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), Body);
            upstream.Statistics.Requests.ShouldBe(0, route);
        }
    }

    private static bool IsControlPlane(string route)
    {
        var parts = route.Split('/');
        var first = parts[1] is "v1" or "v2" ? parts[2] : parts[1];
        return ControlPlane.Contains(first);
    }

    private static async Task<IReadOnlyList<string>> PostRoutesAsync(GatewayProcess gateway)
    {
        var answer = await gateway.Admin.GetAsync("routes");
        answer.Status.ShouldBe(200, answer.Body);
        var routes = answer.Json.GetProperty("routes").EnumerateArray()
            .Where(static route => route.GetProperty("methods").EnumerateArray().Any(static method => method.GetString() is "POST"))
            .Select(static route => route.GetProperty("path").GetString()!)
            .ToList();
        routes.ShouldNotBeEmpty();
        return routes;
    }

    private static (string Path, string Body)[] Google(string prefix)
    {
        const string Contents = """{"contents":[{"role":"user","parts":[{"text":"How much is it?"}]}]}""";
        return [($"{prefix}/{Config.Paid}:generateContent", Contents), ($"{prefix}/{Config.Paid}:streamGenerateContent?alt=sse", Contents)];
    }

    private static (string Path, string Body)[] InPath(string prefix) =>
    [
        ($"{prefix}/{Config.Paid}/chat/completions", Client.Chat(Config.Paid)), ($"{prefix}/{Config.Paid}/completions", Prompt),
        ($"{prefix}/{Config.Paid}/embeddings", Input), ($"{prefix}/{Config.Paid}/images/generations", Prompt),
        ($"{prefix}/{Config.Paid}/images/edits", Client.Form(Config.Paid, "image")), ($"{prefix}/{Config.Paid}/audio/speech", Input),
        ($"{prefix}/{Config.Paid}/audio/transcriptions", Client.Form(Config.Paid, "file")),
        ($"{prefix}/{Config.Paid}/audio/translations", Client.Form(Config.Paid, "file")),
    ];
}
