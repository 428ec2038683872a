using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tollgate.Mock;

/// <summary>Text within JSON, measured without making strings of it.</summary>
internal static class JsonText
{
    /// <summary>The length of the current string in UTF-16 characters.</summary>
    public static int Length(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetCharCount(reader.ValueSpan);
        }

        var rented = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return reader.CopyString(rented);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }
}
