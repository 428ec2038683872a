using System.Text.Json;
using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives.Embeddings;

namespace Tollgate.Providers.Natives;

/// <summary>
/// Providers whose connection is an address and a key (06-local-selfhosted.md section 3, 07-native-others.md sections 13 and 15).
/// </summary>
internal static class SmallFamilies
{
    public static IUpstreamConnection OpenSnowflake(ConnectionDraft draft, ConnectionServices _)
    {
        const string personal = "pat/";
        if (draft.Base is null && draft.Param("snowflake_account_id", "SNOWFLAKE_ACCOUNT_ID") is { } account)
        {
            draft.Base = $"https://{Uri.EscapeDataString(account)}.snowflakecomputing.com/api/v2";
        }

        var key = KeyAuthorization.KeyOf(draft) ?? "";
        var isPersonal = key.StartsWith(personal, StringComparison.Ordinal);
        draft.Headers["X-Snowflake-Authorization-Token-Type"] = isPersonal ? "PROGRAMMATIC_ACCESS_TOKEN" : "KEYPAIR_JWT";
        if (isPersonal)
        {
            draft.Headers["Authorization"] = "Bearer " + key[personal.Length..];
        }

        return Keyed(draft, Surface.SnowflakeComplete, isPersonal ? ProviderAuth.None : draft.Row.Auth, static (surface, _)
            => surface is Surface.Embeddings ? "/cortex/inference:embed" : "/cortex/inference:complete", new SnowflakeEmbeddings());
    }

    public static IUpstreamConnection OpenPredibase(ConnectionDraft draft, ConnectionServices _)
    {
        var tenant = draft.Param("predibase_tenant_id", "PREDIBASE_TENANT_ID") ?? draft.Param("tenant_id");
        if (tenant is null)
        {
            draft.Fault = Missing(draft, "the tenant is missing: set litellm_params.predibase_tenant_id or the environment variable PREDIBASE_TENANT_ID.");
        }

        var path = $"/{tenant}/deployments/v2/llms/{draft.Model}";
        return Keyed(draft, Surface.TextGeneration, draft.Row.Auth, (_, stream) => path + (stream ? "/generate_stream" : "/generate"));
    }

    public static IUpstreamConnection OpenNlpCloud(ConnectionDraft draft, ConnectionServices _)
        => Keyed(draft, Surface.NlpCloudGeneration, new ProviderAuth("Authorization", "Token {key}"), (_, _)
            => $"/{draft.Model}/generation");

    public static IUpstreamConnection OpenAlephAlpha(ConnectionDraft draft, ConnectionServices _)
    {
        const string operation = "/complete";
        draft.Base = draft.Base?.TrimEnd('/');
        var path = draft.Base is { } given && given.EndsWith(operation, StringComparison.Ordinal) ? "" : operation;
        return Keyed(draft, Surface.AlephAlphaComplete, draft.Row.Auth, (_, _) => path);
    }

    public static IUpstreamConnection OpenBytez(ConnectionDraft draft, ConnectionServices _)
        => Keyed(draft, Surface.BytezRun, new ProviderAuth("Authorization", "Key {key}"), (_, _) => "/" + draft.Model);

    /// <summary>The address of the operator says which of Triton's operations is meant.</summary>
    public static IUpstreamConnection OpenTriton(ConnectionDraft draft, ConnectionServices _)
    {
        const string stream = "_stream";
        var (root, _) = draft.Base is null ? ("", "") : EndpointTable.Split(draft.Base);
        if (root.EndsWith("/infer", StringComparison.Ordinal))
        {
            return Keyed(draft, Surface.TritonInfer, draft.Row.Auth, static (_, _) => "", new TritonEmbeddings());
        }

        var isStream = root.EndsWith("/generate" + stream, StringComparison.Ordinal);
        return Keyed(draft, Surface.TritonGenerate, draft.Row.Auth, (surface, streams)
            => surface is Surface.Embeddings || !root.EndsWith("/generate", StringComparison.Ordinal) || isStream ? ""
                : streams ? stream : "",
            new TritonEmbeddings());
    }

    public static IUpstreamConnection OpenCustom(ConnectionDraft draft, ConnectionServices _)
        => Keyed(draft, Surface.CustomServer, draft.Row.Auth, static (_, _) => "");

    public static IUpstreamConnection OpenLangGraph(ConnectionDraft draft, ConnectionServices _)
        => Keyed(draft, Surface.LangGraphRun, new ProviderAuth("x-api-key", "{key}"), static (_, stream)
            => stream ? "/runs/stream" : "/runs/wait");

    public static IUpstreamConnection OpenLangFlow(ConnectionDraft draft, ConnectionServices _)
        => Keyed(draft, Surface.LangFlowRun, new ProviderAuth("x-api-key", "{key}"), (_, _)
            => "/api/v1/run/" + Uri.EscapeDataString(draft.Model));

    /// <summary>Petals takes a form.</summary>
    public static IUpstreamConnection OpenPetals(ConnectionDraft draft, ConnectionServices _)
        => new NativeConnection(draft, new KeyAuthorization(draft, ProviderAuth.None), new NativeWiring
        {
            Spoken = Surface.PetalsGenerate,
            Address = (_, _) => NativeConnection.Below(draft, ""),
            Exchange = static async (transport, message, request, token) =>
            {
                using var document = JsonDocument.Parse(request.Json);
                using var form = new FormUrlEncodedContent(document.RootElement.EnumerateObject().Select(
                    static member => KeyValuePair.Create(member.Name, member.Value.Text() ?? member.Value.GetRawText())));
                message.Content = form;
                return await transport.SendAsync(message, token);
            },
        });

    private static NativeConnection Keyed(
        ConnectionDraft draft, Surface spoken, ProviderAuth auth, Func<Surface, bool, string> path, EmbeddingCodec? embeddings = null)
        => new(draft, new KeyAuthorization(draft, auth), new NativeWiring
        {
            Spoken = spoken,
            Embeddings = embeddings,
            Address = (surface, stream) => NativeConnection.Below(draft, path(surface, stream)),
        });

    private static ConnectionFault Missing(ConnectionDraft draft, string what)
        => new(UpstreamErrorKind.BadRequest, $"{draft.Row.ExceptionName} - {what}");
}
