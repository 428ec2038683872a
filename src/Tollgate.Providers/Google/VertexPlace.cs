using System.Text.RegularExpressions;
using Tollgate.Providers.Connections;

namespace Tollgate.Providers.Google;

/// <summary>Project, location and host of a deployment on Vertex AI (04-gemini-vertex.md section 1.2).</summary>
internal sealed partial class VertexPlace
{
    /// <summary>Stands in addresses for a project that only the metadata server knows, until it is asked.</summary>
    public const string UnknownProject = "tollgate-project";

    /// <param name="draft">The deployment.</param>
    /// <param name="credentialsProject">Project named by the credentials; null when they name none.</param>
    /// <param name="isKeyed">Express mode: a key, no project and no location.</param>
    public VertexPlace(ConnectionDraft draft, string? credentialsProject, bool isKeyed)
    {
        IsKeyed = isKeyed;
        Location = draft.Param("vertex_location", "VERTEXAI_LOCATION", "VERTEX_LOCATION", "VERTEX_AI_LOCATION") ?? (isKeyed ? "global" : "us-central1");
        Project = draft.Param("vertex_project", "VERTEXAI_PROJECT", "VERTEX_PROJECT", "VERTEX_AI_PROJECT") ?? credentialsProject;
        IsWellFormed = Name().IsMatch(Location) && (Project is null || ProjectName().IsMatch(Project));
        Host = Location switch
        {
            "global" => "https://aiplatform.googleapis.com",
            "us" or "eu" => $"https://aiplatform.{Location}.rep.googleapis.com",
            _ => $"https://{Location}-aiplatform.googleapis.com",
        };
    }

    /// <summary>A key instead of a token.</summary>
    public bool IsKeyed { get; }

    /// <summary>Region, <c>global</c>, <c>us</c> or <c>eu</c>. Default us-central1, LiteLLM's.</summary>
    public string Location { get; }

    /// <summary>Null when only the metadata server can tell.</summary>
    public string? Project { get; }

    /// <summary>Project and location can stand in an address.</summary>
    public bool IsWellFormed { get; }

    /// <summary>Scheme and host.</summary>
    public string Host { get; }

    /// <summary><c>projects/P/locations/L</c>.</summary>
    public string Path => $"projects/{Project ?? UnknownProject}/locations/{Location}";

    [GeneratedRegex("^[a-z0-9-]{1,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();

    // A project of an organization has its domain in front: example.com:project.
    [GeneratedRegex("^[A-Za-z0-9.:_-]{1,128}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectName();
}
