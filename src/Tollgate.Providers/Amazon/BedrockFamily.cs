using Tollgate.Engine.Upstream;
using Tollgate.Providers.Catalogue;
using Tollgate.Providers.Connections;
using Tollgate.Wire;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Providers.Amazon;

/// <summary>Makes connections to Bedrock.</summary>
internal static class BedrockFamily
{
    private const string DefaultRegion = "us-west-2";

    /// <summary>Makes one.</summary>
    public static IUpstreamConnection Open(ConnectionDraft draft, ConnectionServices services)
    {
        var model = BedrockModel.Parse(draft.Model, draft.Param("model_id"));
        draft.Model = model.Id;
        draft.CatalogueModel = model.Name;
        var region = model.Region ?? RegionOf(draft);
        if (model.Route is "agent" or "agentcore")
        {
            return BedrockAgentConnection.Open(draft, model, region, services);
        }

        if (model.Route is "mantle" or "claude_platform")
        {
            draft.Fault = new ConnectionFault(
                UpstreamErrorKind.BadRequest,
                $"{draft.Row.ExceptionName} - the route '{model.Route}/' is not available in this gateway"
                + (model.Route is "mantle" ? "; use the provider bedrock_mantle." : "."));
        }

        if (BedrockWire.Of(model).Spoken is Surface.Chat)
        {
            draft.Messages = new MessageRules();
            draft.Tools = new ToolRules();
        }

        var own = draft.Param("aws_bedrock_runtime_endpoint", "AWS_BEDROCK_RUNTIME_ENDPOINT");
        if (model.Route is "converse_like")
        {
            if (draft.Base is null)
            {
                draft.Fault = EndpointTable.BaseMissing(draft).Fault;
            }

            return new BedrockConnection(draft, model, region, draft.Base ?? "", new KeyAuthorization(draft, ProviderAuth.Bearer));
        }

        // Where both are given, requests go to the one and are signed for the other: a proxy before Bedrock.
        var signed = own is not null && Uri.TryCreate(draft.Base, UriKind.Absolute, out var signedFor) ? signedFor : null;
        draft.Base = own ?? draft.Base ?? $"https://bedrock-runtime.{region}.{DomainOf(region)}";
        return new BedrockConnection(
            draft, model, region, draft.Base, AmazonAuthorization.Choose(draft, services, "bedrock", region, signed),
            ReelTasks.Of(draft, draft.Base, region, AmazonAuthorization.Signing(draft, services, "s3", region)))
        {
            Storage = AmazonAuthorization.Signing(draft, services, "s3", draft.Param("s3_region_name") ?? region),
        };
    }

    /// <summary>The region that deployment or environment name.</summary>
    public static string RegionOf(ConnectionDraft draft)
        => draft.Param("aws_region_name") ?? draft.Param("region_name", "AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION") ?? DefaultRegion;

    /// <summary>Domain of Amazon's services in a region.</summary>
    public static string DomainOf(string region) => region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
}
