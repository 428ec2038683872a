using System.Security.Cryptography;
using Tollgate.Configuration;

namespace Tollgate.FirstRun;

/// <summary>Where a gateway without a database server keeps what it must not forget (<c>TOLLGATE_DATA_DIR</c>, default <c>./data</c>).</summary>
internal sealed class DataDirectory(string path)
{
    private const string KeyFile = "master_key";

    // 24 random bytes, as long as keys that people paste; sk- is what clients and LiteLLM expect.
    private const int KeyBytes = 24;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The directory, absolute.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The file that holds the master key.</summary>
    public string MasterKeyFile => System.IO.Path.Combine(Path, KeyFile);

    /// <summary>The directory that the environment names.</summary>
    public static DataDirectory From(EnvironmentSource environment)
        => new(System.IO.Path.Combine(environment.WorkingDirectory, environment.GetNonEmpty("TOLLGATE_DATA_DIR") ?? "data"));

    /// <summary>The kept master key; makes one on first use.</summary>
    /// <param name="created">True when it was made by this call: the one time it is shown.</param>
    /// <exception cref="IOException">The directory cannot be used; the message says what to do.</exception>
    public string MasterKey(out bool created)
    {
        created = false;
        try
        {
            if (File.Exists(MasterKeyFile) && File.ReadAllText(MasterKeyFile).Trim() is { Length: > 0 } kept)
            {
                return kept;
            }

            Directory.CreateDirectory(Path);
            var key = "sk-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
            WriteOwnerOnly(key);
            created = true;
            return key;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(
                $"The data directory {Path} cannot be used: permission denied. Set TOLLGATE_DATA_DIR to a writable directory, or LITELLM_MASTER_KEY to a key.",
                exception);
        }
    }

    private void WriteOwnerOnly(string key)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var writer = new StreamWriter(MasterKeyFile, options);
        writer.WriteLine(key);
    }
}
