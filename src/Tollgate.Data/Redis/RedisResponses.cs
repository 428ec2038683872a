using Tollgate.Engine.Configuration;
using Tollgate.Engine.Responses;

namespace Tollgate.Data.Redis;

/// <summary>Kept answers in Redis, for all replicas. Redis being slow or away never throws: a replica then knows only its own.</summary>
/// <remarks>Whatever the connection throws is caught here: this is the boundary to it.</remarks>
public sealed class RedisResponses(RedisConnection connection, RedisSettings settings, TimeProvider time) : ISharedResponses
{
    private const string Prefix = "tollgate:response:";

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name)
    {
        try
        {
            var kept = (await AskAsync(Prefix + name, "GET", Prefix + name)).Bytes;
            return kept is null ? (ReadOnlyMemory<byte>?)null : kept;
        }
        catch (Exception exception) when (IsAway(exception))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept, TimeSpan lifetime)
    {
        try
        {
            await AskAsync(Prefix + name, "SET", Prefix + name, kept, "PX", Math.Max(1, (long)lifetime.TotalMilliseconds));
        }
        catch (Exception exception) when (IsAway(exception))
        {
            // The replica that answered has it in memory.
        }
    }

    /// <inheritdoc/>
    public async ValueTask ForgetAsync(string name)
    {
        try
        {
            await AskAsync(Prefix + name, "DEL", Prefix + name);
        }
        catch (Exception exception) when (IsAway(exception))
        {
            // It goes by itself within the hour.
        }
    }

    private static bool IsAway(Exception exception)
        => exception is RedisUnavailableException or RedisRefusedException or TimeoutException or ObjectDisposedException
            or OperationCanceledException;

    private async Task<RedisReply> AskAsync(string key, params RedisArgument[] command)
    {
        await connection.OpenAsync(key).WaitAsync(settings.OperationTimeout, time);
        return (await connection.AskAsync(key, command).WaitAsync(settings.OperationTimeout, time)).OrThrow();
    }
}
