using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>How much a configuration problem stops (config.md 15.1).</summary>
internal enum DiagnosticLevel
{
    /// <summary>An accepted non-standard form.</summary>
    Notice,

    /// <summary>A value was ignored or coerced.</summary>
    Warning,

    /// <summary>The object it stands in (deployment, guardrail, callback, one setting) is switched off; the gateway runs.</summary>
    Error,

    /// <summary>The process does not start; a reload is refused.</summary>
    Fatal,
}

/// <summary>One problem of a configuration, with its place. Never holds a secret.</summary>
/// <param name="Level">What it stops.</param>
/// <param name="Code">Stable code, <c>CFG001</c> and up (see <see cref="DiagnosticCodes"/>).</param>
/// <param name="Position">File, line and column; <c>env:NAME</c> or <c>cli</c> for other sources.</param>
/// <param name="Path">Key path, for example <c>model_list[2] (gpt-4o).litellm_params.model</c>; empty for a whole file.</param>
/// <param name="Message">What is wrong, without a full stop.</param>
/// <param name="Hint">How to fix it, without a full stop, or null.</param>
internal sealed record ConfigDiagnostic(
    DiagnosticLevel Level, string Code, SourcePosition Position, string Path, string Message, string? Hint = null);

/// <summary>
/// A key that is known but feeds nothing yet: accepted, so that existing files load, and listed, so that nobody relies on it.
/// </summary>
/// <param name="Path">Key path.</param>
/// <param name="Position">Where the key stands.</param>
internal sealed record RecognisedKey(string Path, SourcePosition Position);
