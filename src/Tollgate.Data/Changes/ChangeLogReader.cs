using Npgsql;
using NpgsqlTypes;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Changes;

/// <summary>Reads what others have recorded since the last time, each record once.</summary>
/// <param name="instanceId">This process, whose own records are skipped.</param>
internal sealed class ChangeLogReader(string instanceId)
{
    // Sequence numbers and times become visible out of order; the overlap makes that harmless.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);
    private const string Statement =
        "SELECT seq, at, kind, id, spend_was_set FROM tollgate.change_log WHERE at > @since AND src <> @me ORDER BY seq";

    private HashSet<long> _seen = [];
    private DateTime _newest;

    /// <summary>Begins now: what is recorded already is taken as known.</summary>
    public async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        _newest = (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
        await ReadAsync(connection, cancellationToken);
    }

    /// <summary>Notices that are new.</summary>
    public async Task<IReadOnlyList<ChangeNotice>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Statement, connection);
        command.Parameters.AddWithValue("since", NpgsqlDbType.TimestampTz, _newest - Overlap);
        command.Parameters.AddWithValue("me", instanceId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var inWindow = new HashSet<long>();
        var notices = new List<ChangeNotice>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var sequence = reader.GetInt64(0);
            inWindow.Add(sequence);
            var at = reader.GetDateTime(1);
            _newest = at > _newest ? at : _newest;
            if (!_seen.Contains(sequence))
            {
                // A kind of a newer replica: something we know nothing of has changed, so nothing cached can be trusted.
                notices.Add(Enum.TryParse<ChangedObject>(reader.GetString(2), out var kind)
                    ? new ChangeNotice(kind, reader.GetString(3), reader.GetBoolean(4))
                    : new ChangeNotice(ChangedObject.Everything, ""));
            }
        }

        _seen = inWindow;
        return [.. notices.Distinct()];
    }
}
