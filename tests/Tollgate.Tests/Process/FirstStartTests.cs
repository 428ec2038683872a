using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Tests.Loopback;

namespace Tollgate.Tests.Process;

/// <summary>A newcomer starts the program without anything.</summary>
public sealed partial class FirstStartTests
{
    [Fact]
    public async Task StartWithNothing_ShowsAKeyOnce_AndTheFirstCallWorks()
    {
        using var folder = new TempFolder();
        string key;
        await using (var first = TollgateProcess.Start(folder.Path, ["--port", "0"]))
        {
            var address = await first.AddressAsync();
            await first.LineAsync("Fake model:");
            address.Host.ShouldBe("127.0.0.1");
            key = MasterKey().Match(first.Output).Groups["key"].Value;
            key.ShouldStartWith("sk-");
            using var client = TollgateProcess.Client(address, key);
            var chat = await PostAsync(client, "v1/chat/completions", """{"model":"fake-gpt","messages":[{"role":"user","content":"Hello"}]}""");
            chat.Text.ShouldStartWith("Hello from Tollgate.");
            var stream = await PostAsync(client, "v1/chat/completions", """{"model":"fake-gpt","stream":true,"messages":[]}""");
            stream.Text.ShouldBe(chat.Text);
            var embedding = await PostAsync(client, "v1/embeddings", """{"model":"fake-embedding","input":"Hello"}""");
            embedding.Json.GetProperty("data")[0].GetProperty("embedding").GetArrayLength().ShouldBeGreaterThan(0);
            using var stranger = TollgateProcess.Client(address, null);
            (await PostAsync(stranger, "v1/chat/completions", "{}")).Status.ShouldBe(401);
            await first.SignalAsync("TERM");
            (await first.ExitAsync()).ShouldBe(0);
        }

        var file = Path.Combine(folder.Path, "data", "master_key");
        (await File.ReadAllTextAsync(file, GatewayFixture.Token)).Trim().ShouldBe(key);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using var second = TollgateProcess.Start(folder.Path, ["--port", "0"]);
        var again = await second.AddressAsync();
        await second.LineAsync("Fake model:");
        second.Output.ShouldNotContain(key);
        second.Output.ShouldContain(file);
        using var known = TollgateProcess.Client(again, key);
        (await PostAsync(known, "v1/chat/completions", """{"model":"fake-gpt","messages":[]}""")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task KeyOfTheEnvironment_IsUsedAndNotWritten()
    {
        using var folder = new TempFolder();
        await using var tollgate = TollgateProcess.Start(folder.Path, ["serve", "--port=0"], ("LITELLM_MASTER_KEY", "sk-from-environment"));
        using var client = TollgateProcess.Client(await tollgate.AddressAsync(), "sk-from-environment");

        (await PostAsync(client, "v1/chat/completions", """{"model":"fake-gpt","messages":[]}""")).Status.ShouldBe(200);
        tollgate.Output.ShouldNotContain("sk-from-environment");
        File.Exists(Path.Combine(folder.Path, "data", "master_key")).ShouldBeFalse();
    }

    [Fact]
    public async Task DataDirectoryThatCannotBeUsed_IsOneClearLine()
    {
        using var folder = new TempFolder();
        var file = folder.Write("occupied", "");
        var (exitCode, _, errors) = await TollgateProcess.RunAsync(folder.Path, ["--port", "0"], ("TOLLGATE_DATA_DIR", file));

        exitCode.ShouldBe(1);
        errors.ShouldContain("occupied");
        errors.ShouldNotContain("   at ");
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, string body)
    {
        using var response = await client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), GatewayFixture.Token);
        return await Answer.ReadAsync(response);
    }

    [GeneratedRegex(@"Master key: (?<key>\S+) \(made now", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MasterKey();
}
