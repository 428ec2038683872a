using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>
/// IBM watsonx.ai: OpenAI's chat under other names of model and project, and generation of text (07-native-others.md section 12).
/// </summary>
internal static class WatsonxFamily
{
    private const string Deployments = "deployment/";
    private const string DefaultVersion = "2024-03-13";
    private const string DefaultIssuer = "https://iam.cloud.ibm.com/identity/token";

    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var deployment = draft.Model.StartsWith(Deployments, StringComparison.Ordinal)
            ? Uri.EscapeDataString(draft.Model[Deployments.Length..]) : null;
        var root = deployment is null ? "/ml/v1" : "/ml/v1/deployments/" + deployment;
        var isText = draft.Row.Slug is "watsonx_text";
        var options = OptionsOf(draft, deployment is not null);
        return new NativeConnection(draft, AuthorizationOf(draft, services), new NativeWiring
        {
            Spoken = isText ? Surface.WatsonxText : Surface.Chat,
            SpokenForCompletions = Surface.WatsonxText,
            Options = options,
            Embeddings = new WatsonxEmbeddings(),
            Shape = (body, request, json) => Shape(body, request.Surface, options, json),
            Address = (surface, stream) => Versioned(draft, surface switch
            {
                Surface.Rerank => "/ml/v1/text/rerank",
                Surface.Transcriptions or Surface.Translations => "/ml/v1/audio/transcriptions",
                Surface.Embeddings => "/ml/v1/text/embeddings",
                Surface.WatsonxText => root + (stream ? "/text/generation_stream" : "/text/generation"),
                _ => root + (stream ? "/text/chat_stream" : "/text/chat"),
            }),
            Media = static surface => surface is Surface.Rerank ? WatsonxRerank.Instance : null,
        });
    }

    /// <summary>What stands in the body in place of a model: nothing for a deployment, which knows its own.</summary>
    private static Dictionary<string, string> OptionsOf(ConnectionDraft draft, bool isDeployment)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (isDeployment)
        {
            return options;
        }

        options["model_id"] = draft.Model;
        if (draft.Param("project_id", "WATSONX_PROJECT_ID", "WX_PROJECT_ID", "PROJECT_ID") is { } project)
        {
            options["project_id"] = project;
        }
        else if (draft.Param("space_id", "WATSONX_DEPLOYMENT_SPACE_ID", "WATSONX_SPACE_ID", "WX_SPACE_ID", "SPACE_ID") is { } space)
        {
            options["space_id"] = space;
        }

        return options;
    }

    private static UpstreamEndpoint Versioned(ConnectionDraft draft, string path)
    {
        if (draft.Base is null)
        {
            return EndpointTable.BaseMissing(draft);
        }

        var (root, query) = EndpointTable.Split(draft.Base);
        var version = draft.Deployment.ApiVersion is { Length: > 0 } own ? own : DefaultVersion;
        return EndpointTable.Make(
            draft, EndpointTable.Join(root + path, query, "version=" + Uri.EscapeDataString(version), draft.Deployment.ExtraQuery));
    }

    private static void Shape(JsonElement body, Surface surface, Dictionary<string, string> options, Utf8JsonWriter json)
    {
        if (surface is Surface.Rerank)
        {
            // Its words are a shape's, which knows model and project itself.
            json.WriteElement(body);
            return;
        }

        json.WriteStartObject();
        foreach (var (name, value) in options)
        {
            // Forms have OpenAI's name of the model.
            json.WriteString(surface.IsMedia() && name is "model_id" ? "model" : name, value);
        }

        foreach (var member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                // The path says whether the answer is a stream.
                case "model" or "model_id" or "stream" or "stream_options" or "project_id" or "space_id":
                    break;
                case "tool_choice" when surface is Surface.Chat && member.Value.ValueKind is JsonValueKind.String:
                    json.WriteElement("tool_choice_option"u8, member.Value);
                    break;
                default:
                    json.WritePropertyName(member.Name);
                    json.WriteElement(member.Value);
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static Authorization AuthorizationOf(ConnectionDraft draft, ConnectionServices services)
    {
        if (draft.Param("token", "WATSONX_TOKEN") is { } token)
        {
            draft.Headers["Authorization"] = "Bearer " + token;
            return new KeyAuthorization(draft, ProviderAuth.None);
        }

        if (draft.Param("zen_api_key", "WATSONX_ZENAPIKEY") is { } zen)
        {
            draft.Headers["Authorization"] = "ZenApiKey " + zen;
            return new KeyAuthorization(draft, ProviderAuth.None);
        }

        if (draft.Deployment.ApiKeyUnresolved || KeyAuthorization.KeyOf(draft) is not { } key)
        {
            return new KeyAuthorization(draft, ProviderAuth.Bearer);
        }

        var issuer = draft.Env("WATSONX_IAM_URL") ?? DefaultIssuer;
        return new TokenAuthorization(draft, services.Tokens, new TokenSource(
            TokenEndpoint.Identity("watsonx", issuer, key),
            cancellation => services.Issuer(draft).PostFormAsync(
                issuer,
                [KeyValuePair.Create("grant_type", "urn:ibm:params:oauth:grant-type:apikey"), KeyValuePair.Create("apikey", key)],
                prepare: null,
                cancellation))
        {
            RenewBefore = TimeSpan.FromSeconds(10),
        });
    }
}
