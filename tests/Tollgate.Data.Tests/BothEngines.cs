using Tollgate.Data.Rows;

namespace Tollgate.Data.Tests;

/// <summary>Every test of rows runs on both engines.</summary>
public sealed class BothEngines : TheoryData<DatabaseKind>
{
    public BothEngines()
    {
        Add(DatabaseKind.Sqlite);
        Add(DatabaseKind.PostgreSql);
    }
}
