namespace Tollgate.Wire;

/// <summary>
/// Ids of answers that came without one. PERF: unique is enough, nobody is let in by them, so the kernel is not asked for randomness each time.
/// </summary>
internal static class UniqueId
{
    /// <summary>32 hexadecimal digits.</summary>
    public static string Hex()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
