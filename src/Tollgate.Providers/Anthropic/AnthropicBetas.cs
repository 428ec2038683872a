using System.Collections.Immutable;
using Tollgate.Engine.Upstream;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Anthropic;

/// <summary>The provider's switches for new features: which a body needs, and which a host takes (03-anthropic.md 2.8 and 2.9).</summary>
internal static class AnthropicBetas
{
    /// <summary>Asked for by subscribers' tokens.</summary>
    public const string OAuth = "oauth-2025-04-20";

    private const string AdvancedTools = "advanced-tool-use-2025-11-20";

    /// <summary>One line a beta: <c>=</c> sends it under its own name, <c>-</c> leaves it out, anything else is its name there.</summary>
    private const string Table = """
        beta                                    anthropic azure_ai vertex_ai                    bedrock_invoke               bedrock_converse
        advanced-tool-use-2025-11-20            =         =        tool-search-tool-2025-10-19  tool-search-tool-2025-10-19  -
        tool-search-tool-2025-10-19             =         =        =                            =                            =
        bash_20241022                           =         =        -                            -                            -
        text_editor_20241022                    =         =        -                            -                            -
        code-execution-2025-05-22               =         =        -                            -                            -
        code-execution-2025-08-25               =         =        -                            -                            -
        compact-2026-01-12                      =         =        =                            =                            -
        computer-use-2024-10-22                 =         =        =                            =                            =
        computer-use-2025-01-24                 =         =        =                            =                            =
        computer-use-2025-11-24                 =         =        =                            =                            =
        context-1m-2025-08-07                   =         =        =                            =                            =
        context-management-2025-06-27           =         =        =                            =                            -
        effort-2025-11-24                       =         =        -                            =                            -
        extended-cache-ttl-2025-04-11           =         =        -                            -                            -
        fast-mode-2026-02-01                    =         -        -                            -                            -
        files-api-2025-04-14                    =         =        -                            -                            -
        fine-grained-tool-streaming-2025-05-14  =         -        -                            =                            -
        interleaved-thinking-2025-05-14         =         =        =                            =                            =
        mcp-client-2025-04-04                   =         =        -                            -                            -
        mcp-client-2025-11-20                   =         =        -                            -                            -
        oauth-2025-04-20                        =         -        -                            -                            -
        output-128k-2025-02-19                  =         -        -                            -                            -
        prompt-caching-scope-2026-01-05         =         =        -                            -                            -
        skills-2025-10-02                       =         =        -                            -                            -
        structured-outputs-2025-11-13           =         =        -                            =                            -
        token-efficient-tools-2025-02-19        =         -        -                            -                            -
        web-fetch-2025-09-10                    =         =        -                            -                            -
        web-search-2025-03-05                   =         =        =                            -                            -
        """;

    /// <summary>One host's column of the table; empty for a host that has none.</summary>
    public static ImmutableDictionary<string, string?> Column(string host)
    {
        var rows = Table.Split('\n').Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var column = Array.IndexOf(rows[0], host);
        return column < 0
            ? ImmutableDictionary<string, string?>.Empty
            : rows.Skip(1).ToImmutableDictionary(
                static row => row[0],
                row => row[column] switch
                {
                    "=" => row[0],
                    "-" => null,
                    var other => other,
                },
                StringComparer.Ordinal);
    }

    /// <summary>The betas for a request: the client's, the operator's and those that the body needs, as the host takes them; sorted.</summary>
    /// <param name="request">The request, in the dialect.</param>
    /// <param name="host">Who gets it.</param>
    /// <param name="model">The model, as it is sent.</param>
    /// <param name="configured">What the operator's headers say; null for nothing.</param>
    public static IReadOnlyCollection<string> For(in UpstreamRequest request, AnthropicHost host, string model, string? configured)
    {
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        AddList(wanted, configured);
        AddList(wanted, request.ClientHeaders?["anthropic-beta"].ToString());
        AddFromBody(wanted, request);
        if (host.AddsBetas)
        {
            AddNeeded(wanted, request, host, model);
        }

        var taken = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var beta in wanted)
        {
            if (host.Betas.TryGetValue(beta, out var name) ? name is not null : host.PassesUnknownBetas)
            {
                taken.Add(name ?? beta);
            }
        }

