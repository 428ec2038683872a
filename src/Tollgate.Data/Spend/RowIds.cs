using System.Text;
using Tollgate.Data.Journal;

namespace Tollgate.Data.Spend;

/// <summary>Ids of log rows within one batch, and what makes a taken one unique (database.md 3.2).</summary>
internal sealed class RowIds
{
    private const int SuffixDigits = 8;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary><c>_</c> and the first eight hex digits of the call's id.</summary>
    public static string Suffix(ReadOnlySpan<byte> callId)
    {
        var suffix = new StringBuilder("_", SuffixDigits + 1);
        foreach (var one in callId)
        {
            if (char.IsAsciiHexDigit((char)one) && suffix.Append((char)one).Length > SuffixDigits)
            {
                break;
            }
        }

        return suffix.ToString();
    }

    /// <summary>False when an earlier row of the batch has the id.</summary>
    public bool TryTake(in SpendRecord record)
    {
        var row = record.Row[sizeof(short)..];
        return _taken.Add(Encoding.UTF8.GetString(SpendRecord.TakeField(ref row, out _)));
    }
}
