using System.Globalization;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Spend;

/// <summary>A straight line through daily spend, drawn on to the end of the month (<c>/global/predict/spend/logs</c>).</summary>
internal static class SpendForecast
{
    private const int MostDays = 1000;

    /// <summary>The days that were sent, and the predicted ones after them.</summary>
    public static JsonNode Of(AdminCaller caller, Fields body)
    {
        _ = SpendScope.Of(caller, isGlobal: true);
        var days = (body.List("data") ?? throw body.Fault("missing", "data", "Field required", body.Json.DeepClone())).Select(
            item => Read(body, item)).ToList();
        if (days.Count > MostDays)
        {
            throw SpendErrors.BadDetail($"No more than {MostDays} days");
        }

        var answer = days.Select(static day => Item(day.Date, day.Spend)).ToJsonArray();
        if (days.Count > 0)
        {
            var last = days.Max(static day => day.Date);
            var (slope, start) = Trend(days, last);
            for (var next = last; next.Day < DateTime.DaysInMonth(next.Year, next.Month);)
            {
                next = next.AddDays(1);
                answer.Add(Item(next, Math.Max(0, start + (slope * (next.DayNumber - last.DayNumber)))));
            }
        }

        return new JsonObject { ["response"] = answer };
    }

    /// <summary>Least squares; days count from the last one.</summary>
    private static (double Slope, double Start) Trend(List<(DateOnly Date, double Spend)> days, DateOnly last)
    {
        var meanDay = days.Average(day => (double)(day.Date.DayNumber - last.DayNumber));
        var meanSpend = days.Average(static day => day.Spend);
        var spread = days.Sum(day => Math.Pow(day.Date.DayNumber - last.DayNumber - meanDay, 2));
        var slope = spread == 0 ? 0 : days.Sum(day => (day.Date.DayNumber - last.DayNumber - meanDay) * (day.Spend - meanSpend)) / spread;
        return (slope, meanSpend - (slope * meanDay));
    }

    private static (DateOnly Date, double Spend) Read(Fields body, JsonNode? item)
    {
        if (item is not JsonObject day)
        {
            throw body.Fault("dict_type", "data", "Input should be a valid dictionary", item);
        }

        var fields = new Fields(day);
        return (DateOnly.FromDateTime(DayRange.Moment(fields.RequiredText("date"), out _, SpendErrors.BadDetail)),
            fields.Number("spend") ?? 0);
    }

    private static JsonObject Item(DateOnly date, double spend)
        => new() { ["date"] = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["spend"] = spend };
}
