using System.Globalization;
using System.Text;

namespace Tollgate.Data.Redis;

/// <summary>One answer of Redis: a text, a number, a list, an error, or nothing.</summary>
internal readonly struct RedisReply
{
    private readonly long _number;
    private readonly string? _error;

    private RedisReply(byte[]? bytes, long number, RedisReply[]? items, string? error)
    {
        Bytes = bytes;
        Items = items;
        _number = number;
        _error = error;
    }

    /// <summary>The bytes of a text; null when it is none.</summary>
    public byte[]? Bytes { get; }

    /// <summary>The parts of a list; null when it is none.</summary>
    public RedisReply[]? Items { get; }

    /// <summary>What went wrong, beginning with its code (<c>NOSCRIPT …</c>); null for an answer.</summary>
    public string? Error => _error;

    /// <summary>The number, also of a text that says one.</summary>
    public long Number => Bytes is null ? _number : long.Parse(Bytes, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>The text; empty when there is none.</summary>
    public string Text => Bytes is null ? "" : Encoding.UTF8.GetString(Bytes);

    public static RedisReply OfText(byte[]? bytes) => new(bytes, 0, null, null);

    public static RedisReply OfNumber(long number) => new(null, number, null, null);

    public static RedisReply OfList(RedisReply[]? items) => new(null, 0, items, null);

    public static RedisReply OfError(string error) => new(null, 0, null, error);

    public bool IsError(string code) => _error is not null && _error.StartsWith(code, StringComparison.Ordinal);

    /// <summary>The answer, unless it is an error.</summary>
    /// <exception cref="RedisRefusedException">Redis refused the command.</exception>
    public RedisReply OrThrow() => _error is null ? this : throw new RedisRefusedException(_error);
}
