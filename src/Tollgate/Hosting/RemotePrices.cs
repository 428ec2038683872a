using System.Globalization;
using Tollgate.Commands;
using Tollgate.Configuration;
using Tollgate.Engine.Upstream;
using Tollgate.Management.Models;
using Tollgate.Providers.Catalogue;

namespace Tollgate.Hosting;

/// <summary>
/// Fetches a price file in LiteLLM's form from the address in the environment and takes it over as <c>tollgate prices import</c> does.
/// </summary>
internal sealed class RemotePrices(ConfigSource source, PriceSetup prices, UpstreamTransport transport, TimeProvider time) : IRemotePrices
{
    private const string FileName = "prices.fetched.json";
    private const long MostBytes = 64L * 1024 * 1024;

    // LiteLLM's own defaults (config.md 9).
    private const int LeastModels = 50;
    private const double MostShrinking = 0.5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _one = new(1);

    /// <inheritdoc/>
    public bool IsForcedLocal => source.Environment.IsOn("LITELLM_LOCAL_MODEL_COST_MAP");

    /// <inheritdoc/>
    public string? Url => IsForcedLocal ? null : source.Environment.GetNonEmpty("LITELLM_MODEL_COST_MAP_URL");

    /// <inheritdoc/>
    public DateTimeOffset? FetchedAt { get; private set; }

    /// <inheritdoc/>
    public async Task<int> FetchAsync(CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new RemotePricesException("LITELLM_MODEL_COST_MAP_URL is not an address of http or https.");
        }

        await _one.WaitAsync(cancellationToken);
        var file = Path.Combine(source.Data.Path, FileName);
        try
        {
            Directory.CreateDirectory(source.Data.Path);
            await DownloadAsync(address, file, cancellationToken);
            var count = Check(file);
            var problems = new StringWriter(CultureInfo.InvariantCulture);
            if (await new PriceImport(prices.Catalogue, source.Data, TextWriter.Null, problems).RunAsync(file) != 0)
            {
                throw new RemotePricesException(problems.ToString().Trim());
            }

            FetchedAt = time.GetUtcNow();
            return count;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException or CatalogueException)
        {
            throw new RemotePricesException(exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemotePricesException($"{address.Host} takes longer than {Patience.TotalSeconds} s.", exception);
        }
        finally
        {
            File.Delete(file);
            _one.Release();
        }
    }

    private async Task DownloadAsync(Uri address, string file, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await transport.For(TransportOptions.Default).SendAsync(request, both.Token);
        if (!response.IsSuccessStatusCode)
        {
            throw new RemotePricesException($"{address.Host} answers with status {(int)response.StatusCode}.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(both.Token);
        await using var target = File.Create(file);
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, both.Token) is > 0 and var read)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), both.Token);
            if (target.Length > MostBytes)
            {
                throw new RemotePricesException($"{address.Host} sends more than {MostBytes / (1024 * 1024)} MB, which no price file has.");
            }
        }
    }

    /// <summary>A file that has lost most of its models is an accident, not news.</summary>
    private int Check(string file)
    {
        var count = ImportedPrices.Open(file).Models.Count;
        var least = Number("MODEL_COST_MAP_MIN_MODEL_COUNT", LeastModels);
        var shrinking = Number("MODEL_COST_MAP_MAX_SHRINK_RATIO", MostShrinking);
        if (count < least || count < prices.Catalogue.Count * (1 - shrinking))
        {
            throw new RemotePricesException($"The file has {count} models, too few to be trusted.");
        }

        return count;
    }

    private double Number(string name, double usual)
        => double.TryParse(source.Environment.Get(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : usual;
}
