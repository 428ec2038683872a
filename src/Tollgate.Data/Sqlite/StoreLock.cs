using System.Globalization;
using System.Text;
using Tollgate.Data.Startup;

namespace Tollgate.Data.Sqlite;

/// <summary>The lock file that keeps a second process off the embedded store: the kernel frees it when the holder dies.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <exception cref="StorageStartException">Another process holds it.</exception>
    public static StoreLock Take(string directory)
    {
        var path = Path.Combine(directory, "tollgate.lock");
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            file.Flush();
            return new StoreLock(file);
        }
        catch (IOException error)
        {
            throw new StorageStartException(
                $"{path} is held by another Tollgate: one process at a time uses an embedded database. "
                + "Stop the other one, choose another TOLLGATE_DATA_DIR, or set DATABASE_URL to a PostgreSQL for several replicas",
                error);
        }
    }

    public void Dispose() => _file.Dispose();
}
