using StackExchange.Redis;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Responses;

namespace Tollgate.Data.Redis;

/// <summary>Kept answers in Redis, for all replicas. Redis being slow or away never throws: a replica then knows only its own.</summary>
/// <remarks>Whatever the client library throws is caught here: this is the boundary to it.</remarks>
public sealed class RedisResponses(RedisConnection connection, RedisSettings settings, TimeProvider time) : ISharedResponses
{
    private const string Prefix = "tollgate:response:";

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name)
    {
        try
        {
            var database = await connection.OpenAsync().WaitAsync(settings.OperationTimeout, time);
            byte[]? kept = await database.StringGetAsync(Prefix + name).WaitAsync(settings.OperationTimeout, time);
            return kept is null ? (ReadOnlyMemory<byte>?)null : kept;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept, TimeSpan lifetime)
    {
        try
        {
            var database = await connection.OpenAsync().WaitAsync(settings.OperationTimeout, time);
            await database.StringSetAsync(Prefix + name, kept.ToArray(), lifetime).WaitAsync(settings.OperationTimeout, time);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The replica that answered has it in memory.
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string name)
    {
        try
        {
            var database = await connection.OpenAsync().WaitAsync(settings.OperationTimeout, time);
            await database.KeyDeleteAsync(Prefix + name).WaitAsync(settings.OperationTimeout, time);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // It goes by itself within the hour.
        }
    }
}
