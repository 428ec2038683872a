using Tollgate.Data.Rows;

namespace Tollgate.Data.Tests;

public sealed class FilterTests
{
    [Fact]
    public void FiltersWithTheSameContent_AreEqual()
        => Filter.Equal("team_id", "t").ShouldBe(Filter.Equal("team_id", "t"));
}
