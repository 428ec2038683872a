using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Upstream;

namespace Tollgate.Engine.PassThrough;

/// <summary>Calls of a path of the operator's own (llm-api.md 17.3).</summary>
internal sealed class EndpointPlan(PassThroughEndpoint endpoint, IPassThroughProviders providers) : RelayPlan
{
    public override string RouteName => endpoint.Path;

    public override bool RequiresKey => endpoint.RequiresKey;

    public override GatewayKey FindKey(HttpRequest request, GeneralSettings general) => GatewayKey.Of(request, general, endpoint);

    public override async ValueTask PrepareAsync(RelayCall relay)
    {
        var call = relay.Call;
        var config = call.Snapshot.Config;
        await ReadBodyAsync(relay, isWhole: false);
        call.FixedCost = endpoint.CostPerRequest;
        var rest = RawRest(call.Http.Request, endpoint.Path.TrimEnd('/'));
        var address = AddressOf(rest, QueryOf(relay.Key.Clean(call.Http.Request.QueryString.Value ?? "")));
        var model = relay.Body!.Text("model"u8);
        relay.Target = new PassThroughTarget
        {
            Address = address,
            Connection = new EndpointConnection(
                endpoint, providers.ProviderAt(endpoint.Target), new TransportOptions(config.Models.SslVerify, config.Models.SslCaFile, Proxy: null)),
        };
        relay.Deployment = relay.Describe(model, endpoint.Timeout);
        relay.Headers = new HeaderPolicy(endpoint.ForwardHeaders, [], config.General.UseClientCredentials, config.General.KeyHeaderName);

        // The model counts for prices and logs only: what an operator's own path leads to is the operator's business.
        call.Envelope = EnvelopeOf(relay.Body, model, isStream: false);
        EditBody(relay.Body, model: null, IsGatewayMember);
    }

    private Uri AddressOf(string rest, string query)
    {
        var target = endpoint.Target.GetLeftPart(UriPartial.Path);
        var path = rest.Length == 0 ? target : rest is "/" ? target.TrimEnd('/') + "/" : target.TrimEnd('/') + rest;
        return Uri.TryCreate(path + query, UriKind.Absolute, out var address)
            && string.Equals(address.Authority, endpoint.Target.Authority, StringComparison.OrdinalIgnoreCase)
            && address.AbsolutePath.StartsWith(endpoint.Target.AbsolutePath.TrimEnd('/'), StringComparison.Ordinal)
                ? address
                : throw ApiException.BadRequest("The path leads out of the endpoint's target.");
    }

    /// <summary>The client's parameters as they came, then those of target and defaults whose names are still free.</summary>
    private string QueryOf(string client)
    {
        var own = endpoint.Target.Query;
        var names = new HashSet<string>(QueryHelpers.ParseQuery(client).Keys, StringComparer.Ordinal);
        var query = new StringBuilder(client);
        if (client.Length == 0 || endpoint.MergeQuery)
        {
            foreach (var part in own.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                Append(Uri.UnescapeDataString(part.Split('=', 2)[0]), part);
            }
        }

        foreach (var (name, value) in endpoint.DefaultQuery)
        {
            Append(name, $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");
        }

        return query.ToString();

        void Append(string name, string part)
        {
            if (names.Add(name))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(part);
            }
        }
    }
}
