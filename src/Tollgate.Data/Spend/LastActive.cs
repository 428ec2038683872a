namespace Tollgate.Data.Spend;

/// <summary>Lets <c>last_active</c> of a key be written once a minute at most (database.md 2.1).</summary>
internal sealed class LastActive
{
    private const int MostKeys = 100_000;

    private readonly Dictionary<string, long> _minutes = new(StringComparer.Ordinal);

    public bool IsDue(string key, long ticks)
    {
        var minute = ticks / TimeSpan.TicksPerMinute;
        if (_minutes.TryGetValue(key, out var last) && last >= minute)
        {
            return false;
        }

        if (_minutes.Count >= MostKeys)
        {
            _minutes.Clear();
        }

        _minutes[key] = minute;
        return true;
    }
}
