namespace Tollgate.Providers.Amazon;

/// <summary>A model of Bedrock as operators write it: <c>[route/][region/]id-or-ARN</c> (05-bedrock-sagemaker.md section 1).</summary>
/// <param name="Route">How it is called; empty for what suits the model.</param>
/// <param name="Region">The region that the name itself says; null when it says none.</param>
/// <param name="Id">Id or ARN as it is sent.</param>
/// <param name="Name">The model alone, without region, inference profile and ARN: what the catalogue knows.</param>
internal sealed record BedrockModel(string Route, string? Region, string Id, string Name)
{
    private static readonly string[] Routes =
    [
        "converse", "converse_like", "invoke", "nova", "nova-2", "llama", "deepseek_r1", "qwen2", "qwen3", "moonshot", "openai", "mantle",
        "claude_platform", "agent", "agentcore", "async_invoke", "rerank",
    ];

    private static readonly string[] Profiles = ["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"];

    /// <summary>Reads a name.</summary>
    /// <param name="text">The name, behind <c>bedrock/</c>.</param>
    /// <param name="modelId">The id or ARN to send instead (<c>model_id</c>); null for none.</param>
    public static BedrockModel Parse(string text, string? modelId = null)
    {
        var route = "";
        string? region = null;
        var rest = text;
        while (!rest.StartsWith("arn:", StringComparison.Ordinal) && rest.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
        {
            var head = rest[..slash];
            if (route.Length == 0 && Routes.Contains(head, StringComparer.Ordinal))
            {
                route = head;
            }
            else if (region is null && IsRegion(head))
            {
                region = head;
            }
            else
            {
                break;
            }

            rest = rest[(slash + 1)..];
        }

        var id = WithoutContext(modelId ?? rest);
        region = RegionOf(id) ?? RegionOf(rest) ?? region;
        return new BedrockModel(route, region, id, NameOf(rest));
    }

    /// <summary>us-east-1, ap-southeast-2, us-gov-west-1, cn-north-1.</summary>
    private static bool IsRegion(string text)
        => text.Length is > 8 and < 20 && char.IsAsciiDigit(text[^1]) && text[^2] == '-' && text[2] == '-'
            && !text.AsSpan(0, text.Length - 2).ContainsAnyInRange('0', '9') && !text.Contains('.', StringComparison.Ordinal);

    private static string? RegionOf(string id)
    {
        if (!id.StartsWith("arn:", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = id.Split(':', 5);
        return parts.Length > 3 && parts[3].Length > 0 ? parts[3] : null;
    }

    /// <summary>A note of the clients on the size of the context is no part of the id.</summary>
    private static string WithoutContext(string id) => id.EndsWith("[1m]", StringComparison.OrdinalIgnoreCase) ? id[..^4] : id;

    private static string NameOf(string id)
    {
        var name = WithoutContext(id);
        if (name.StartsWith("arn:", StringComparison.Ordinal))
        {
            name = name[(name.LastIndexOf('/') + 1)..];
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && Profiles.Contains(name[..dot], StringComparer.Ordinal))
        {
            name = name[(dot + 1)..];
        }

        var colon = name.LastIndexOf(':');
        return colon > 0 && name.Length > colon + 2 && name[^1] is 'k' or 'K' && !name.AsSpan((colon + 1)..^1).ContainsAnyExceptInRange('0', '9')
            ? name[..colon] : name;
    }
}
