using System.Buffers;
using Tollgate.Engine.Keys;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Keys;

/// <summary>What may be a key, and what a hash of one (admin-api.md 4.1).</summary>
internal static class KeyForm
{
    private const int HashLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>True for lower-case hex of SHA-256.</summary>
    public static bool IsHash(string text) => text.Length == HashLength && text.AsSpan().IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>A key value of the caller's choice.</summary>
    /// <exception cref="AdminException">400 when it does not start with <c>sk-</c>.</exception>
    public static string Chosen(string key) => key.StartsWith(KeyText.Prefix, StringComparison.Ordinal) && key.Length > KeyText.Prefix.Length
        ? key
        : throw AdminException.Proxy(
            400,
            $"Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: {KeyText.Redact(key)}",
            "bad_request_error",
            "key");
}
