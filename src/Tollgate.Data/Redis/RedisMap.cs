using System.Text;

namespace Tollgate.Data.Redis;

/// <summary>Which process holds which keys: one has them all, or each of a cluster's masters has slots.</summary>
internal sealed class RedisMap
{
    public const int Slots = 16384;

    // CRC-16/XMODEM, which clusters cut the key space by.
    private static readonly ushort[] Crc = MakeTable();

    private readonly RedisAddress _only;
    private readonly RedisAddress[]? _bySlot;

    private RedisMap(RedisAddress only, RedisAddress[]? bySlot)
    {
        _only = only;
        _bySlot = bySlot;
    }

    /// <summary>One process with everything.</summary>
    public static RedisMap Of(RedisAddress only) => new(only, null);

    /// <summary>Reads the answer to <c>CLUSTER SLOTS</c>: parts of first slot, last slot, master, replicas.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="asked">Who gave it: nodes that do not know their own name leave it out.</param>
    public static RedisMap FromSlots(RedisReply reply, RedisAddress asked)
    {
        var bySlot = new RedisAddress[Slots];
        foreach (var range in reply.OrThrow().Items ?? [])
        {
            if (range.Items is not [var first, var last, { Items: [var host, var port, ..] }, ..]
                || first.Number < 0 || last.Number >= Slots)
            {
                throw new RedisUnavailableException($"{asked}: the cluster's slots cannot be read");
            }

            var address = new RedisAddress(host.Text is { Length: > 0 } name and not "?" ? name : asked.Host, (int)port.Number);
            bySlot.AsSpan((int)first.Number, (int)(last.Number - first.Number + 1)).Fill(address);
        }

        return new RedisMap(default, bySlot);
    }

    /// <summary>Who holds a key; null for a slot that nobody serves.</summary>
    public RedisAddress? Of(string key)
        => _bySlot is null ? _only : _bySlot[SlotOf(key)] is { Host: not null } address ? address : null;

    /// <summary>All processes of the map.</summary>
    public IEnumerable<RedisAddress> All => _bySlot?.Where(static address => address.Host is not null).Distinct() ?? [_only];

    /// <summary>The slot of a key: of what stands between its first braces, when anything does.</summary>
    public static int SlotOf(string key)
    {
        var open = key.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : key.IndexOf('}', open + 1);
        var hashed = close > open + 1 ? key.AsSpan(open + 1, close - open - 1) : key;
        Span<byte> bytes = stackalloc byte[256];
        var length = Encoding.UTF8.GetByteCount(hashed);
        bytes = length <= bytes.Length ? bytes[..length] : new byte[length];
        Encoding.UTF8.GetBytes(hashed, bytes);
        var crc = 0;
        foreach (var b in bytes)
        {
            crc = ((crc << 8) & 0xffff) ^ Crc[(crc >> 8) ^ b];
        }

        return crc % Slots;
    }

    private static ushort[] MakeTable()
    {
        const int Polynomial = 0x1021;
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = i << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
