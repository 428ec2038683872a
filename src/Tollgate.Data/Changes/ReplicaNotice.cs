using Npgsql;
using Tollgate.Engine.Keys;

namespace Tollgate.Data.Changes;

/// <summary>The two channels on which replicas tell each other to look into the change log (database.md 9.5).</summary>
internal static class ReplicaNotice
{
    public const string Identity = "tollgate_inval";
    public const string Configuration = "tollgate_config";

    /// <summary>Sends a notice within the transaction: the server delivers it when, and only when, that commits.</summary>
    public static async Task SendAsync(NpgsqlConnection connection, IReadOnlyList<ChangeNotice> notices, CancellationToken cancellationToken)
    {
        foreach (var channel in notices.Select(ChannelOf).Distinct(StringComparer.Ordinal))
        {
            await using var command = new NpgsqlCommand("SELECT pg_notify(@channel, '')", connection);
            command.Parameters.AddWithValue("channel", channel);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static string ChannelOf(ChangeNotice notice)
        => notice.Kind == ChangedObject.Configuration ? Configuration : Identity;
}
