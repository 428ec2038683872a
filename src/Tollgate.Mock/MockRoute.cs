namespace Tollgate.Mock;

/// <summary>What a path asks for.</summary>
/// <param name="Operation">The path below the API's prefix.</param>
/// <param name="Deployment">The deployment of an Azure path.</param>
internal readonly record struct MockRoute(string Operation, string? Deployment)
{
    private const string AzureDeployments = "/openai/deployments/";

    // Longest first: "/" is a prefix of them all.
    private static readonly string[] Prefixes = ["/openai/v1/", "/v1/", "/"];

    public static MockRoute Parse(string path)
    {
        if (path.StartsWith(AzureDeployments, StringComparison.Ordinal))
        {
            var slash = path.IndexOf('/', AzureDeployments.Length);
            if (slash > 0)
            {
                return new MockRoute(path[(slash + 1)..], path[AzureDeployments.Length..slash]);
            }
        }

        foreach (var prefix in Prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                return new MockRoute(Known(path.AsSpan(prefix.Length)) ?? path[prefix.Length..], null);
            }
        }

        return new MockRoute(path, null);
    }

    /// <summary>Spares the usual paths a string.</summary>
    private static string? Known(ReadOnlySpan<char> operation) => operation switch
    {
        "chat/completions" => "chat/completions",
        "completions" => "completions",
        "embeddings" => "embeddings",
        "models" => "models",
        _ => null,
    };
}
