using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Data.Redis;

/// <summary>A script and the name that Redis knows it by once it has seen it.</summary>
internal sealed class RedisScript(string text)
{
    private readonly string _text = text;

    // Redis names scripts so; nothing is kept secret or safe by it.
#pragma warning disable CA5350
    private readonly string _name = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    /// <summary>
    /// Runs the script, the first time on a connection by its text: asking by name first and sending the text after the refusal would let
    /// what follows on the connection overtake it.
    /// </summary>
    public async Task<RedisReply> RunAsync(RedisConnection connection, string[] keys, RedisArgument[] values)
    {
        var command = new RedisArgument[3 + keys.Length + values.Length];
        var isNew = connection.IsNew(this, keys[0]);
        command[0] = isNew ? "EVAL" : "EVALSHA";
        command[1] = isNew ? _text : _name;
        command[2] = keys.Length;
        for (var i = 0; i < keys.Length; i++)
        {
            command[3 + i] = keys[i];
        }

        values.CopyTo(command, 3 + keys.Length);
        var reply = await connection.AskAsync(keys[0], command);
        if (reply.IsError("NOSCRIPT"))
        {
            // Told to forget, or a cluster's node that the key has moved to.
            command[0] = "EVAL";
            command[1] = _text;
            reply = await connection.AskAsync(keys[0], command);
        }

        if (reply.IsError("READONLY"))
        {
            // A failover has made a replica of it.
            connection.Drop(keys[0]);
        }

        return reply.OrThrow();
    }
}
