namespace Tollgate.Commands.Control;

/// <summary>The control plane as commands see it: the management routes, of a running gateway or over the store itself.</summary>
internal interface IControlPlaneClient : IAsyncDisposable
{
    /// <summary>Sends one request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ControlPlaneException">No answer was to be had.</exception>
    Task<ControlPlaneAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken);
}

/// <summary>What the control plane answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON.</param>
internal readonly record struct ControlPlaneAnswer(int Status, byte[] Body);
