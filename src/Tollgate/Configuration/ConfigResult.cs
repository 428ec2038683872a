using System.Collections.Immutable;
using Tollgate.Engine.Configuration;
using Tollgate.Management.Configuration;

namespace Tollgate.Configuration;

/// <summary>Outcome of a load: a configuration, or the reasons why there is none, and everything worth saying either way.</summary>
/// <param name="Config">The configuration; null when <see cref="HasFatal"/>.</param>
/// <param name="Diagnostics">All problems, sorted by position.</param>
/// <param name="Files">Every file that was read or looked for, absolute: what to watch for changes.</param>
/// <param name="WithoutEffect">Known keys that were set but feed nothing yet.</param>
internal sealed record ConfigResult(
    GatewayConfig? Config,
    ImmutableArray<ConfigDiagnostic> Diagnostics,
    ImmutableArray<string> Files,
    ImmutableArray<RecognisedKey> WithoutEffect)
{
    /// <summary>The files as one tree, for a later load that only the database makes necessary; null when they could not be read.</summary>
    public FileTree? Tree { get; init; }

    /// <summary>The configuration fit to be shown; made when first asked for.</summary>
    public Lazy<ConfigurationView> View { get; init; } = new(static () => ConfigurationView.Empty);

    /// <summary>
    /// The process must not start, a reload must keep the old configuration. Includes plain errors when the load was strict.
    /// </summary>
    public bool HasFatal => Config is null;
}
