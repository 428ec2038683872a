using Tollgate.Engine.Upstream;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Tests;

public sealed class TableA1Tests
{
    // Rows of the table that are not called in OpenAI's dialect.
    private static readonly string[] NotCalled = ["petals", "cursor"];

    public static TheoryData<string> All => TableA1.Slugs;

    public static TheoryData<string> Called => [.. TableA1.Rows.Select(static row => row.Slug).Except(NotCalled)];

    [Theory]
    [MemberData(nameof(All))]
    public void Row_HasTheKeyAndBaseOfTheTable(string slug)
    {
        var table = TableA1.Of(slug);
        var row = Providers.Catalogue.Find(slug).ShouldNotBeNull();
        row.Key.Env.ShouldBe(table.KeyEnv);
        row.Base.Default.ShouldBe(table.Base);
        row.Base.Env.ShouldBeSubsetOf(table.BaseEnv.Length == 0 ? row.Base.Env : [.. table.BaseEnv, "OPENAI_BASE_URL"]);
        if (slug is not "aiohttp_openai")
        {
            row.Endpoints.Length.ShouldBe(table.Operations.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Called))]
    public void Address_IsBaseAndPath(string slug)
    {
        var table = TableA1.Of(slug);
        var connection = Providers.Connect(
            table.Model, deployment => deployment with { ApiBase = table.Base is null ? "http://host:1/base/" : null });
        var root = (table.Base?.TrimEnd('/') ?? "http://host:1/base").Replace("{region}", "us-east-1", StringComparison.Ordinal);
        Check(connection, table, "C", Surface.Chat, root + ChatPathOf(slug));
        Check(connection, table, "T", Surface.Completions, slug is "text-completion-codestral" ? root
            : root + (slug is "databricks" ? "/serving-endpoints" : "") + "/completions");
        Check(connection, table, "E", Surface.Embeddings, slug switch
        {
            "perplexity" => root + "/v1/embeddings",
            "databricks" => root + "/serving-endpoints/embeddings",
            _ => root + "/embeddings",
        });
    }

    [Theory]
    [MemberData(nameof(Called))]
    public void BaseVariable_BeatsTheDefaultAndDeploymentBeatsIt(string slug)
    {
        var table = TableA1.Of(slug);
        var surface = table.Has("C") ? Surface.Chat : table.Has("E") ? Surface.Embeddings : Surface.Completions;
        foreach (var variable in table.BaseEnv.Where(static name => !name.StartsWith("MISTRAL_AZURE", StringComparison.Ordinal)))
        {
            var config = Providers.Config((variable, "http://from-env:2/v1"));
            Providers.Connect(table.Model, config: config).UrlOf(surface).ShouldStartWith("http://from-env:2/");
            Providers.Connect(table.Model, static deployment => deployment with { ApiBase = "http://own:3/v1" }, config).UrlOf(
                surface).ShouldStartWith("http://own:3/");
        }
    }

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Key_ComesFromTheRowsOwnVariablesInOrder(string slug)
    {
        var table = TableA1.Of(slug);
        for (var i = 0; i < table.KeyEnv.Length; i++)
        {
            var set = table.KeyEnv[i..].Select(static name => (name, "value-of-" + name)).ToArray();
            var (headers, fault) = await Providers.Connect(table.Model, WithoutKey, Providers.Config(set)).AuthorizeAsync();
            fault.ShouldBeNull();
            headers["Authorization"].ShouldBe(
                slug switch { "assemblyai" => "", "maritalk" => "Key ", _ => "Bearer " } + "value-of-" + table.KeyEnv[i]);
            headers["User-Agent"].ShouldStartWith("tollgate/");
        }

        if (slug is "sarvam")
        {
            (await Providers.Connect(table.Model).AuthorizeAsync()).Headers["api-subscription-key"].ShouldBe("sk-own");
        }
    }

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Key_OfAnotherProvider_IsNeverUsed(string slug)
    {
        var table = TableA1.Of(slug);
        var others = TableA1.Rows.SelectMany(static row => row.KeyEnv).Except(table.KeyEnv).Distinct().Select(
            static name => (name, "foreign")).ToArray();
        var (headers, fault) = await Providers.Connect(table.Model, WithoutKey, Providers.Config(others)).AuthorizeAsync();
        headers.Values.ShouldAllBe(static value => !value.Contains("foreign", StringComparison.Ordinal));
        if (Providers.Catalogue.Find(slug)!.Key.Required)
        {
            table.HasQuirk("q9").ShouldBeFalse();
            fault.ShouldNotBeNull().Kind.ShouldBe(UpstreamErrorKind.Authentication);
            fault.Message.ShouldContain(
                "The api_key client option must be set either by passing api_key to the client or by setting the " + table.KeyEnv[0] + " environment variable");
        }
        else
        {
            fault.ShouldBeNull();
            headers.GetValueOrDefault("Authorization").ShouldBe(slug is "hosted_vllm" ? "Bearer fake-api-key" : null);
        }
    }

