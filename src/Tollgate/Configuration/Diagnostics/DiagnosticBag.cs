using System.Collections.Immutable;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Collects every problem of one load, so that all are shown together.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<ConfigDiagnostic> _items = [];
    private readonly HashSet<ConfigDiagnostic> _seen = [];

    public bool HasFatal => _items.Exists(static d => d.Level == DiagnosticLevel.Fatal);

    /// <summary>Rows of the database do not count here nor below: one that is wrong costs only itself, not the start.</summary>
    public bool HasError => _items.Exists(static d => d.Level >= DiagnosticLevel.Error && !JsonNodes.IsStored(d.Position));

    /// <summary>
    /// A known key has a value that cannot be meant: the operator's mistake, which must not be discovered by its missing effect (R32). Things
    /// that are right but not available here do not count: files written for LiteLLM must load.
    /// </summary>
    public bool HasWrongValue => _items.Exists(static d => d is
    {
        Level: DiagnosticLevel.Error,
        Code: DiagnosticCodes.WrongShape or DiagnosticCodes.Required or DiagnosticCodes.WrongType or DiagnosticCodes.NotInEnum
            or DiagnosticCodes.BadDuration,
    } && !JsonNodes.IsStored(d.Position));

    public void Fatal(string code, SourcePosition position, string path, string message, string? hint = null) =>
        Add(new(DiagnosticLevel.Fatal, code, position, path, message, hint));

    public void Error(string code, SourcePosition position, string path, string message, string? hint = null) =>
        Add(new(DiagnosticLevel.Error, code, position, path, message, hint));

    public void Warning(string code, SourcePosition position, string path, string message, string? hint = null) =>
        Add(new(DiagnosticLevel.Warning, code, position, path, message, hint));

    public void Notice(string code, SourcePosition position, string path, string message, string? hint = null) =>
        Add(new(DiagnosticLevel.Notice, code, position, path, message, hint));

    /// <summary>A node that an alias repeats would repeat its problem: the same one is kept once.</summary>
    public void Add(ConfigDiagnostic diagnostic)
    {
        if (diagnostic.Level == DiagnosticLevel.Fatal && JsonNodes.IsStored(diagnostic.Position))
        {
            diagnostic = diagnostic with { Level = DiagnosticLevel.Error };
        }

        if (_seen.Add(diagnostic))
        {
            _items.Add(diagnostic);
        }
    }

    /// <summary>True when something at or below <paramref name="path"/> is an error.</summary>
    public bool HasErrorUnder(string path) => _items.Exists(d =>
        d.Level >= DiagnosticLevel.Error
        && d.Path.StartsWith(path, StringComparison.Ordinal)
        && (d.Path.Length == path.Length || d.Path[path.Length] is '.' or '[' or ' '));

    /// <summary>By file position; what has none (flags, environment) comes first.</summary>
    public ImmutableArray<ConfigDiagnostic> Sorted() =>
    [
        .. _items.OrderBy(static d => d.Position.Line == 0 ? 0 : 1)
            .ThenBy(static d => d.Position.File, StringComparer.Ordinal)
            .ThenBy(static d => d.Position.Line)
            .ThenBy(static d => d.Position.Column),
    ];
}
