using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;

namespace Tollgate.Engine.Pipeline;

/// <summary>Numbers that clients send to bound their own call.</summary>
internal static class ClientLimits
{
    // A day is beyond any call; larger values are mistakes of unit and would overflow timers.
    private const double MostSeconds = 86_400;

    /// <summary>Seconds as a duration.</summary>
    /// <exception cref="ApiException">400 when not a positive number.</exception>
    public static TimeSpan Seconds(double seconds, string name)
        => seconds > 0 && double.IsFinite(seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, MostSeconds))
            : throw ApiException.BadRequest($"Invalid value for '{name}': expected a number of seconds above zero.", name);

    /// <summary>Reads a header that holds seconds; null when absent.</summary>
    public static TimeSpan? Seconds(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var value))
        {
            return null;
        }

        return double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? Seconds(seconds, name)
            : throw ApiException.BadRequest($"Invalid value for header '{name}': expected a number of seconds.", name);
    }

    /// <summary>Reads a header that holds a count; null when absent.</summary>
    public static int? Count(IHeaderDictionary headers, string name)
    {
        if (!headers.TryGetValue(name, out var value))
        {
            return null;
        }

        return int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw ApiException.BadRequest($"Invalid value for header '{name}': expected a whole number that is not negative.", name);
    }
}