    [Theory]
    [MemberData(nameof(Called))]
    public void Quirks_AreThoseOfTheTable(string slug)
    {
        var table = TableA1.Of(slug);
        if (!table.Has("C"))
        {
            return;
        }

        var connection = Connect(table);
        if (table.HasQuirk("q1"))
        {
            connection.Rewrite("""{"max_completion_tokens":5}""").ShouldContain("\"max_tokens\":5");
        }

        connection.Rewrite("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""")
            .Contains("\"content\":\"ab\"", StringComparison.Ordinal)
            .ShouldBe(table.HasQuirk("q2") || slug is "mistral" or "codestral" or "deepseek");
        if (table.HasQuirk("q3"))
        {
            Connect(table, supportsTools: false).TryRewrite("""{"tools":[]}""").Fault.ShouldNotBeNull().Kind.ShouldBe(
                UpstreamErrorKind.UnsupportedParams);
            Connect(table, supportsTools: true).Rewrite("""{"tools":[]}""").ShouldContain("tools");
        }

        if (table.HasQuirk("q7"))
        {
            connection.Response.ReasoningNames.ShouldBe(["reasoning_content", "reasoning"]);
        }
    }

    [Theory]
    [MemberData(nameof(Called))]
    public void ParameterSets_AreThoseOfTheTable(string slug)
    {
        var table = TableA1.Of(slug);
        if (table.Supported.Length == 0)
        {
            return;
        }

        var connection = Connect(table, supportsTools: true);
        foreach (
            var name in ChatParameters.All.Except(
            ["messages", "user", "stream", "stream_options", "max_retries", "metadata", "extra_headers", "api_version", "n",
            "thinking", "reasoning_effort"]))
        {
            var (text, fault) = connection.TryRewrite($$$"""{"{{{name}}}":2}""");
            if (table.Supported.Contains(name))
            {
                fault.ShouldBeNull(name);
                text.ShouldContain(name == "max_completion_tokens" && table.HasQuirk("q1") ? "max_tokens" : name);
            }
            else
            {
                fault.ShouldNotBeNull(name).Message.ShouldStartWith(
                    connection.Provider + " does not support parameters: ['" + name + "'], for model=");
            }
        }
    }

    private static string ChatPathOf(string slug) => slug switch
    {
        "docker_model_runner" or "heroku" => "/v1/chat/completions",
        "datarobot" => "/api/v2/genai/llmgw/chat/completions",
        "ragflow" => "/api/v1/chats_openai/kb1/chat/completions",
        "databricks" => "/serving-endpoints/chat/completions",
        _ => "/chat/completions",
    };

    private static void Check(IUpstreamConnection connection, TableA1 table, string operation, Surface surface, string address)
    {
        if (table.Slug is "aiohttp_openai" || table.Has(operation))
        {
            connection.UrlOf(surface).ShouldBe(address);
        }
        else
        {
            connection.EndpointFor(surface).Fault.ShouldNotBeNull().Message.ShouldContain("does not serve /v1/");
        }
    }

    private static Engine.Configuration.DeploymentConfig WithoutKey(Engine.Configuration.DeploymentConfig deployment)
        => deployment with { ApiKey = null, ApiBase = "http://host:1/v1" };

    private static IUpstreamConnection Connect(TableA1 table, bool? supportsTools = null)
        => Providers.Connect(table.Model, deployment => deployment with
        {
            ApiBase = "http://host:1/v1",
            Info = new Engine.Configuration.DeploymentInfo
            {
                Capabilities = supportsTools is { } can
                ? System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                    [KeyValuePair.Create("supports_function_calling", can)], StringComparer.Ordinal)
                : System.Collections.Frozen.FrozenDictionary<string, bool>.Empty,
            },
        });
}
