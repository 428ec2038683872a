#pragma warning disable RS0030 // Rows travel as JSON trees; a command that looks through the database is no call.
using System.Globalization;
using Tollgate.Data.Copy;
using Tollgate.Data.Rows;
using Tollgate.Data.Secrets;
using Tollgate.Data.Startup;
using Tollgate.Engine.Configuration;

namespace Tollgate.Commands.Database;

/// <summary>Looks through a store and changes nothing.</summary>
internal sealed class DatabaseCheck(StorageSettings storage, IStore store, TextWriter output)
{
    private const string Whole = "ok";

    /// <summary>Checks; 1 when something was found.</summary>
    /// <param name="release">The release of LiteLLM that is to take over; null to look at the store itself only.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<int> RunAsync(Version? release, CancellationToken cancellationToken)
    {
        var box = new SecretBox(storage);
        var found = new List<string>();
        found.AddRange(await DamageAsync(cancellationToken));
        found.AddRange(await LockedAsync(box, cancellationToken));
        if (release is not null)
        {
            found.AddRange(await store.ReadAsync(rows => new HandBack(box).FindAsync(rows, release), cancellationToken));
        }

        foreach (var line in found)
        {
            await output.WriteLineAsync(line);
        }

        await output.WriteLineAsync(found.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{found.Count} findings")
            : release is null ? "The database is whole." : $"LiteLLM {release} would see everything.");
        return found.Count == 0 ? 0 : 1;
    }

    private async Task<IEnumerable<string>> DamageAsync(CancellationToken cancellationToken)
    {
        if (store.Kind != DatabaseKind.Sqlite)
        {
            // PostgreSQL looks after its own pages and foreign keys.
            return [];
        }

        var pages = await store.ReadAsync(static rows => rows.QueryAsync("PRAGMA integrity_check"), cancellationToken);
        var orphans = await store.ReadAsync(static rows => rows.QueryAsync("PRAGMA foreign_key_check"), cancellationToken);
        return pages.Select(static row => row["integrity_check"]!.GetValue<string>()).Where(static text => text is not Whole)
            .Concat(orphans.Select(static row => $"a row of {row["table"]} refers to one of {row["parent"]} that is not there"));
    }

    private async Task<IEnumerable<string>> LockedAsync(SecretBox box, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(static rows => SecretFormats.StoredAsync(rows, range: default), cancellationToken);
        var count = stored.Count(text => box.Decrypt(text, out _) is SecretState.Undecryptable);
        return count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{count} secrets {SecretBox.UndecryptableMessage}")];
    }
}
