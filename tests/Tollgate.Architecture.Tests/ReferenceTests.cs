using Tollgate.Architecture.Tests.Rules;

namespace Tollgate.Architecture.Tests;

/// <summary>Which assembly may know which, read from what was built.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string> Assemblies => [.. ReferenceRule.Known];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void References_PointOneWay(string assembly)
        => ReferenceRule.CheckDirection(assembly, Read(assembly).Assemblies).ShouldBeEmpty();

    [Fact]
    public void Wire_TouchesNothingOutsideItself()
    {
        var (assemblies, types) = Read("Tollgate.Wire");
        ReferenceRule.CheckPurity("Tollgate.Wire", assemblies, types).ShouldBeEmpty();
    }

    [Fact]
    public void EveryProject_HasItsPlaceInTheOrder()
    {
        var projects = Directory.GetFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension)
            .Select(name => name == "Tollgate" ? "tollgate" : name!);
        projects.Order().ShouldBe(ReferenceRule.Known.Order());
    }

    [Fact]
    public void WrongDirection_IsFound()
    {
        ReferenceRule.CheckDirection("Tollgate.Wire", ["System.Runtime", "Tollgate.Engine"]).ShouldHaveSingleItem();
        ReferenceRule.CheckDirection("Tollgate.Mock", ["Tollgate.Wire"]).ShouldHaveSingleItem();
        ReferenceRule.CheckDirection("Tollgate.Engine", ["tollgate"]).ShouldHaveSingleItem();
        ReferenceRule.CheckDirection("Tollgate.Unheard", []).ShouldHaveSingleItem();
    }

    [Fact]
    public void ImpureReferences_AreFound()
    {
        ReferenceRule.CheckPurity("X", ["Microsoft.AspNetCore.Http.Abstractions"], []).ShouldHaveSingleItem();
        ReferenceRule.CheckPurity("X", ["Microsoft.Extensions.Hosting"], []).ShouldHaveSingleItem();
        ReferenceRule.CheckPurity("X", [], ["System.Net.Sockets.Socket", "System.IO.File", "System.IO.Stream"]).Count().ShouldBe(2);
    }

    [Fact]
    public void Reading_FindsWhatAnAssemblyReallyUses()
    {
        // This very test uses files and Shouldly.
        var (assemblies, types) = ReferenceRule.Read(typeof(ReferenceTests).Assembly.Location);
        assemblies.ShouldContain("Shouldly");
        types.ShouldContain("System.IO.File");
    }

    private static (IReadOnlyList<string> Assemblies, IReadOnlyList<string> Types) Read(string assembly)
        => ReferenceRule.Read(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
}
