using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Pipeline;
using Tollgate.Wire.Json;

namespace Tollgate.Engine.PassThrough;

/// <summary>What differs between the kinds of relayed calls: whose key counts, where they go, what is known about them.</summary>
internal abstract class RelayPlan
{
    /// <summary>Route as logs and daily tables name it.</summary>
    public abstract string RouteName { get; }

    /// <summary>LiteLLM's name of the call.</summary>
    public virtual string CallType => "pass_through_endpoint";

    /// <summary>Callers must be known.</summary>
    public virtual bool RequiresKey => true;

    /// <summary>Groups of routes of which a restricted key must have one.</summary>
    public virtual ImmutableArray<string> Groups => RouteAccess.PassThrough;

    /// <summary>Finds the caller's key.</summary>
    public abstract GatewayKey FindKey(HttpRequest request, GeneralSettings general);

    /// <summary>Identifies the caller by the key that was found.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public virtual ValueTask<Caller> IdentifyAsync(RelayCall relay, Authenticator authenticator)
        => authenticator.IdentifyAsync(relay.Key.Value, relay.Key.Place, relay.Call.Snapshot, relay.Call.Aborted);

    /// <summary>Step 2: reads what must be read and works out where the call goes.</summary>
    /// <exception cref="ApiException">The call cannot be made.</exception>
    public abstract ValueTask PrepareAsync(RelayCall relay);

    /// <summary>The key is kept to some models, so that nothing may pass in which a model could hide.</summary>
    protected static bool IsKeptToModels(Caller caller)
        => caller is { IsAdmin: false, Key.Identity: var key }
            && (IsList(key.Models) || IsList(key.Team?.Models ?? []) || IsList(key.Member?.Models ?? []) || IsList(key.User?.Models ?? [])
                || IsList(key.Project?.Models ?? []) || IsList(key.Organization?.Models ?? []));

    /// <summary>Reads the body and what it says about the call.</summary>
    protected static async ValueTask ReadBodyAsync(RelayCall relay, bool isWhole)
    {
        var call = relay.Call;
        var request = call.Http.Request;
        if (request.ContentLength > call.Snapshot.Config.General.MaxUploadBytes)
        {
            throw new ApiException(
                400, $"Request size is too large. Max size is {call.Snapshot.Config.General.MaxUploadBytes / 1048576} MB",
                    "bad_request_error", "content-length");
        }

        if (isWhole && request.Headers.ContentEncoding.Count > 0)
        {
            throw new ApiException(415, "A key that is kept to some models cannot send a compressed body: its model could not be seen.",
                "invalid_request_error");
        }

        relay.Body = await RelayedBody.ReadAsync(request, call.Snapshot.Config.General, call.Members, isWhole, call.Aborted);
        call.Body = relay.Body.Bytes;
    }

    /// <summary>What a body says about the call, as the envelope that admission and logs read.</summary>
    protected static RequestEnvelope EnvelopeOf(RelayedBody body, string? model, bool isStream)
    {
        var json = body.Bytes.Span;
        var stream = isStream || body.Find("stream"u8) is { Kind: JsonKind.True };
        long? limit = null;
        foreach (var name in (ReadOnlySpan<string>)["max_completion_tokens", "max_output_tokens", "max_tokens"])
        {
            limit ??= Count(body, body.Find(System.Text.Encoding.UTF8.GetBytes(name)));
        }

        foreach (var (outer, inner) in (ReadOnlySpan<(string, string)>)[("generationConfig", "maxOutputTokens"), ("inferenceConfig", "maxTokens")])
        {
            if (limit is null && body.Find(System.Text.Encoding.UTF8.GetBytes(outer)) is { Kind: JsonKind.Object } config
                && JsonWalker.TryFind(json, config.ValueStart, System.Text.Encoding.UTF8.GetBytes(inner), out var most))
            {
                limit = Count(body, most);
            }
        }

        var envelope = RequestEnvelope.Relayed(string.IsNullOrEmpty(model) ? "unknown" : model, stream, limit);
        foreach (var (name, isOwn) in (ReadOnlySpan<(string, bool)>)[("metadata", false), ("litellm_metadata", true)])
        {
            if (body.Find(System.Text.Encoding.UTF8.GetBytes(name)) is { } metadata)
            {
                envelope.Metadata.Read(body.Bytes, metadata, isOwn);
            }
        }

        return envelope;
    }

    /// <summary>
    /// Cuts the members that are the gateway's alone, and all but the last of those that stand twice: an upstream that reads the other one would
    /// run something else than was admitted. Puts another model in place of the client's.
    /// </summary>
    /// <param name="body">The body.</param>
    /// <param name="model">Model to name; null leaves the client's.</param>
    /// <param name="isOurs">Members that leave.</param>
    /// <param name="replace">Another value for a member; null leaves it.</param>
    protected static void EditBody(RelayedBody body, string? model, Func<string, bool> isOurs, Func<MemberSpan, byte[]?>? replace = null)
    {
        if (body.Members is not { } members)
        {
            return;
        }

        var kept = -1;
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            var name = JsonText.Unescape(body.Bytes.Span.Slice(member.NameStart, member.NameLength));
            if (isOurs(name) || members.IsSuperseded(i))
            {
                // With the comma before it; behind the brace, with the comma after it.
                var start = kept < 0 ? member.Start : members[i - 1].End;
                var end = kept >= 0 ? member.End : i + 1 < members.Count ? members[i + 1].Start : member.End;
                body.Edits.Cut(start, end);
                continue;
            }

            kept = i;
            if (model is not null && name is "model")
            {
                body.Edits.Replace(member.ValueStart, member.End, JsonText.Quote(model));
            }
            else if (replace?.Invoke(member) is { } value)
            {
                body.Edits.Replace(member.ValueStart, member.End, value);
            }
        }
    }

    /// <summary>True for members of a body that no upstream knows.</summary>
    protected static bool IsGatewayMember(string name) => name.StartsWith("litellm_", StringComparison.Ordinal);

    /// <summary>The path of a request as it came, escapes and all, behind a first part.</summary>
    /// <exception cref="ApiException">400 for paths that would climb.</exception>
    protected static string RawRest(HttpRequest request, string first)
    {
        var raw = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "";
        var query = raw.IndexOf('?', StringComparison.Ordinal);
        raw = query < 0 ? raw : raw[..query];
        var start = request.PathBase.Value + first;
        var rest = raw.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            ? raw[start.Length..]
            : request.Path.ToUriComponent() is var path && path.StartsWith(first, StringComparison.OrdinalIgnoreCase) ? path[first.Length..] : "";
        foreach (var segment in Uri.UnescapeDataString(rest).Split('/', '\\'))
        {
            if (segment is "." or "..")
            {
                throw ApiException.BadRequest("The path must not hold '.' or '..' segments.");
            }
        }

        return rest;
    }

    private static long? Count(RelayedBody body, MemberSpan? member)
        => member is { Kind: JsonKind.Number } value
            && System.Buffers.Text.Utf8Parser.TryParse(body.Bytes.Span.Slice(value.ValueStart, value.ValueLength), out long count, out var used)
            && used == value.ValueLength && count is >= 0 and < int.MaxValue ? count : null;

    private static bool IsList(ImmutableArray<string> models) => !models.IsDefaultOrEmpty && !models.Contains("*", StringComparer.Ordinal)
        && !models.Contains("all-proxy-models", StringComparer.Ordinal);
}
