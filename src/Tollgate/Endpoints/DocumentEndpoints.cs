using Swashbuckle.AspNetCore.SwaggerUI;
using Tollgate.Engine.Configuration;

namespace Tollgate.Endpoints;

/// <summary>The OpenAPI document and the pages that show it; each can be switched off (<c>DOCS_URL=""</c>, <c>NO_OPENAPI</c>).</summary>
internal static class DocumentEndpoints
{
    private const string DocumentName = "v1";

    /// <summary>Adds the document's maker.</summary>
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, static options =>
        options.AddDocumentTransformer(static (document, context, _) =>
        {
            ApiDocument.Fill(document, context.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints);
            return Task.CompletedTask;
        }));

    /// <summary>Maps document and pages as the settings say.</summary>
    public static void MapDocuments(this WebApplication app, ServerSettings settings)
    {
        if (settings.OpenApiUrl is not { } document)
        {
            return;
        }

        app.MapOpenApi(document);
        if (settings.DocsUrl is { } docs)
        {
            var prefix = docs.Trim('/');
            var path = new PathString(prefix.Length == 0 ? "" : "/" + prefix);

            // Only its own requests pass the middleware: for any other it would be one more asynchronous step.
            app.UseWhen(
                http => http.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase),
                branch => branch.UseSwaggerUI(options =>
                {
                    options.RoutePrefix = prefix;
                    options.DocumentTitle = "Tollgate API";
                    options.SwaggerEndpoint(settings.RootPath + document, "Tollgate");
                    options.ConfigObject.DocExpansion = DocExpansion.List;
                }));
        }
    }
}
