using System.Net;
using Tollgate.Engine.Configuration;

namespace Tollgate.Endpoints;

/// <summary>The page at <c>/ui</c>: where a browser finds what runs here. No scripts, no other origins.</summary>
internal static class WelcomeEndpoints
{
    /// <summary>Maps the page, and the way to it from <c>/</c>.</summary>
    public static void MapWelcome(this IEndpointRouteBuilder routes, ServerSettings settings)
    {
        var root = settings.RootPath;
        var docs = settings is { OpenApiUrl: not null, DocsUrl: { } url } ? $"""<li><a href="{WebUtility.HtmlEncode(root + url)}">API documentation</a></li>""" : "";
        routes.MapGet("/ui", http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            var address = WebUtility.HtmlEncode($"{http.Request.Scheme}://{http.Request.Host}{root}");
            return http.Response.WriteAsync(Page(address, WebUtility.HtmlEncode(root), docs));
        }).Describe("ui", "Start page");

        // Some clients ask so whether the gateway is there before they call it.
        routes.MapMethods("/", ["HEAD"], static _ => Task.CompletedTask).Describe("ui", "Is the gateway there?");
        if (settings.DocsUrl is not "/")
        {
            routes.MapGet("/", http =>
            {
                http.Response.Redirect(root + (docs.Length > 0 ? settings.DocsUrl : "/ui"));
                return Task.CompletedTask;
            }).Describe("ui", "Start page");
        }
    }

    private static string Page(string address, string root, string docs) => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Tollgate</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
        h1 { margin-bottom: 0; }
        pre { overflow-x: auto; padding: 1rem; border: 1px solid currentColor; border-radius: .5rem; }
        li { margin: .25rem 0; }
        </style>
        </head>
        <body>
        <main>
        <h1>Tollgate</h1>
        <p>Version {{ProductVersion.Current}}, compatible with LiteLLM {{ProductVersion.Compatible}}. The gateway is running.</p>
        <h2>First call</h2>
        <pre>curl {{address}}/v1/models -H "Authorization: Bearer $KEY"</pre>
        <h2>Here</h2>
        <ul>
        {{docs}}
        <li><a href="{{root}}/health/readiness">Readiness</a></li>
        <li><a href="{{root}}/routes">Routes</a></li>
        </ul>
        <p>Models, limits and keys are set in the configuration file; the pages to manage them are not part of this version.</p>
        </main>
        </body>
        </html>
        """;
}
