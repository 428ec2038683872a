namespace Tollgate.Data.Spend;

/// <summary>
/// Bounds how many customer rows come into being in a minute: the name of a customer is the client's to choose. Their spend is in the logs
/// all the same (database.md 2.8).
/// </summary>
internal sealed class NewCustomers(TimeProvider time)
{
    private const int MostAMinute = 10_000;

    private long _minute;
    private int _left = MostAMinute;

    /// <summary>How many of so many rows may be made now.</summary>
    public int Take(int wanted)
    {
        var minute = time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        if (minute != _minute)
        {
            (_minute, _left) = (minute, MostAMinute);
        }

        var taken = Math.Min(wanted, _left);
        _left -= taken;
        return taken;
    }
}
