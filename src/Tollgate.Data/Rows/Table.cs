using System.Collections.Immutable;

namespace Tollgate.Data.Rows;

/// <summary>A table by its logical name, which is the same on SQLite and PostgreSQL.</summary>
/// <param name="Name">Name without quotes: <c>LiteLLM_VerificationToken</c>; our own tables by their bare name (<c>kv</c>).</param>
/// <param name="Key">Columns of the primary key, in order.</param>
/// <param name="IsOwn">True for a table of the schema <c>tollgate</c> (SQLite: prefix <c>tollgate_</c>).</param>
public sealed record Table(string Name, ImmutableArray<string> Key, bool IsOwn = false)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
