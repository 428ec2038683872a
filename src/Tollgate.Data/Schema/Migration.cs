using System.Globalization;
using System.Reflection;

namespace Tollgate.Data.Schema;

/// <summary>A numbered change of the schema.</summary>
/// <param name="Version">Number, from 1 without gaps.</param>
/// <param name="Name">File name without extension.</param>
/// <param name="IsOwn">Touches our own tables only, so an adopted database takes it too.</param>
/// <param name="Sql">Its statements.</param>
internal sealed record Migration(int Version, string Name, bool IsOwn, string Sql)
{
    private const string OwnSuffix = "_tollgate";

    /// <summary>All migrations for an engine, in order.</summary>
    /// <param name="engine"><c>sqlite</c> or <c>postgresql</c>.</param>
    public static IReadOnlyList<Migration> For(string engine) => [.. EmbeddedText.Names($"Migrations.{engine}").Select(Load)];

    /// <summary>Which version of the product this is, for messages.</summary>
    public static string ProductVersion => typeof(Migration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
        .InformationalVersion.Split('+')[0] ?? "unknown";

    private static Migration Load(string resource)
    {
        var name = Path.GetFileNameWithoutExtension(resource).Split('.')[^1];
        var version = int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture);
        return new Migration(version, name, name.EndsWith(OwnSuffix, StringComparison.Ordinal), EmbeddedText.Read(resource));
    }
}
