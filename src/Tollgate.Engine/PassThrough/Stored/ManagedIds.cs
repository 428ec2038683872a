using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Engine.PassThrough.Stored;

/// <summary>
/// Ids of the gateway's own (llm-api.md 13.1): base64url without padding of a text that says what stands behind them. Only ids that have a row
/// mean anything: what the text says is never trusted alone.
/// </summary>
public static class ManagedIds
{
    private const string FileMark = "litellm_proxy:";
    private const string BatchMark = "litellm_proxy;model_id:";
    private const string BatchMiddle = ";llm_batch_id:";

    /// <summary>No id that anybody makes is longer.</summary>
    private const int Longest = 8192;

    /// <summary>The id of a file.</summary>
    /// <param name="type">Media type.</param>
    /// <param name="unique">What makes it unique.</param>
    /// <param name="models">Model groups that it is for.</param>
    /// <param name="fileId">Id at the first provider.</param>
    /// <param name="deploymentId">Deployment that has it under that id.</param>
    public static string File(string type, Guid unique, IEnumerable<string> models, string fileId, string deploymentId) => Encode(
        $"{FileMark}{type};unified_id,{unique};target_model_names,{string.Join(',', models)};"
        + $"llm_output_file_id,{fileId};llm_output_file_model_id,{deploymentId}");

    /// <summary>The id of a file that a provider has made: the same one whoever asks for it.</summary>
    public static string Output(IEnumerable<string> models, string fileId, string deploymentId)
    {
        var unique = SHA256.HashData(Encoding.UTF8.GetBytes($"{deploymentId}|{fileId}"));
        return File("application/json", new Guid(unique.AsSpan(0, 16)), models, fileId, deploymentId);
    }

    /// <summary>The id of a batch.</summary>
    public static string Batch(string deploymentId, string batchId) => Encode($"{BatchMark}{deploymentId}{BatchMiddle}{batchId}");

    /// <summary>True for ids of files.</summary>
    public static bool IsFile(string id) => Decode(id)?.StartsWith(FileMark, StringComparison.Ordinal) == true;

    /// <summary>True for ids of batches.</summary>
    public static bool IsBatch(string id)
        => Decode(id) is { } text && text.StartsWith(BatchMark, StringComparison.Ordinal) && text.Contains(BatchMiddle, StringComparison.Ordinal);

    /// <summary>Model groups that a file is for; empty when its id does not say.</summary>
    public static IReadOnlyList<string> ModelsOf(string id)
    {
        foreach (var part in (Decode(id) ?? "").Split(';'))
        {
            if (part.StartsWith("target_model_names,", StringComparison.Ordinal))
            {
                return part["target_model_names,".Length..].Split(',', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }

    /// <summary>Deployment that a batch runs at; empty for other ids.</summary>
    public static string DeploymentOf(string id)
        => IsBatch(id) && Decode(id) is { } text ? text[BatchMark.Length..text.IndexOf(BatchMiddle, StringComparison.Ordinal)] : "";

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string? Decode(string id)
    {
        // "litellm_proxy" begins every one of them, which a look at the first letters tells without decoding.
        if (id.Length > Longest || !id.StartsWith("bGl0ZWxsbV9wcm94e", StringComparison.Ordinal) || !Base64Url.IsValid(id))
        {
            return null;
        }

        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id));
    }
}
