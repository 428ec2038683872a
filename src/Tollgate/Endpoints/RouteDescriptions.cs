namespace Tollgate.Endpoints;

/// <summary>What the OpenAPI document and <c>/routes</c> say about a route.</summary>
internal static class RouteDescriptions
{
    /// <summary>Names and describes a route.</summary>
    public static void Describe<TBuilder>(this TBuilder route, string name, string summary)
        where TBuilder : IEndpointConventionBuilder
        => route.WithDisplayName(name).WithMetadata(new EndpointSummaryAttribute(summary), new TagsAttribute(name.Split('/')[0]));
}
