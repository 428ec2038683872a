using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tollgate.Management.Models;

/// <summary>Sends the cost map: compressed to who takes it, and not at all to who has it.</summary>
internal static class CostMapAnswer
{
    private const string Gzip = "gzip";

    public static async Task SendAsync(HttpContext http, CostMapText map)
    {
        var (request, response) = (http.Request.GetTypedHeaders(), http.Response);
        var isGzip = TakesGzip(request.AcceptEncoding);

        // Two encodings are two representations, which have two names.
        var tag = new EntityTagHeaderValue(isGzip ? $"\"{map.Tag}-gzip\"" : $"\"{map.Tag}\"");
        response.Headers.ETag = tag.ToString();
        response.Headers.Vary = HeaderNames.AcceptEncoding;

        // May be kept, is asked after each time: a reload changes it.
        response.Headers.CacheControl = "no-cache";
        if (request.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = isGzip ? map.Gzip : map.Json;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (isGzip)
        {
            response.Headers.ContentEncoding = Gzip;
        }

        await response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    private static bool TakesGzip(IList<StringWithQualityHeaderValue> accepted)
    {
        var named = accepted.FirstOrDefault(static value => value.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(static value => value.Value == new StringSegment("*"));
        return named is not null && named.Quality is not 0;
    }
}
