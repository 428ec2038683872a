using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.PassThrough;

/// <summary>
/// The key with which a client came, wherever it stood (llm-api.md 2.1). Knows every form in which it must not go any further.
/// </summary>
internal sealed class GatewayKey
{
    private const string OwnHeader = "litellm_user_api_key";

    private readonly string[] _forms;

    private GatewayKey(string? value, string? place)
    {
        Value = value;
        Place = place;

        // What is so short is no key, and would take half of all headers away.
        _forms = value is not { Length: >= 4 } ? [] :
        [
            value,
            Uri.EscapeDataString(value),
            .. Basics(value),
        ];
    }

    /// <summary>The key; empty for one in a form that is not accepted, null when there is none.</summary>
    public string? Value { get; }

    /// <summary>Header (or <c>key</c> for the query) where it stood; null for nowhere.</summary>
    public string? Place { get; }

    /// <summary>Finds the key of a call below a provider's prefix.</summary>
    /// <param name="request">The request.</param>
    /// <param name="general">Names the only header to read, if any.</param>
    /// <param name="inQuery">It may stand in the query.</param>
    public static GatewayKey Of(HttpRequest request, GeneralSettings general, bool inQuery)
    {
        if (KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header) is { Length: > 0 } usual)
        {
            return new GatewayKey(OfBasic(request, header, usual, takeUser: false) ?? usual, header);
        }

        if (general.KeyHeaderName is null && request.Headers[OwnHeader] is { Count: > 0 } own)
        {
            return new GatewayKey(own.ToString().Trim(), OwnHeader);
        }

        // Clients of some APIs send their key in the query only.
        return inQuery && general.KeyHeaderName is null && header is null && request.Query["key"] is { Count: > 0 } query
            ? new GatewayKey(query[^1], "key")
            : new GatewayKey(header is null ? null : "", header);
    }

    /// <summary>Finds the key of a call of an operator's own path.</summary>
    public static GatewayKey Of(HttpRequest request, GeneralSettings general, PassThroughEndpoint endpoint)
    {
        if (endpoint.KeyHeader is { } name && request.Headers.TryGetValue(name, out var value) && !StringValues.IsNullOrEmpty(value))
        {
            var text = value.ToString();
            return new GatewayKey(text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text[7..].Trim()
                : text.Trim(), name.ToLowerInvariant());
        }

        var usual = KeyHeaders.Find(request.Headers, general.KeyHeaderName, out var header);
        return new GatewayKey(usual is null ? null : OfBasic(request, header, usual, endpoint.KeyIsBasicUser) ?? usual, header);
    }

    /// <summary>A key that was found by somebody else.</summary>
    public static GatewayKey From(string? value, string? place) => new(value, place);

    /// <summary>True when a text holds the key in any form, so that it must not be sent on.</summary>
    public bool IsIn(string text)
    {
        foreach (var form in _forms)
        {
            if (text.Contains(form, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        // A basic credential hides the key in base64, together with whatever stands before and behind it.
        return _forms.Length > 0 && text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            && Decode(text[6..].Trim()) is { } pair && pair.Contains(Value!, StringComparison.Ordinal);
    }

    /// <summary>A query without the parameters that hold the key.</summary>
    /// <param name="query">With its question mark, or empty.</param>
    /// <param name="always">Parameters that leave in any case.</param>
    public string Clean(string query, params ReadOnlySpan<string> always)
    {
        if (query.Length < 2)
        {
            return "";
        }

        var kept = new StringBuilder(query.Length);
        foreach (var part in query[1..].Split('&'))
        {
            var name = Unescape(part.Split('=', 2)[0]);
            if (!IsIn(part) && !IsIn(Unescape(part)) && !always.Contains(name))
            {
                kept.Append(kept.Length == 0 ? '?' : '&').Append(part);
            }
        }

        return kept.ToString();
    }

    /// <summary>One part of <c>Basic base64(user:password)</c>; null when the key came otherwise.</summary>
    private static string? OfBasic(HttpRequest request, string? header, string found, bool takeUser)
    {
        if (header is not "authorization" || !request.Headers.Authorization.ToString().StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            || found.StartsWith("sk-", StringComparison.Ordinal) || Decode(found) is not { } pair || !pair.Contains(':', StringComparison.Ordinal))
        {
            return null;
        }

        var parts = pair.Split(':', 2);
        return takeUser ? parts[0] : parts[1];
    }

    private static IEnumerable<string> Basics(string value)
    {
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(value)).TrimEnd('=');
    }

    private static string? Decode(string base64)
    {
        var buffer = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : null;
    }

    private static string Unescape(string text)
    {
        var plain = Uri.UnescapeDataString(text.Replace('+', ' '));
        return plain.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(plain) : plain;
    }
}
