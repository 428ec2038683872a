using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Tollgate.Engine.Keys;

/// <summary>Where a key is looked for in a request, and in which forms (llm-api.md 2.1).</summary>
internal static class KeyHeaders
{
    /// <summary>Headers that carry a bare key, in order, behind <c>x-litellm-api-key</c> and <c>Authorization</c>.</summary>
    private static readonly string[] BareHeaders = ["api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key"];

    /// <summary>All headers that may carry a key: never forwarded to an upstream unless an operator asks for it.</summary>
    internal static readonly string[] All = ["x-litellm-api-key", "authorization", .. BareHeaders];

    /// <summary>Takes the key from a request: its headers, and its query where clients of that dialect put it there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="customHeader">The only header to read when an operator named one.</param>
    /// <param name="header">Lower-case name of the header the key stands in, or of the query's parameter; null when there is none.</param>
    /// <returns>As for headers alone.</returns>
    public static string? Find(HttpRequest request, string? customHeader, out string? header)
    {
        var found = Find(request.Headers, customHeader, out header);
        if (header is not null || !request.QueryString.HasValue || !TakesKeyInQuery(request.Path.Value ?? ""))
        {
            return found;
        }

        var key = request.Query["key"];
        header = StringValues.IsNullOrEmpty(key) ? null : "key";
        return header is null ? null : key.ToString();
    }

    /// <summary>Takes the key from a request's headers.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="customHeader">The only header to read when an operator named one.</param>
    /// <param name="header">Lower-case name of the header the key stands in; null when there is none.</param>
    /// <returns>The key; empty when a header is there but holds none in an accepted form; null when no header is there.</returns>
    public static string? Find(IHeaderDictionary headers, string? customHeader, out string? header)
    {
        if (customHeader is not null)
        {
            header = customHeader;
            return Scheme(headers[customHeader], bareAllowed: false) ?? "";
        }

        header = "x-litellm-api-key";
        if (Scheme(headers[header], bareAllowed: true) is { } own)
        {
            return own;
        }

        header = "authorization";
        if (Scheme(headers.Authorization, bareAllowed: false) is { } bearer)
        {
            return bearer;
        }

        foreach (var name in BareHeaders)
        {
            header = name;
            if (headers.TryGetValue(name, out var value) && !StringValues.IsNullOrEmpty(value))
            {
                return value.ToString();
            }
        }

        header = null;
        return null;
    }

    /// <summary>Google's clients may write the key into the address; nobody else's key is looked for there.</summary>
    private static bool TakesKeyInQuery(string path) => path.StartsWith("/v1beta/", StringComparison.Ordinal)
        || path.StartsWith("/gemini/", StringComparison.Ordinal)
        || (path.StartsWith("/models/", StringComparison.Ordinal) && path.Contains(':', StringComparison.Ordinal));

    private static string? Scheme(StringValues header, bool bareAllowed)
    {
        if (StringValues.IsNullOrEmpty(header))
        {
            return null;
        }

        var value = header.ToString();
        if (value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return value[7..].Trim();
        }

        if (value.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return value[6..].Trim();
        }

        if (value.StartsWith("AWS4-HMAC-SHA256", StringComparison.Ordinal))
        {
            return AwsCredential(value);
        }

        return bareAllowed ? value.Trim() : "";
    }

    /// <summary>Clients that sign for AWS carry the key as the access key id: <c>Credential=[Bearer ]key/date/region/...</c>.</summary>
    private static string AwsCredential(string value)
    {
        const string Marker = "Credential=";
        var start = value.IndexOf(Marker, StringComparison.Ordinal);
        if (start < 0)
        {
            return "";
        }

        var credential = value.AsSpan(start + Marker.Length);
        var slash = credential.IndexOf('/');
        credential = slash < 0 ? credential : credential[..slash];
        return (credential.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? credential[7..] : credential).Trim().ToString();
    }
}
