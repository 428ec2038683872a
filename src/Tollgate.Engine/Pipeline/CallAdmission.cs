using System.Text;
using System.Text.Json;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Lookups;
using Tollgate.Engine.PassThrough;
using Tollgate.Engine.Pricing;
using Tollgate.Engine.Responses;
using Tollgate.Engine.Routing;
using Tollgate.Wire;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.Pipeline;

/// <summary>Step 3: finds out what a call is about (model group, customer, tags), whether its key may call that, and claims its limits.</summary>
internal sealed class CallAdmission(AdmissionControl admission)
{
    /// <summary>Longest list of tags that is looked at.</summary>
    private const int MostTags = 64;

    /// <summary>As deep as bodies are that anything can be read of.</summary>
    private const int DeepestNesting = 512;

    /// <summary>Admits a call or says why not.</summary>
    /// <exception cref="ApiException">The refusal.</exception>
    public ValueTask AdmitAsync(CallContext call, CallScratch scratch)
    {
        call.Group = call.Surface.IsLookup() ? FindLookup(call) : FindModel(call);
        Describe(call);
        call.OwnPrices = call.Envelope.HasPrices && call.Caller.IsAdmin ? PricesIn(call) : null;
        var estimate = CallEstimate.For(call);
        if (estimate.IsUnpriced && call.Snapshot.Config.Budgets.RefuseUnpriced)
        {
            throw ApiException.BadRequest(
                $"Model {call.Envelope.Model} has no price and tollgate.unpriced_models is 'refuse'. Set input_cost_per_token and output_cost_per_token, or base_model.",
                "model");
        }

        call.ExpectedCost = estimate.ToReserve.Cost;
        call.Claims = scratch.Claims;
        var admitted = admission.AdmitAsync(call, scratch.Claims, estimate.ToReserve);
        return call.Snapshot.Config.Budgets.CapsOutput ? CapAsync(call, admitted) : admitted;
    }

    /// <summary>Admits a call that is relayed as it is, or says why not.</summary>
    /// <param name="call">The call; its envelope holds what was found out about it.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="deployment">Where it goes.</param>
    /// <param name="names">Names of its model, one of which its key must be allowed to call; empty for calls of no model.</param>
    /// <exception cref="ApiException">The refusal.</exception>
    public ValueTask AdmitRelayedAsync(CallContext call, CallScratch scratch, Deployment deployment, params ReadOnlySpan<string> names)
    {
        CheckRelayed(call, names);
        return ClaimRelayedAsync(call, scratch, deployment, names.Length > 0);
    }

    /// <summary>Admits a batch, whose lines count against rate limits, or says why not.</summary>
    /// <param name="call">The call; its envelope holds what was found out about it.</param>
    /// <param name="scratch">Its working memory.</param>
    /// <param name="relay">Where it goes and how its lines are counted, which is done only where a limit asks for it.</param>
    /// <exception cref="ApiException">The refusal.</exception>
    public async ValueTask AdmitBatchAsync(CallContext call, CallScratch scratch, RelayCall relay)
    {
        CheckRelayed(call, relay.ModelNames);
        if (await admission.IsRatedAsync(call))
        {
            call.Load = await relay.CountLoad!();
        }

        await ClaimRelayedAsync(call, scratch, relay.Deployment, relay.ModelNames.Length > 0);
    }

    private static void CheckRelayed(CallContext call, ReadOnlySpan<string> names)
    {
        if (names.Length > 0 && call.Caller.Key is { Identity: var key } && !call.Caller.IsAdmin)
        {
            var allowed = false;
            foreach (var name in names)
            {
                allowed |= ModelAccess.Allows(key, name, call.Snapshot);
            }

            if (!allowed)
            {
                ModelAccess.Check(key, names[0], call.Snapshot);
            }
        }

        Describe(call);
    }

    private ValueTask ClaimRelayedAsync(CallContext call, CallScratch scratch, Deployment deployment, bool isOfModel)
    {
        var estimate = CallEstimate.ForRelayed(call, deployment, isOfModel);
        if (estimate.IsUnpriced && call.FixedCost == 0 && call.Snapshot.Config.Budgets.RefuseUnpriced)
        {
            throw ApiException.BadRequest($"Model {call.Envelope.Model} has no price and tollgate.unpriced_models is 'refuse'.", "model");
        }

        call.ExpectedCost = estimate.ToReserve.Cost;
        call.Claims = scratch.Claims;
        return admission.AdmitAsync(call, scratch.Claims, estimate.ToReserve);
    }

    /// <summary>Claims the budgets that a call meets only now that it has fallen back to another group.</summary>
    /// <returns>Null when it may go there; else why not.</returns>
    public ValueTask<ApiException?> AdmitFallbackAsync(CallContext call, ModelGroup group)
        => admission.AdmitFallbackAsync(call, call.Claims!, group.Name, CallEstimate.For(call, group, call.Envelope.MaxOutputTokens).ToReserve);

    /// <summary>The model group that a call means, if its key may call that.</summary>
    private static ModelGroup FindModel(CallContext call)
    {
        var model = call.Envelope.Model;
        if (call.Caller.Key is { Identity: var key } && !call.Caller.IsAdmin)
        {
            ModelAccess.Check(key, model, call.Snapshot);
            CheckFallbacks(call, key);
            RequireParams(call, key);
            model = ModelAccess.AliasOf(key, model);
        }

        return Conversations.Pin(call, Resolve(call, model));
    }

