using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R1: references between our assemblies point one way, and the wire formats touch nothing outside themselves.</summary>
internal static class ReferenceRule
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Tollgate.Wire"] = [],
        ["Tollgate.Mock"] = [],
        ["Tollgate.Engine"] = ["Tollgate.Wire"],
        ["Tollgate.Providers"] = ["Tollgate.Engine", "Tollgate.Wire"],
        ["Tollgate.Data"] = ["Tollgate.Engine", "Tollgate.Wire"],
        ["Tollgate.Management"] = ["Tollgate.Data", "Tollgate.Engine", "Tollgate.Wire"],
        ["tollgate"] = ["Tollgate.Data", "Tollgate.Engine", "Tollgate.Management", "Tollgate.Mock", "Tollgate.Providers", "Tollgate.Wire"],
    };

    private static readonly string[] FrameworksOutsideWire = ["Microsoft.AspNetCore", "Microsoft.Extensions"];

    /// <summary>Sockets, files, processes and clocks: whole namespaces, or single types of System namespaces that are fine otherwise.</summary>
    private static readonly string[] TypesOutsideWire =
    [
        "System.Net.Sockets.", "System.Net.Http.", "System.Net.Dns", "System.IO.File", "System.IO.Directory", "System.IO.Path",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.TimeProvider", "System.Environment", "System.Console",
    ];

    /// <summary>The assemblies that the rule knows, as they are called on disk.</summary>
    public static IReadOnlyCollection<string> Known => Allowed.Keys;

    /// <summary>Problems with references to other assemblies of ours.</summary>
    public static IEnumerable<string> CheckDirection(string assembly, IEnumerable<string> references)
    {
        if (!Allowed.TryGetValue(assembly, out var allowed))
        {
            return [$"{assembly} has no place in the order of references; give it one in {nameof(ReferenceRule)}"];
        }

        return references
            .Where(reference => reference.StartsWith("tollgate", StringComparison.OrdinalIgnoreCase))
            .Except(allowed, StringComparer.Ordinal)
            .Select(reference => $"{assembly} must not reference {reference}");
    }

    /// <summary>Problems with what an assembly without I/O, container and clock references.</summary>
    public static IEnumerable<string> CheckPurity(string assembly, IEnumerable<string> references, IEnumerable<string> types)
    {
        var frameworks = references.Where(reference => FrameworksOutsideWire.Any(
            framework => reference.StartsWith(framework, StringComparison.Ordinal)));
        var forbidden = types.Where(type => TypesOutsideWire.Any(
            outside => outside[^1] == '.' ? type.StartsWith(outside, StringComparison.Ordinal) : type == outside));
        return frameworks.Concat(forbidden).Select(used => $"{assembly} must not use {used}");
    }

    /// <summary>What a built assembly references: names of assemblies and full names of types.</summary>
    public static (IReadOnlyList<string> Assemblies, IReadOnlyList<string> Types) Read(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return (
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))],
            [.. metadata.TypeReferences.Select(metadata.GetTypeReference)
                .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")]);
    }
}