        return taken;
    }

    private static void AddList(SortedSet<string> betas, string? list)
    {
        if (!string.IsNullOrEmpty(list))
        {
            foreach (var beta in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                Add(betas, beta);
            }
        }
    }

    /// <summary>Only what a header can carry: the text comes from clients.</summary>
    private static void Add(SortedSet<string> betas, string beta)
    {
        if (beta.Length is > 0 and <= 128 && !beta.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            betas.Add(beta);
        }
    }

    private static void AddFromBody(SortedSet<string> betas, in UpstreamRequest request)
    {
        if (TryGet(request, "betas"u8, out var list))
        {
            var items = new JsonWalker(request.Json.Span, list.ValueStart);
            while (items.MoveNext())
            {
                Add(betas, JsonText.AsString(items.Value) ?? "");
            }
        }
    }

    private static void AddNeeded(SortedSet<string> betas, in UpstreamRequest request, AnthropicHost host, string model)
    {
        var json = request.Json.Span;
        if (TryGet(request, "tools"u8, out var tools))
        {
            var tool = new JsonWalker(json, tools.ValueStart);
            while (tool.MoveNext())
            {
                AddForTool(betas, json, tool.Current, host);
            }
        }

        AddIf(betas, TryGet(request, "mcp_servers"u8, out _) && !betas.Contains("mcp-client-2025-11-20"), "mcp-client-2025-04-04");
        AddIf(betas, TryGet(request, "output_format"u8, out _), "structured-outputs-2025-11-13");
        AddIf(betas, json.IndexOf("\"file_id\""u8) >= 0, "files-api-2025-04-14");
        AddIf(betas, json.IndexOf("\"1h\""u8) >= 0, "extended-cache-ttl-2025-04-11");
        AddIf(betas, TryGet(request, "speed"u8, out var speed) && Is(json, speed, "fast"u8), "fast-mode-2026-02-01");
        AddIf(
            betas,
            model.Contains("opus-4-5", StringComparison.Ordinal) && TryGet(request, "output_config"u8, out var output)
                && JsonWalker.TryFind(json, output.ValueStart, "effort"u8, out _),
            "effort-2025-11-24");
        if (TryGet(request, "container"u8, out var container))
        {
            betas.Add("code-execution-2025-08-25");
            AddIf(betas, JsonWalker.TryFind(json, container.ValueStart, "skills"u8, out _), "skills-2025-10-02");
        }

        if (TryGet(request, "context_management"u8, out var management)
            && JsonWalker.TryFind(json, management.ValueStart, "edits"u8, out var edits))
        {
            AddForEdits(betas, json, edits);
        }
    }

    private static void AddForEdits(SortedSet<string> betas, ReadOnlySpan<byte> json, in MemberSpan edits)
    {
        var edit = new JsonWalker(json, edits.ValueStart);
        while (edit.MoveNext())
        {
            betas.Add(TypeOf(json, edit.Current).StartsWith("compact_", StringComparison.Ordinal) ? "compact-2026-01-12" : "context-management-2025-06-27");
        }
    }

    private static void AddForTool(SortedSet<string> betas, ReadOnlySpan<byte> json, in MemberSpan tool, AnthropicHost host)
    {
        if (tool.Kind is not JsonKind.Object)
        {
            return;
        }

        var beta = TypeOf(json, tool) switch
        {
            "computer_20251124" => "computer-use-2025-11-24",
            "computer_20241022" or "bash_20241022" or "text_editor_20241022" => "computer-use-2024-10-22",
            var type when type.StartsWith("computer_", StringComparison.Ordinal) => "computer-use-2025-01-24",
            "code_execution_20250522" => "code-execution-2025-05-22",
            var type when type.StartsWith("code_execution_", StringComparison.Ordinal) => "code-execution-2025-08-25",
            var type when type.StartsWith("web_fetch_", StringComparison.Ordinal) => "web-fetch-2025-09-10",
            var type when type.StartsWith("web_search_", StringComparison.Ordinal) => host.SearchNeedsBeta ? "web-search-2025-03-05" : null,
            var type when type.StartsWith("memory_", StringComparison.Ordinal) => "context-management-2025-06-27",
            var type when type.StartsWith("tool_search_tool_", StringComparison.Ordinal) => AdvancedTools,
            "mcp_toolset" => "mcp-client-2025-11-20",
            _ => null,
        };
        AddIf(betas, beta is not null, beta ?? "");
        AddIf(
            betas,
            JsonWalker.TryFind(json, tool.ValueStart, "defer_loading"u8, out _) || JsonWalker.TryFind(json, tool.ValueStart, "allowed_callers"u8, out _)
                || JsonWalker.TryFind(json, tool.ValueStart, "input_examples"u8, out _),
            AdvancedTools);
    }

    private static void AddIf(SortedSet<string> betas, bool isNeeded, string beta)
    {
        if (isNeeded)
        {
            betas.Add(beta);
        }
    }

    private static string TypeOf(ReadOnlySpan<byte> json, in MemberSpan item)
        => JsonWalker.TryFind(json, item.ValueStart, "type"u8, out var type) ? JsonText.AsString(json.Slice(type.ValueStart, type.ValueLength)) ?? "" : "";

    private static bool Is(ReadOnlySpan<byte> json, in MemberSpan member, ReadOnlySpan<byte> text)
        => member.Kind is JsonKind.String && json.Slice(member.ValueStart + 1, member.ValueLength - 2).SequenceEqual(text);

    private static bool TryGet(in UpstreamRequest request, ReadOnlySpan<byte> name, out MemberSpan member)
    {
        var index = request.Members.Find(request.Json.Span, name);
        member = index < 0 ? default : request.Members[index];
        return index >= 0 && member.Kind is not JsonKind.Null;
    }
}