    /// <summary>The tool or store that a call means, if its key may search that.</summary>
    private static ModelGroup FindLookup(CallContext call)
    {
        if (call.Caller.Key is { Identity: var key } && !call.Caller.IsAdmin)
        {
            RequireParams(call, key);
        }

        return LookupAccess.Resolve(call);
    }

    private static async ValueTask CapAsync(CallContext call, ValueTask admitted)
    {
        await admitted;
        if (call.OutputCap is { } limit)
        {
            OutputCap.Write(call, limit);
        }
    }

    private static ModelGroup Resolve(CallContext call, string model)
    {
        var models = call.Snapshot.Models;
        var team = call.Caller.Key?.Identity.TeamId;
        if (team is not null && models.ResolveForTeam(team, model) is { } own)
        {
            return own;
        }

        // Another team's model does not exist for this caller, whoever told it the name.
        if (models.Resolve(model) is { } group
            && (group.TeamId is null || call.Caller.IsAdmin || string.Equals(group.TeamId, team, StringComparison.Ordinal)))
        {
            return group;
        }

        var hint = ModelSuggestions.For(call.Envelope.Model, models);
        throw ApiException.BadRequest(
            $"{(call.Surface is Surface.Messages or Surface.GenerateContent ? call.Surface.CallType() : call.Route)}: Invalid model name passed in model={call.Envelope.Model}. Call `/v1/models` to view available models for your key.{hint}");
    }

    private static void CheckFallbacks(CallContext call, KeyIdentity key)
    {
        if (call.Envelope.Fallbacks.IsDefaultOrEmpty)
        {
            return;
        }

        foreach (var fallback in call.Envelope.Fallbacks)
        {
            ModelAccess.Check(key, fallback.Model, call.Snapshot);
        }
    }

    private static void RequireParams(CallContext call, KeyIdentity key)
    {
        foreach (var name in key.Metadata.EnforcedParams)
        {
            RequiredFields.Require(call, name);
        }

        if (key.Team is { } team)
        {
            foreach (var name in team.Metadata.EnforcedParams)
            {
                RequiredFields.Require(call, name);
            }
        }
    }

    /// <summary>Customer, tags, notes and session from headers, body, key and team (llm-api.md 2.7, sections 6 and 7).</summary>
    private static void Describe(CallContext call)
    {
        var headers = call.Http.Request.Headers;
        var metadata = call.Envelope.Metadata;
        call.CustomerId = Text(headers["x-litellm-customer-id"]) ?? Text(headers["x-litellm-end-user-id"])
            ?? (call.Snapshot.Config.General.UserHeaderName is { } name ? Text(headers[name]) : null)
            ?? call.Envelope.User ?? metadata.User ?? metadata.UserId ?? metadata.SafetyIdentifier;
        call.SessionId = Text(headers["x-litellm-session-id"]) ?? Text(headers["x-litellm-trace-id"]) ?? metadata.SessionId;
        if (Text(headers["x-litellm-spend-logs-metadata"]) is { } notes)
        {
            call.SpendNotes = Notes(notes);
        }

        if (Text(headers["x-litellm-tags"]) is { } tags)
        {
            foreach (var tag in tags.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                metadata.AddTag(tag);
            }
        }

        if (call.Caller.Key is { Identity: var key })
        {
            AddAll(metadata, key.Metadata.Tags);
            if (key.Team is { } team)
            {
                AddAll(metadata, team.Metadata.Tags);
            }
        }

        call.Tags = metadata.Tags.Count <= MostTags ? metadata.Tags : [.. metadata.Tags.Take(MostTags)];
    }

    /// <summary>Prices of the body. Anybody else's are passed over: nobody sets their own price.</summary>
    private static PriceFields PricesIn(CallContext call)
    {
        var problems = new List<PriceProblem>();
        var reader = new Utf8JsonReader(call.Body.Span, new JsonReaderOptions { MaxDepth = DeepestNesting });
        reader.Read();
        PriceFields prices;
        try
        {
            prices = PriceJson.Read(ref reader, "request", problems);
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadRequest("Invalid JSON payload: a name is not valid text.");
        }

        return problems is [var problem, ..] ? throw ApiException.BadRequest($"Invalid value for '{problem.Key}': {problem.Message}.", problem.Key) : prices;
    }

    private static ReadOnlyMemory<byte> Notes(string header)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        var members = new JsonMembers();
        return JsonScanner.Scan(bytes, members).IsNone && members.RootKind == JsonKind.Object
            ? bytes
            : throw ApiException.BadRequest("Header x-litellm-spend-logs-metadata must hold a JSON object.", "x-litellm-spend-logs-metadata");
    }

    private static void AddAll(ClientMetadata metadata, System.Collections.Immutable.ImmutableArray<string> tags)
    {
        foreach (var tag in tags)
        {
            metadata.AddTag(tag);
        }
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues header)
        => header.Count == 0 || string.IsNullOrWhiteSpace(header.ToString()) ? null : header.ToString();
}
