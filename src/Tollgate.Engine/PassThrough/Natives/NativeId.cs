using System.Buffers.Text;
using System.Text;

namespace Tollgate.Engine.PassThrough.Natives;

/// <summary>
/// Ids of files and batches whose provider has other ones than OpenAI's: the prefix that clients expect, then base64url of the provider's id
/// and of the model that all lines call, so that nothing has to be kept to find them again. They prove nothing: whose something is, is known
/// by the provider's own id.
/// </summary>
internal readonly record struct NativeId(string Id, string? Model, string? Input)
{
    private const string Mark = "tollgate:";
    private const string FilePrefix = "file-";
    private const string BatchPrefix = "batch_";
    private const string JobPrefix = "ftjob-";
    private const int Longest = 8192;

    /// <summary>The id of a file.</summary>
    public static string File(string id, string? model) => FilePrefix + Encode($"{Mark}{id}\n{model}");

    /// <summary>The id of a batch.</summary>
    /// <param name="id">The provider's id.</param>
    /// <param name="model">Model that all lines call; null when each says its own.</param>
    /// <param name="input">File that it runs, where the provider does not know it.</param>
    public static string Batch(string id, string? model, string? input) => BatchPrefix + Encode($"{Mark}{id}\n{model}\n{input}");

    /// <summary>The id of a fine-tuning job.</summary>
    public static string Job(string id) => JobPrefix + Encode($"{Mark}{id}\n");

    /// <summary>What stands behind an id; null for ids of other making.</summary>
    public static NativeId? Of(string text)
    {
        var prefix = text.StartsWith(FilePrefix, StringComparison.Ordinal) ? FilePrefix
            : text.StartsWith(BatchPrefix, StringComparison.Ordinal) ? BatchPrefix
            : text.StartsWith(JobPrefix, StringComparison.Ordinal) ? JobPrefix : null;
        if (prefix is null || text.Length > Longest || !Base64Url.IsValid(text.AsSpan(prefix.Length)))
        {
            return null;
        }

        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(prefix.Length)));
        if (!plain.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = plain[Mark.Length..].Split('\n');
        return new NativeId(parts[0], parts.ElementAtOrDefault(1) is { Length: > 0 } model ? model : null,
            parts.ElementAtOrDefault(2) is { Length: > 0 } input ? input : null);
    }

    /// <summary>The provider's own id for one that stands for it; other ids stay as they are.</summary>
    public static string Plain(string text) => Of(text)?.Id ?? text;

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
