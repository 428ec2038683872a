using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tests.Kernel;

public sealed class RouteGroupsTests
{
    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/b", true)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a*", "/ab", true)]
    [InlineData("/a/*", "/a", false)]
    [InlineData("llm_api_routes", "/v1/chat/completions", true)]
    [InlineData("llm_api_routes", "/chat/completions", true)]
    [InlineData("llm_api_routes", "/openai/deployments/x/chat/completions", true)]
    [InlineData("llm_api_routes", "/v1/messages", true)]
    [InlineData("llm_api_routes", "/v1beta/models/gemini:generateContent", true)]
    [InlineData("llm_api_routes", "/key/generate", false)]
    [InlineData("openai_routes", "/v1/messages", false)]
    [InlineData("anthropic_routes", "/v1/messages", true)]
    [InlineData("management_routes", "/key/sk-1/regenerate", true)]
    [InlineData("management_routes", "/user/new", true)]
    [InlineData("management_routes", "/global/spend/reset", false)]
    [InlineData("info_routes", "/key/info", true)]
    [InlineData("info_routes", "/key/info/", true)]
    [InlineData("no_such_group", "/key/info", false)]
    [InlineData("", "/key/info", false)]
    public void AllowedRoute_CoversPath(string entry, string path, bool expected) => RouteGroups.Allow([entry], path).ShouldBe(expected);

    [Fact]
    public void NoEntries_AreNoRestriction() => RouteGroups.Allow([], "/anything").ShouldBeTrue();

    [Theory]
    [InlineData("llm_api_routes,openai_routes,anthropic_routes,google_routes,mcp_routes,agent_routes,info_routes,management_routes")]
    [InlineData("key_management_routes,spend_tracking_routes,global_spend_tracking_routes,public_routes,internal_user_routes")]
    [InlineData("internal_user_view_only_routes,self_managed_routes,admin_viewer_routes,org_admin_only_routes,org_admin_allowed_routes")]
    [InlineData("master_key_only_routes,ui_routes,mapped_pass_through_routes,passthrough_routes_wildcard,apply_guardrail_routes,litellm_native_routes")]
    public void EveryGroupOfLiteLlm_IsKnown(string names) => names.Split(',').ShouldAllBe(name => RouteGroups.IsGroup(name));
}
