using Tollgate.Engine.Upstream;
using Tollgate.Providers.Connections;
using Tollgate.Wire;

namespace Tollgate.Providers.Azure;

/// <summary>Addresses of Azure OpenAI and AI Foundry (02-openai-azure.md sections 3.1 and 4.1).</summary>
internal static class AzureEndpoints
{
    public static UpstreamEndpoint OpenAi(ConnectionDraft draft, Surface surface, AzureApiVersion version)
    {
        if (EndpointTable.GateOf(draft, surface) is { } closed)
        {
            return closed;
        }

        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        if (draft.Model is "" or "." or "..")
        {
            return EndpointTable.BadRequest(draft, "the model names no deployment.");
        }

        if (surface is Surface.Videos)
        {
            return Videos(draft, version);
        }

        if (surface is Surface.Ocr)
        {
            return Ocr(draft);
        }

        if (surface == Surface.Responses)
        {
            return Responses(draft, version);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var operation = SurfacePaths.Of(surface)!.Default[1..];
        var deployment = Uri.EscapeDataString(draft.Model);
        string address;
        if (root.Contains("/openai/deployments/", StringComparison.Ordinal))
        {
            address = root.EndsWith("/" + operation, StringComparison.Ordinal) ? root : $"{root}/{operation}";
        }
        else if (root.Contains("gateway.ai.cloudflare.com", StringComparison.OrdinalIgnoreCase))
        {
            address = $"{root}/{deployment}/{operation}";
        }
        else if (IsNewSurface(root, version))
        {
            var named = !HasVersion(query) && version.Text is ("preview" or "latest") ? "api-version=" + version.Text : "";
            address = $"{Resource(root)}/openai/v1/{operation}";
            return EndpointTable.Make(draft, EndpointTable.Join(address, query, named, draft.Deployment.ExtraQuery));
        }
        else
        {
            address = surface == Surface.Models ? $"{Resource(root)}/openai/models"
                : $"{Resource(root)}/openai/deployments/{deployment}/{operation}";
        }

        var asked = HasVersion(query) ? "" : "api-version=" + version.Text;
        return EndpointTable.Make(draft, EndpointTable.Join(address, query, asked, draft.Deployment.ExtraQuery));
    }

    /// <summary>Films name the deployment in the body and live beside the deployments; dated versions know none.</summary>
    private static UpstreamEndpoint Videos(ConnectionDraft draft, AzureApiVersion version)
    {
        var (root, query) = EndpointTable.Split(draft.Base!);
        var deployments = root.IndexOf("/openai/deployments/", StringComparison.Ordinal);
        root = root.EndsWith("/videos", StringComparison.Ordinal) ? root[..^"/videos".Length] : root;
        var named = !HasVersion(query) && version.Text is ("preview" or "latest") ? "api-version=" + version.Text : "";
        return EndpointTable.Make(draft, EndpointTable.Join(
            $"{Resource(deployments < 0 ? root : root[..deployments])}/openai/v1/videos", query, named, draft.Deployment.ExtraQuery));
    }

    /// <summary>Mistral's reader of documents at Foundry (02-openai-azure.md section 4.1).</summary>
    private static UpstreamEndpoint Ocr(ConnectionDraft draft)
    {
        const string path = "/providers/mistral/azure/ocr";
        var (root, query) = EndpointTable.Split(draft.Base!);
        root = root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root;
        var address = root.EndsWith(path, StringComparison.Ordinal) ? root : Resource(root) + path;
        return EndpointTable.Make(draft, EndpointTable.Join(address, query, "", draft.Deployment.ExtraQuery));
    }

    /// <summary>Responses name the deployment in the body and live beside the deployments (02-openai-azure.md section 3.1).</summary>
    private static UpstreamEndpoint Responses(ConnectionDraft draft, AzureApiVersion version)
    {
        var (root, query) = EndpointTable.Split(draft.Base!);
        var deployments = root.IndexOf("/openai/deployments/", StringComparison.Ordinal);
        var resource = root.EndsWith("/responses", StringComparison.Ordinal) ? root[..^"/responses".Length] : root;
        resource = Resource(deployments < 0 ? resource : root[..deployments]);

        // The usual version of chat calls is older than responses are: only one that was named for this deployment or call counts.
        var usual = draft.Env("AZURE_API_VERSION") ?? AzureApiVersion.Default;
        var isNamed = draft.Deployment.ApiVersion is { Length: > 0 } || !string.Equals(version.Text, usual, StringComparison.Ordinal);
        var named = isNamed ? version.Text : draft.Env("AZURE_DEFAULT_RESPONSES_API_VERSION") ?? "preview";
        var isNew = root.EndsWith("/openai/v1", StringComparison.Ordinal) || new AzureApiVersion(named).IsNewSurface;
        var asked = HasVersion(query) || (isNew && named is not ("preview" or "latest")) ? "" : "api-version=" + named;
        return EndpointTable.Make(
            draft, EndpointTable.Join($"{resource}/openai/{(isNew ? "v1/" : "")}responses", query, asked, draft.Deployment.ExtraQuery));
    }

    public static UpstreamEndpoint Foundry(ConnectionDraft draft, Surface surface)
    {
        if (EndpointTable.GateOf(draft, surface) is { } closed)
        {
            return closed;
        }

        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        if (surface is Surface.Ocr)
        {
            return Ocr(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var operation = SurfacePaths.Of(surface)!.Default;
        var isFoundry = HostOf(root).EndsWith(".services.ai.azure.com", StringComparison.OrdinalIgnoreCase);
        var version = draft.Deployment.ApiVersion ?? (isFoundry ? "2024-05-01-preview" : null);
        if (root.EndsWith("/chat/completions", StringComparison.Ordinal))
        {
            root = root[..^"/chat/completions".Length];
        }
        else if (surface is Surface.Rerank)
        {
            // Models that Cohere makes are served below a version of their own.
            root = root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root;
            root += root.EndsWith("/v1", StringComparison.Ordinal) || root.EndsWith("/v2", StringComparison.Ordinal) ? "" : "/v1";
        }
        else if (surface is Surface.ImageGenerations or Surface.ImageEdits)
        {
            root = $"{(root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root)}/openai/deployments/{Uri.EscapeDataString(draft.Model)}";
        }
        else if (isFoundry && !root.Contains("/models", StringComparison.Ordinal))
        {
            root += "/models";
        }

        var asked = version is null || HasVersion(query) ? "" : "api-version=" + version;
        return EndpointTable.Make(draft, EndpointTable.Join(root + operation, query, asked, draft.Deployment.ExtraQuery));
    }

    /// <summary>
    /// Where Black Forest Labs' models are: below their maker's name, in its spelling (<c>FLUX.1-Kontext-pro</c> is <c>flux-kontext-pro</c>,
    /// <c>FLUX-1.1-pro</c> is <c>flux-pro-1.1</c>).
    /// </summary>
    public static UpstreamEndpoint Flux(ConnectionDraft draft)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var name = draft.Model.ToLowerInvariant();
        name = name switch
        {
            "flux-1.1-pro" => "flux-pro-1.1",
            _ when name.StartsWith("flux.1-", StringComparison.Ordinal) => "flux-" + name["flux.1-".Length..],
            _ => name.Replace("flux.", "flux-", StringComparison.Ordinal),
        };
        var (root, query) = EndpointTable.Split(draft.Base);
        root = root.EndsWith("/models", StringComparison.Ordinal) ? root[..^"/models".Length] : root;
        var path = root.Contains("/providers/", StringComparison.Ordinal) ? "" : "/providers/blackforestlabs/v1/" + Uri.EscapeDataString(name);
        var asked = HasVersion(query) ? "" : "api-version=" + (draft.Deployment.ApiVersion ?? "preview");
        return EndpointTable.Make(draft, EndpointTable.Join(root + path, query, asked, draft.Deployment.ExtraQuery));
    }

    /// <summary>Host of an address; empty when it is none.</summary>
    public static string HostOf(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.Host : "";

    private static bool IsNewSurface(string root, AzureApiVersion version)
        => version.IsNewSurface || root.EndsWith("/openai/v1", StringComparison.Ordinal);

    private static bool HasVersion(string query)
        => query.StartsWith("api-version=", StringComparison.OrdinalIgnoreCase)
            || query.Contains("&api-version=", StringComparison.OrdinalIgnoreCase);

    /// <summary>The resource's own address, without what users paste behind it.</summary>
    private static string Resource(string root)
    {
        foreach (var ending in (ReadOnlySpan<string>)["/openai/v1", "/openai"])
        {
            if (root.EndsWith(ending, StringComparison.Ordinal))
            {
                return root[..^ending.Length];
            }
        }

        return root;
    }
}
