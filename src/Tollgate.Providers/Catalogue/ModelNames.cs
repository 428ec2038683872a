namespace Tollgate.Providers.Catalogue;

/// <summary>The names under which a model may stand in the catalogue, likeliest first (providers.md A5, routing.md 19.1 row 4).</summary>
internal static class ModelNames
{
    private static readonly string[] Regions = ["us", "eu", "apac", "global", "jp", "au", "us-gov"];

    /// <summary>Routes that stand before a model id and do not change the model.</summary>
    private static readonly string[] Routes = ["converse/", "invoke/", "responses/", "chat/"];

    /// <summary>All names; some may come twice.</summary>
    public static IEnumerable<string> Of(string provider, string model, string? baseModel)
    {
        if (!string.IsNullOrEmpty(baseModel))
        {
            yield return baseModel;
            yield return $"{provider}/{baseModel}";
        }

        yield return $"{provider}/{model}";
        yield return model;
        foreach (var name in Simpler(model))
        {
            yield return $"{provider}/{name}";
            yield return name;
        }

        yield return $"{provider}/{model.ToLowerInvariant()}";
        yield return model.ToLowerInvariant();
    }

    private static IEnumerable<string> Simpler(string model)
    {
        var undated = WithoutDate(model);
        yield return undated;
        if (model.StartsWith("ft:", StringComparison.Ordinal) && model.IndexOf(':', 3) is > 0 and var end)
        {
            yield return model[..end];
            yield return model[3..end];
        }

        var anywhere = WithoutRegion(WithoutRoute(model));
        if (!string.Equals(anywhere, model, StringComparison.Ordinal))
        {
            yield return WithoutRoute(model);
            yield return anywhere;
            yield return WithoutDate(anywhere);
        }
    }

    private static string WithoutRoute(string model)
        => Array.Find(Routes, route => model.StartsWith(route, StringComparison.Ordinal)) is { } found ? model[found.Length..] : model;

    /// <summary><c>eu.x</c>, <c>eu/x</c> and <c>us-east-1/x</c> are <c>x</c>.</summary>
    private static string WithoutRegion(string model)
    {
        var end = model.AsSpan().IndexOfAny('.', '/');
        if (end <= 0)
        {
            return model;
        }

        var first = model[..end];
        return Regions.Contains(first, StringComparer.Ordinal) || (model[end] == '/' && IsZone(first)) ? model[(end + 1)..] : model;
    }

    // us-east-1, ap-southeast-2, us-gov-west-1
    private static bool IsZone(string text)
        => text.Length > 6 && char.IsAsciiDigit(text[^1]) && text[^2] == '-' && text[2] == '-' && !text.AsSpan(0, text.Length - 2).ContainsAnyInRange('0', '9');

    private static string WithoutDate(string model)
    {
        var digits = model.Length > 9 && model[^9] == '-' && model.AsSpan(model.Length - 8).IndexOfAnyExceptInRange('0', '9') < 0;
        var dashed = model.Length > 11 && model[^11] == '-' && DateOnly.TryParseExact(model.AsSpan(model.Length - 10), "yyyy-MM-dd", out _);
        return digits ? model[..^9] : dashed ? model[..^11] : model;
    }
}
