using System.Text.RegularExpressions;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R34: every log event has an id of its own, made of the slice's block and a number.</summary>
internal static partial class EventIdRule
{
    private const int PerSlice = 1000;

    /// <summary>Problems over all files together.</summary>
    public static IEnumerable<string> Check(IEnumerable<SourceFile> files)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var match in Event().Matches(file.CSharp.Code).Cast<Match>())
            {
                var place = file.At(file.LineOf(match.Index));
                var slice = match.Groups["slice"];
                if (!slice.Success)
                {
                    yield return $"{place}: the event id is not EventIds.<slice> + <number>";
                    continue;
                }

                var number = match.Groups["number"].Success ? int.Parse(match.Groups["number"].Value) : 0;
                if (number >= PerSlice)
                {
                    yield return $"{place}: a slice has {PerSlice} ids, {number} is the next slice's";
                }

                if (!seen.TryAdd($"{slice.Value}+{number}", place))
                {
                    yield return $"{place}: EventIds.{slice.Value} + {number} is taken by {seen[$"{slice.Value}+{number}"]}";
                }
            }
        }
    }

    [GeneratedRegex(@"\[\s*LoggerMessage\s*\((\s*(EventId\s*=\s*)?EventIds\.(?<slice>\w+)(\s*\+\s*(?<number>[0-9]+))?\s*,)?")]
    private static partial Regex Event();
}
