using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;

namespace Tollgate.Endpoints;

/// <summary>Fills the OpenAPI document from the routes: their handlers take raw requests, which the framework's own description cannot see into.</summary>
internal static partial class ApiDocument
{
    /// <summary>Adds every route that says what it is for.</summary>
    public static void Fill(OpenApiDocument document, IEnumerable<Endpoint> endpoints)
    {
        document.Info.Title = "Tollgate";
        document.Info.Version = ProductVersion.Current;
        document.Info.Description = "AI gateway, compatible with the LiteLLM Proxy " + ProductVersion.Compatible;
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes["key"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "Master key or virtual key",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary is { } summary)
            {
                Add(document, endpoint, summary);
            }
        }
    }

    private static void Add(OpenApiDocument document, RouteEndpoint endpoint, string summary)
    {
        var path = CatchAll().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "{${name}}");
        if (!document.Paths.TryGetValue(path, out var known) || known is not OpenApiPathItem item)
        {
            item = new OpenApiPathItem();
            document.Paths[path] = item;
        }

        foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
        {
            item.Operations ??= [];
            item.Operations[HttpMethod.Parse(method)] = Describe(document, endpoint, summary, isPost: HttpMethods.IsPost(method));
        }
    }

    private static OpenApiOperation Describe(OpenApiDocument document, RouteEndpoint endpoint, string summary, bool isPost)
    {
        var operation = new OpenApiOperation
        {
            Summary = summary,
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse { Description = "Done; an event stream where the request says stream: true", Content = Json() },
                ["default"] = new OpenApiResponse { Description = "error.message, error.type, error.param, error.code", Content = Json() },
            },
            RequestBody = isPost ? new OpenApiRequestBody { Required = true, Content = Json() } : null,
        };
        foreach (var tag in endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags ?? [])
        {
            document.Tags ??= new HashSet<OpenApiTag>();
            document.Tags.Add(new OpenApiTag { Name = tag });
            operation.Tags ??= new HashSet<OpenApiTagReference>();
            operation.Tags.Add(new OpenApiTagReference(tag, document));
        }

        foreach (var parameter in endpoint.RoutePattern.Parameters)
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return operation;
    }

    private static Dictionary<string, OpenApiMediaType> Json() => new(StringComparer.Ordinal)
    {
        ["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } },
    };

    [GeneratedRegex(@"\{\*{1,2}(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex CatchAll();
}
