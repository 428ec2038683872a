namespace Tollgate.Data.Redis;

/// <summary>One word of a command: a text, a whole number or bytes, without a copy.</summary>
internal readonly struct RedisArgument
{
    private RedisArgument(string? text, long number, ReadOnlyMemory<byte> bytes)
    {
        Text = text;
        Number = number;
        Bytes = bytes;
    }

    /// <summary>The text; null when it is a number or bytes.</summary>
    public string? Text { get; }

    public long Number { get; }

    /// <summary>The bytes; empty when it is a number.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public bool IsBytes { get; private init; }

    public static implicit operator RedisArgument(string text) => new(text, 0, default);

    public static implicit operator RedisArgument(long number) => new(null, number, default);

    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(null, 0, bytes) { IsBytes = true };
}
