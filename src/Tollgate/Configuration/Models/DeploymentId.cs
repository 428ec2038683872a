using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Configuration;

/// <summary>
/// The id of a deployment without <c>model_info.id</c>: LiteLLM's hash, so that old spend logs and dashboards still join (config.md 4.4).
/// </summary>
internal static class DeploymentId
{
    public static string Of(string modelName, MappingNode litellmParams) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(HashedText(modelName, litellmParams))));

    /// <summary>Name, then key and value of every parameter in file order, values as Python prints them.</summary>
    internal static string HashedText(string modelName, MappingNode litellmParams)
    {
        var text = new StringBuilder(modelName);
        foreach (var entry in litellmParams.Entries)
        {
            text.Append(entry.Key).Append(PythonText.Of(entry.Value));
        }

        return text.ToString();
    }
}
