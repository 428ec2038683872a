using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;
using static Tollgate.Wire.Tests.OpenAi.Rewriting;

namespace Tollgate.Wire.Tests.OpenAi;

public sealed class RequestRewriterTests
{
    [Fact]
    public void PlainRequest_OnlyModelChanges()
        => Rewrite(Rules(), """{"model":"alias", "messages":[{"role":"user","content":"hi","x":[1,2]}],"top_k":3 }""")
            .ShouldBe("""{"model":"real-model", "messages":[{"role":"user","content":"hi","x":[1,2]}],"top_k":3 }""");

    [Fact]
    public void PlainRequest_AllocatesNothing()
    {
        var json = Utf8(
            """{"model":"alias","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"stream":true,"metadata":{"a":1},"user":"u"}""");
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var rewriter = new RequestRewriter(Rules(static rules => rules.Default("top_p", Utf8("0.9"))));
        var edits = new JsonEdits();
        for (var i = 0; i < 200; i++)
        {
            edits.Clear();
            rewriter.Write(json, members, stream: true, RequestPolicy.Default, edits);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        edits.Clear();
        rewriter.Write(json, members, stream: true, RequestPolicy.Default, edits).ShouldBeNull();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        edits.Count.ShouldBe(4);
    }

    [Fact]
    public void PlainRequest_InsideOfMessagesIsNotTouched()
        => Rewrite(Rules(), """{"messages":[{"role":"assistant","content":null,"thinking_blocks":[],"cache_control":{}}],"model":"m"}""")
            .ShouldBe(
                """{"messages":[{"role":"assistant","content":null,"thinking_blocks":[],"cache_control":{}}],"model":"real-model"}""");

    [Theory]
    [InlineData("""{"api_key":"sk-1","model":"m"}""", """{"model":"real-model"}""")]
    [InlineData("""{"model":"m","api_base":"http://x","metadata":{"tags":["a"]}}""", """{"model":"real-model"}""")]
    [InlineData(
        """{"tags":[],"cache":{},"guardrails":[],"x":1,"num_retries":2,"model":"m","mock_delay":1,"input_cost_per_token":0}""",
        """{"x":1,"model":"real-model"}""")]
    [InlineData("""{ "a" : 1 , "fallbacks" : [ ] , "b" : 2 , "timeout":1 }""", """{ "a" : 1 , "b" : 2 ,"model":"real-model"}""")]
    [InlineData(
        """{"user_api_key_hash":"h","litellm_anything":1,"my_credential_x":2,"aws_region_name":"eu"}""", """{"model":"real-model"}""")]
    [InlineData("{}", """{"model":"real-model"}""")]
    [InlineData("  {  }  ", """  {  "model":"real-model"}  """)]
    [InlineData("""{"api_k\u0065y":"sk-1","mod\u0065l":"m"}""", """{"mod\u0065l":"real-model"}""")]
    [InlineData("""{"model":"a","temperature":1,"model":"b","temperature":2}""", """{"model":"real-model","temperature":2}""")]
    [InlineData("""{"model":"a","mod\u0065l":"b"}""", """{"mod\u0065l":"real-model"}""")]
    [InlineData("""{"model":"a","temperature":null,"top_p":null,"top_k":null}""", """{"model":"real-model","top_k":null}""")]
    public void InternalNullAndSupersededMembers_AreCut(string body, string expected)
        => Rewrite(Rules(), body).Replace(" ,\"model", ",\"model", StringComparison.Ordinal).ShouldBe(
            expected.Replace(" ,\"model", ",\"model", StringComparison.Ordinal));

    [Fact]
    public void MetadataPassedOn_Stays()
        => Rewrite(Rules(static rules => rules.PassOn("metadata")), """{"model":"m","metadata":{"a":"b"}}""").ShouldBe(
            """{"model":"real-model","metadata":{"a":"b"}}""");

    [Fact]
    public void UnsupportedParams_AreNamedInOrder()
    {
        var rules = Rules(static rules => rules.Unsupport("logit_bias", "seed", "user", "n"));
        var (_, fault) = TryRewrite(rules, """{"model":"m","seed":1,"user":"u","n":1,"logit_bias":{}}""");
        fault.ShouldNotBeNull().IsUnsupportedParams.ShouldBeTrue();
        fault.Message.ShouldBe(
            "acme does not support parameters: ['seed', 'logit_bias'], for model=real-model. To drop these, set `litellm.drop_params=True` or for proxy:"
            + "\n\n`litellm_settings:\n drop_params: true`\n. \n If you want to use these params dynamically send allowed_openai_params=['seed', 'logit_bias'] in your request.");
    }

    [Fact]
    public void UnsupportedParams_WithDropParams_AreCut()
    {
        const string body = """{"model":"m","seed":1,"x":2}""";
        Rewrite(Rules(static rules => { rules.Unsupport("seed"); rules.DropParams = true; }), body).ShouldBe(
            """{"model":"real-model","x":2}""");
        Rewrite(Rules(static rules => rules.Unsupport("seed")), body, policy: new RequestPolicy { DropParams = true }).ShouldBe(
            """{"model":"real-model","x":2}""");
    }

    [Fact]
    public void UnsupportedParams_AllowedByRequestOrDeployment_Pass()
    {
        const string body = """{"model":"m","seed":1}""";
        Rewrite(Rules(static rules => rules.Unsupport("seed")), body, policy: new RequestPolicy { AllowedOpenAiParams = ["seed"] })
            .ShouldBe("""{"model":"real-model","seed":1}""");
        Rewrite(Rules(static rules => { rules.Unsupport("seed"); rules.Allow("seed"); }), body).ShouldBe(
            """{"model":"real-model","seed":1}""");
    }

    [Theory]
    [InlineData("""{"max_completion_tokens":5}""", """{"max_tokens":5,"model":"real-model"}""")]
    [InlineData("""{"max_tokens":9,"max_completion_tokens":5}""", """{"max_tokens":5,"model":"real-model"}""")]
    [InlineData("""{"max_completion_tokens":5,"max_tokens":9}""", """{"max_tokens":5,"model":"real-model"}""")]
    [InlineData("""{"max_tokens":9,"max_completion_tokens":null}""", """{"max_tokens":9,"model":"real-model"}""")]
    public void RenamedTokenLimit_NewerNameWins(string body, string expected)
        => Rewrite(Rules(static rules => rules.Rename("max_completion_tokens", "max_tokens")), body).ShouldBe(expected);

    [Fact]
    public void RenamedParam_WhenClientUsesBothNames_StandsOnce()
        => Rewrite(Rules(static rules => rules.Rename("seed", "random_seed")), """{"seed":1,"random_seed":2}""").ShouldBe(
            """{"random_seed":2,"model":"real-model"}""");

    [Theory]
    [InlineData("\"required\"", "\"any\"")]
    [InlineData("{\"type\":\"function\"}", "\"any\"")]
    [InlineData("\"auto\"", "\"auto\"")]
    public void MappedValue_IsReplaced(string value, string expected)
    {
        var map = ValueChecks.Map(new Dictionary<string, string>(StringComparer.Ordinal) { ["required"] = "any", ["@object"] = "any" });
        Rewrite(Rules(rules => rules.Check("tool_choice", map)), $$$"""{"model":"m","tool_choice":{{{value}}}}""")
            .ShouldBe($$$"""{"model":"real-model","tool_choice":{{{expected}}}}""");
    }

    [Theory]
    [InlineData("1.7", 1, "1")]
    [InlineData("0.1", 1, "0.1")]
    [InlineData("0.1", 2, "0.3")]
    [InlineData("\"hot\"", 1, "\"hot\"")]
    public void ClampedValue_StaysInBounds(string value, int n, string expected)
        => Rewrite(
            Rules(static rules => rules.Check("temperature", ValueChecks.Clamp(null, 1, 0.3))),
            $$$"""{"n":{{{n}}},"temperature":{{{value}}}}""")
            .ShouldBe($$$"""{"n":{{{n}}},"temperature":{{{expected}}},"model":"real-model"}""");

    [Fact]
    public void Defaults_FillOnlyWhatIsAbsent()
    {
        var rules = Rules(static rules =>
        {
            rules.Rename("max_completion_tokens", "max_tokens");
            rules.Default("temperature", Utf8("0.2"));
            rules.Default("max_completion_tokens", Utf8("7"));
            rules.Default("num_ctx", Utf8("4096"));
            rules.Default("tags", Utf8("[]"));
        });
        Rewrite(rules, """{"model":"m"}""").ShouldBe("""{"model":"real-model","temperature":0.2,"max_tokens":7,"num_ctx":4096}""");
        Rewrite(rules, """{"model":"m","temperature":1,"max_tokens":3,"num_ctx":1}""").ShouldBe(
            """{"model":"real-model","temperature":1,"max_tokens":3,"num_ctx":1}""");
    }

    [Fact]
    public void UnsupportedDefault_FollowsTheDropRule()
    {
        var rules = Rules(static rules => { rules.Unsupport("seed"); rules.Default("seed", Utf8("1")); });
        TryRewrite(rules, """{"model":"m"}""").Fault.ShouldNotBeNull().Message.ShouldContain("['seed']");
        Rewrite(rules, """{"model":"m"}""", policy: new RequestPolicy { DropParams = true }).ShouldBe("""{"model":"real-model"}""");
    }

    [Fact]
    public void ForcedMembers_ReplaceOrAreAdded()
    {
        var rules = Rules(static rules => { rules.Force("store", Utf8("false")); rules.Force("metadata", Utf8("""{"a":1}""")); });
        Rewrite(rules, """{"model":"m","store":true}""").ShouldBe("""{"model":"real-model","store":false,"metadata":{"a":1}}""");
        Rewrite(rules, """{"model":"m","metadata":{}}""").ShouldBe("""{"model":"real-model","metadata":{"a":1},"store":false}""");
    }

    [Theory]
    [InlineData("""{"model":"m"}""", """{"model":"real-model","stream_options":{"include_usage":true}}""")]
    [InlineData("""{"model":"m","stream_options":null}""", """{"model":"real-model","stream_options":{"include_usage":true}}""")]
    [InlineData("""{"model":"m","stream_options":{}}""", """{"model":"real-model","stream_options":{"include_usage":true}}""")]
    [InlineData("""{"model":"m","stream_options":{"x":1}}""", """{"model":"real-model","stream_options":{"include_usage":true,"x":1}}""")]
    [InlineData(
        """{"model":"m","stream_options":{"include_usage":false,"x":1}}""",
        """{"model":"real-model","stream_options":{"include_usage":true,"x":1}}""")]
    [InlineData(
        """{"model":"m","stream_options":{"include_usage":true}}""", """{"model":"real-model","stream_options":{"include_usage":true}}""")]
    public void Stream_AsksForUsage(string body, string expected) => Rewrite(Rules(), body, stream: true).ShouldBe(expected);

    [Fact]
    public void StreamUsage_NeverAndAlways_AddNothing()
    {
        const string body = """{"model":"m","stream_options":{"x":1}}""";
        Rewrite(Rules(static rules => rules.StreamUsage = StreamUsage.Never), body, stream: true).ShouldBe("""{"model":"real-model"}""");
        Rewrite(Rules(static rules => rules.StreamUsage = StreamUsage.Always), body, stream: true).ShouldBe(
            """{"model":"real-model","stream_options":{"x":1}}""");
        Rewrite(Rules(), """{"model":"m"}""").ShouldBe("""{"model":"real-model"}""");
    }

    [Theory]
    [InlineData("seed", """{"model":"real-model","tools":[{"a":{"b":1,"c":2}},{"a":{"b":3}}]}""")]
    [InlineData("tools[*].a.b", """{"model":"real-model","seed":1,"tools":[{"a":{"c":2}},{"a":{}}]}""")]
    [InlineData("tools[1].a", """{"model":"real-model","seed":1,"tools":[{"a":{"b":1,"c":2}},{}]}""")]
    [InlineData("tools[0]", """{"model":"real-model","seed":1,"tools":[{"a":{"b":3}}]}""")]
    [InlineData("tools[*]", """{"model":"real-model","seed":1,"tools":[]}""")]
    [InlineData("tools[7].a", """{"model":"real-model","seed":1,"tools":[{"a":{"b":1,"c":2}},{"a":{"b":3}}]}""")]
    [InlineData("nothing.here[*].x", """{"model":"real-model","seed":1,"tools":[{"a":{"b":1,"c":2}},{"a":{"b":3}}]}""")]
    [InlineData("tools[x].a", """{"model":"real-model","seed":1,"tools":[{"a":{"b":1,"c":2}},{"a":{"b":3}}]}""")]
    public void DropPath_OfDeploymentOrRequest_IsRemoved(string path, string expected)
    {
        const string body = """{"model":"m","seed":1,"tools":[{"a":{"b":1,"c":2}},{"a":{"b":3}}]}""";
        Rewrite(Rules(rules => rules.Remove(path)), body).ShouldBe(expected);
        Rewrite(Rules(), body, policy: new RequestPolicy { AdditionalDropParams = [path] }).ShouldBe(expected);
    }

    [Fact]
    public void FallbackOverrides_ReplaceAndPassThroughTheRules()
    {
        var policy = new RequestPolicy
        {
            Overrides = [new JsonMember("temperature", Utf8("0")), new JsonMember("max_completion_tokens", Utf8("5")),
                new JsonMember("messages", Utf8("[]"))],
        };
        Rewrite(Rules(static rules => rules.Rename("max_completion_tokens", "max_tokens")),
            """{"model":"m","temperature":1,"messages":[1]}""", policy: policy)
            .ShouldBe("""{"model":"real-model","temperature":0,"messages":[],"max_tokens":5}""");
    }

    [Fact]
    public void ClientExtraBody_IsMergedButCannotChangeTheModel()
        => Rewrite(Rules(), """{"model":"m","top_k":1,"extra_body":{"top_k":2,"model":"other","api_base":"http://evil","y":3}}""")
            .ShouldBe("""{"model":"real-model","top_k":2,"y":3}""");

    [Fact]
    public void EmbeddingsRequest_KeepsChatOnlyNamesAndAddsNoStreamOptions()
        => Rewrite(Rules(surface: Surface.Embeddings), """{"model":"m","input":["a"],"dimensions":null,"tools":1}""", stream: true)
            .ShouldBe("""{"model":"real-model","input":["a"],"tools":1}""");

    [Fact]
    public void NonObject_IsRefused() => TryRewrite(Rules(), "[1]").Fault.ShouldNotBeNull().IsUnsupportedParams.ShouldBeFalse();

    [Fact]
    public void HugeBody_OnlyTheEdgesChange()
    {
        var text = new string('x', 3_000_000) + "\\n\\u00e9\\\"}]";
        Rewrite(Rules(), $$$"""{"messages":[{"role":"user","content":"{{{text}}}"}],"model":"m","metadata":{}}""")
            .ShouldBe($$$"""{"messages":[{"role":"user","content":"{{{text}}}"}],"model":"real-model"}""");
    }

    [Fact]
    public void ManyUnknownMembers_AllSurvive()
    {
        var names = string.Join(',', Enumerable.Range(0, 500).Select(static i => $"\"p{i}\":{i}"));
        Rewrite(Rules(), $"{{{names},\"tags\":1}}").ShouldBe($"{{{names},\"model\":\"real-model\"}}");
        Rewrite(Rules(), $"{{\"{new string('n', 5000)}é\":1}}").ShouldContain("é\":1,\"model\"");
    }
}
