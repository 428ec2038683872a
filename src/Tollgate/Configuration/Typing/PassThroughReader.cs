using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Reads <c>general_settings.pass_through_endpoints</c> (llm-api.md 17.3).</summary>
internal static partial class PassThroughReader
{
    private const string PublicKey = "LANGFUSE_PUBLIC_KEY";
    private const string SecretKey = "LANGFUSE_SECRET_KEY";

    public static ImmutableArray<PassThroughEndpoint> Read(Section general, EnvironmentSource environment)
    {
        var endpoints = ImmutableArray.CreateBuilder<PassThroughEndpoint>();
        foreach (var item in (general["pass_through_endpoints"] as SequenceNode)?.Items ?? [])
        {
            if (item is MappingNode mapping && Entry(new Section(mapping), new VariableLookup(environment)) is { } endpoint)
            {
                endpoints.Add(endpoint);
            }
        }

        return endpoints.ToImmutable();
    }

    // An entry without a path, or whose target is no address, serves nothing; the rules say so.
    private static PassThroughEndpoint? Entry(Section entry, VariableLookup variables)
    {
        if (entry.Text("path") is not { } path || entry.Text("target") is not { } target
            || !Uri.TryCreate(target, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var headers = entry.TextMap("headers").ToDictionary(
            static header => header.Key, header => Fill(header.Value, variables), StringComparer.OrdinalIgnoreCase);
        headers.Remove("litellm_user_api_key", out var keyHeader);
        if (headers.Remove(PublicKey, out var user) && headers.Remove(SecretKey, out var password))
        {
            headers["Authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        }

        return new PassThroughEndpoint
        {
            Path = path.StartsWith('/') ? path : "/" + path,
            Target = address,
            Headers = headers.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
            KeyHeader = keyHeader,
            KeyIsBasicUser = entry.Text("custom_auth_parser") is "langfuse",
            ForwardHeaders = entry.Flag("forward_headers"),
            IncludeSubpath = entry.Flag("include_subpath"),
            Methods = [.. entry.Texts("methods").Select(static method => method.ToUpperInvariant())],
            RequiresKey = entry.Bool("auth") ?? true,
            CostPerRequest = entry.Number("cost_per_request") is { } cost && cost is > 0 and < 1e6 ? (decimal)cost : 0,
            MergeQuery = entry.Flag("merge_query_params"),
            DefaultQuery = entry.TextMap("default_query_params"),
            Timeout = entry.Seconds("timeout") is { } seconds && seconds > TimeSpan.Zero ? seconds : TimeSpan.FromSeconds(600),
        };
    }

    // References may stand within the text here: "Bearer os.environ/KEY".
    private static string Fill(string text, VariableLookup variables)
        => Reference().Replace(text, match => variables.Find(match.Groups["name"].Value) ?? "");

    [GeneratedRegex(@"os\.environ/(?<name>[A-Za-z_][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Reference();
}
