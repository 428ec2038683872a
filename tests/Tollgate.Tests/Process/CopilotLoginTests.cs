using Microsoft.AspNetCore.Http;
using Tollgate.Tests.Loopback;
using Tollgate.Tests.Loopback.Media;

namespace Tollgate.Tests.Process;

/// <summary>A login that an operator must complete.</summary>
public sealed class CopilotLoginTests
{
    [Fact]
    public async Task CodeToEnter_StandsInTheLog_AndNoSecretDoes()
    {
        await using var github = await MediaUpstream.StartAsync(http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync(
                """{"device_code":"secret-device","user_code":"ABCD-1234","verification_uri":"https://github.com/login/device","expires_in":900,"interval":60}""");
        });
        using var folder = new TempFolder();
        folder.Write("config.yaml", """
            model_list:
              - model_name: copilot
                litellm_params: {model: github_copilot/gpt-4o}
            general_settings: {master_key: sk-copilot}
            """);
        await using var tollgate = TollgateProcess.Start(
            folder.Path, ["--config", "config.yaml", "--port", "0", "--host", "127.0.0.1"],
            ("GITHUB_COPILOT_TOKEN_DIR", folder.Path), ("GITHUB_COPILOT_DEVICE_CODE_URL", github.Address), ("GITHUB_COPILOT_ACCESS_TOKEN_URL", github.Address));
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), "sk-copilot");
        using var content = new StringContent(GatewayFixture.Chat("copilot"), null, "application/json");
        using var response = await client.PostAsync("v1/chat/completions", content, GatewayFixture.Token);
        ((int)response.StatusCode).ShouldBe(401);
        (await response.Content.ReadAsStringAsync(GatewayFixture.Token)).ShouldContain("the code to enter stands in the gateway's log");

        await tollgate.LineAsync("ABCD-1234");
        tollgate.Output.ShouldNotContain("secret-device");
        tollgate.Errors.ShouldNotContain("secret-device");
    }
}
