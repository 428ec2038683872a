using Microsoft.Data.Sqlite;
using Tollgate.Data.Startup;

namespace Tollgate.Data.Sqlite;

/// <summary>A copy of the embedded store as of one moment, also while a gateway works on it.</summary>
public static class SqliteBackup
{
    /// <summary>Writes the copy: a database file of its own, without free space and without a log beside it.</summary>
    /// <param name="dataDirectory">Where the store is.</param>
    /// <param name="file">The new file.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="StorageStartException">There is no store, the file is there already, or it cannot be written.</exception>
    public static async Task WriteAsync(string dataDirectory, string file, CancellationToken cancellationToken)
    {
        var store = Path.Combine(dataDirectory, SqliteDatabase.FileName);
        if (!File.Exists(store))
        {
            throw new StorageStartException($"there is no database in {dataDirectory}");
        }

        if (File.Exists(file))
        {
            throw new StorageStartException($"{file} is there already; a backup never writes over a file");
        }

        var connections = new SqliteConnections(store, isStrict: false);
        await using (connections)
        {
            try
            {
                // Parts of what is copied are secrets: nobody else may read the file, not even before it is complete.
                await using (Create(file))
                {
                }

                await connections.ReadAsync(
                    async connection =>
                    {
                        await using var command = connection.CreateCommand();
                        command.CommandText = "PRAGMA query_only=OFF; VACUUM INTO @file;";
                        command.CommandTimeout = 0;
                        command.Parameters.AddWithValue("@file", file);
                        return await command.ExecuteNonQueryAsync(cancellationToken);
                    },
                    cancellationToken);
            }
            catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
            {
                // What was begun is no backup.
                if (File.Exists(file))
                {
                    File.Delete(file);
                }

                throw new StorageStartException($"{file} cannot be written: {error.Message}", error);
            }
        }
    }

    private static FileStream Create(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options);
    }
}
