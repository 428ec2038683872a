using System.Buffers.Binary;

namespace Tollgate.Data.Journal;

/// <summary>Reads a record's payload in place.</summary>
internal readonly ref struct SpendRecord
{
    public const byte SucceededFlag = 1;
    public const byte WriteLogFlag = 2;
    public const byte CountGloballyFlag = 4;

    /// <summary>First byte of a <c>jsonb</c> value in binary COPY.</summary>
    public const byte JsonbVersion = 1;

    private readonly ReadOnlySpan<byte> _fixed;

    private SpendRecord(ReadOnlySpan<byte> payload)
    {
        _fixed = payload[..RecordEncoder.FixedPart];
        var rest = payload[RecordEncoder.FixedPart..];
        CallId = Take(ref rest);
        Endpoint = Take(ref rest);
        Project = Take(ref rest);
        ErrorClass = Take(ref rest);
        TagCount = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        Tags = rest;
        for (var i = 0; i < TagCount; i++)
        {
            Take(ref rest);
        }

        Once = payload[0] == RecordEncoder.OnceVersion ? Take(ref rest) : default;
        Row = rest;
    }

    public ReadOnlySpan<byte> CallId { get; }

    public ReadOnlySpan<byte> Endpoint { get; }

    public ReadOnlySpan<byte> Project { get; }

    public ReadOnlySpan<byte> ErrorClass { get; }

    public int TagCount { get; }

    /// <summary>The tags, one after the other: <see cref="Take"/> gives the next.</summary>
    public ReadOnlySpan<byte> Tags { get; }

    /// <summary>Name under which the record counts once only; empty for none.</summary>
    public ReadOnlySpan<byte> Once { get; }

    /// <summary>The row of the logs as binary COPY takes it, number of fields included.</summary>
    public ReadOnlySpan<byte> Row { get; }

    public bool Succeeded => (_fixed[1] & SucceededFlag) != 0;

    public bool WriteLog => (_fixed[1] & WriteLogFlag) != 0;

    public bool CountGlobally => (_fixed[1] & CountGloballyFlag) != 0;

    public long PromptTokens => Long(4);

    public long CompletionTokens => Long(12);

    public long TotalTokens => Long(20);

    public long CacheReadTokens => Long(28);

    public long CacheCreationTokens => Long(36);

    /// <summary>Ticks, UTC.</summary>
    public long Start => Long(44);

    public long End => Long(52);

    public long FirstOutput => Long(60);

    public decimal Cost => new([Int(68), Int(72), Int(76), Int(80)]);

    /// <summary>Opens a payload.</summary>
    /// <exception cref="InvalidDataException">It is of a version that this program does not know, or not a record at all.</exception>
    public static SpendRecord Open(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < RecordEncoder.FixedPart || payload[0] is not (RecordEncoder.Version or RecordEncoder.OnceVersion))
        {
            throw new InvalidDataException($"The record is of version {(payload.IsEmpty ? 0 : payload[0])}; this program knows versions up to {RecordEncoder.OnceVersion}.");
        }

        try
        {
            return new SpendRecord(payload);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("The record's texts are longer than the record.", e);
        }
    }

    /// <summary>Takes the next text with a 4-byte length.</summary>
    public static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> from)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(from);
        var text = from.Slice(sizeof(int), length);
        from = from[(sizeof(int) + length)..];
        return text;
    }

    /// <summary>Takes the next field of a row (behind the number of fields); a null field is empty.</summary>
    public static ReadOnlySpan<byte> TakeField(scoped ref ReadOnlySpan<byte> from, out bool isNull)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(from);
        isNull = length < 0;
        var field = from.Slice(sizeof(int), Math.Max(length, 0));
        from = from[(sizeof(int) + field.Length)..];
        return field;
    }

    private long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(_fixed[at..]);

    private int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(_fixed[at..]);
}
