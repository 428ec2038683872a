using Tollgate.Engine.Configuration;
using Tollgate.FirstRun;

namespace Tollgate.Hosting;

/// <summary>What a starting gateway tells on standard output: its address first, then what a newcomer needs.</summary>
internal sealed class StartBanner(TextWriter output)
{
    /// <summary>Writes it.</summary>
    public async Task WriteAsync(string address, ConfigSource source, GatewayConfig config)
    {
        var url = address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
        await output.WriteLineAsync($"Tollgate {ProductVersion.Current} (compatible with LiteLLM {ProductVersion.Compatible}) listens on {address}");
        await output.WriteLineAsync($"Models:     {config.Deployments.Length} deployments in {config.Deployments.DistinctBy(static deployment => deployment.ModelGroup, StringComparer.Ordinal).Count()} groups");
        await output.WriteLineAsync($"Web:        {url}{config.Server.RootPath}/ui");
        await WriteKeyAsync(source);
        if (config.Deployments.FirstOrDefault(static deployment => !deployment.ModelGroup.Contains('*', StringComparison.Ordinal)) is { } first)
        {
            await output.WriteLineAsync($"Try:        curl {url}/v1/chat/completions -H 'Content-Type: application/json' \\");
            await output.WriteLineAsync($"              -H 'Authorization: Bearer {source.NewMasterKey ?? "$KEY"}' \\");
            await output.WriteLineAsync($"              -d '{{\"model\": \"{first.ModelGroup}\", \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'");
        }

        await output.FlushAsync();
    }

    private async Task WriteKeyAsync(ConfigSource source)
    {
        if (source.NewMasterKey is { } key)
        {
            await output.WriteLineAsync($"Master key: {key} (made now, shown this once, kept in {source.Data.MasterKeyFile})");
        }
        else if (source.IsQuickStart)
        {
            await output.WriteLineAsync($"Master key: kept in {source.Data.MasterKeyFile}, unless LITELLM_MASTER_KEY is set");
        }

        if (source.IsQuickStart)
        {
            await output.WriteLineAsync($"Fake model: '{QuickStart.ChatModel}' and '{QuickStart.EmbeddingModel}' answer by themselves; start with --config FILE to reach real ones");
        }
    }
}
