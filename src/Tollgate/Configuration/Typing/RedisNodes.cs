#pragma warning disable RS0030 // A variable that holds JSON is read as a tree: this runs when the configuration is read, never for a call.
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Addresses of a cluster's nodes or of sentinels, <c>host:port</c>.</summary>
internal sealed record RedisNodes(ImmutableArray<string> Cluster, ImmutableArray<string> Sentinels)
{
    private const int DefaultPort = 6379;
    private const int DefaultSentinelPort = 26379;

    public bool IsEmpty => Cluster.IsEmpty && Sentinels.IsEmpty;

    public static RedisNodes Read(RedisOptions options, EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        var cluster = Addresses(options.List("redis_startup_nodes") ?? options.List("startup_nodes"), DefaultPort);
        var sentinels = Addresses(options.List("sentinel_nodes"), DefaultSentinelPort);

        // One server in the file goes before nodes in the environment: it was written for this gateway.
        if (cluster.IsEmpty && sentinels.IsEmpty && options.Written("host") is null && options.Written("url") is null)
        {
            cluster = Addresses(FromVariable("REDIS_CLUSTER_NODES", environment, diagnostics), DefaultPort);
            sentinels = Addresses(FromVariable("REDIS_SENTINEL_NODES", environment, diagnostics), DefaultSentinelPort);
        }

        return new RedisNodes(cluster, sentinels);
    }

    private static SequenceNode? FromVariable(string name, EnvironmentSource environment, DiagnosticBag diagnostics)
    {
        if (environment.GetNonEmpty(name) is not { } text)
        {
            return null;
        }

        var position = new SourcePosition("env:" + name, 0, 0);
        try
        {
            if (JsonNode.Parse(text) is JsonArray list)
            {
                return JsonNodes.Of(list, position) as SequenceNode;
            }
        }
        catch (JsonException)
        {
            // Said below, as for JSON that is no list.
        }

        diagnostics.Warning(DiagnosticCodes.BadEnvironment, position, "", $"{name} is not a JSON list of addresses; it is ignored");
        return null;
    }

    /// <summary>Reads <c>{host, port}</c>, <c>[host, port]</c> and <c>host:port</c>; what is none of them is left to the check of addresses.</summary>
    private static ImmutableArray<string> Addresses(ConfigNode? list, int defaultPort) => list is SequenceNode sequence
        ? [.. sequence.Items.Select(item => Address(item, defaultPort))]
        : [];

    private static string Address(ConfigNode item, int defaultPort) => item switch
    {
        MappingNode node => Joined(Coercion.Text(node.Get("host")), Coercion.Text(node.Get("port")), defaultPort),
        SequenceNode { Items: [var host, ..] } pair => Joined(
            Coercion.Text(host), pair.Items.Length > 1 ? Coercion.Text(pair.Items[1]) : null, defaultPort),
        _ => Coercion.Text(item) ?? "",
    };

    private static string Joined(string? host, string? port, int defaultPort)
        => $"{host}:{port ?? defaultPort.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
