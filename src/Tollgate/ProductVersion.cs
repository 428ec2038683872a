using System.Reflection;

namespace Tollgate;

/// <summary>Who we are, and whom we stand in for.</summary>
internal static class ProductVersion
{
    /// <summary>Version of LiteLLM whose clients and files work here (design.md section 10).</summary>
    public const string Compatible = "1.81.0";

    /// <summary>Our own version, without build metadata.</summary>
    public static string Current { get; } =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
