namespace Tollgate.Engine.Pricing;

/// <summary>Costs of what is not counted in tokens.</summary>
internal static class UnitCosts
{
    private const long Pixels512 = 512 * 512;
    private const long Pixels1024 = 1024 * 1024;

    private const int ShortVideo = 8;
    private const int LongVideo = 15;

    /// <summary>Adds them to what the tokens cost.</summary>
    public static (decimal Input, decimal Output) Add(RateTable rates, CallUnits units, decimal input, decimal output)
    {
        var withoutTokens = input + output == 0;
        var images = output == 0 ? Images(rates, units) : 0;
        input += units.InputImages * rates[PriceKind.ImageIn]
            + units.AudioSeconds * rates[PriceKind.AudioSecondIn]
            + VideoIn(rates, units.VideoSeconds)
            + units.Queries * rates[PriceKind.Query]
            + units.Pages * rates[PriceKind.Page]
            + units.AnnotatedPages * rates[PriceKind.AnnotatedPage]
            + units.OcrCredits * rates[PriceKind.OcrCredit];
        output += images + VideoOut(rates, units);
        if (withoutTokens)
        {
            input += units.InputSeconds * rates[PriceKind.SecondIn] + units.InputCharacters * rates[PriceKind.CharacterIn];
            output += units.OutputSeconds * rates[PriceKind.SecondOut] + units.OutputCharacters * rates[PriceKind.CharacterOut];
        }
        else if (output == 0)
        {
            // A text read aloud: the text is paid in tokens, the sound by its length.
            output += units.OutputSeconds * rates[PriceKind.SecondOut];
        }

        return (input, output);
    }

    private static decimal Images(RateTable rates, CallUnits units)
    {
        if (units.OutputImages == 0)
        {
            return 0;
        }

        // COMPAT: old entries of LiteLLM's price list hold the price of a produced image or pixel under the name of an input.
        var perImage = ImageOut(rates, units);
        var perPixel = rates[PriceKind.PixelOut] + rates[PriceKind.PixelIn];
        return units.OutputImages * (perImage > 0 ? perImage : perPixel * units.PixelsPerImage);
    }

    private static decimal ImageOut(RateTable rates, CallUnits units)
    {
        ReadOnlySpan<PriceKind> ladder = units.IsPremium
            ? [PriceKind.ImageOutAbove1024Premium, PriceKind.ImageOutAbove512Premium, PriceKind.ImageOutPremium]
            : [PriceKind.ImageOutAbove1024, PriceKind.ImageOutAbove512, PriceKind.ImageOut];
        var smaller = units.PixelsPerImage > Pixels1024 ? ladder : units.PixelsPerImage > Pixels512 ? ladder[1..] : ladder[2..];
        return FirstPaid(rates, smaller) is > 0 and var price ? price : FirstPaid(rates, PriceKind.ImageOut, PriceKind.ImageIn);
    }

    private static decimal VideoIn(RateTable rates, decimal seconds)
        => seconds == 0 ? 0 : seconds * (seconds > LongVideo
            ? FirstPaid(rates, PriceKind.VideoSecondInAbove15s, PriceKind.VideoSecondInAbove8s, PriceKind.VideoSecondIn)
            : seconds > ShortVideo ? FirstPaid(rates, PriceKind.VideoSecondInAbove8s, PriceKind.VideoSecondIn)
            : rates[PriceKind.VideoSecondIn]);

    private static decimal VideoOut(RateTable rates, CallUnits units)
        => units.VideoOutputSeconds == 0 ? 0 : units.VideoOutputSeconds * (units.Is1080p
            ? FirstPaid(rates, PriceKind.SecondOut1080p, PriceKind.VideoSecondOut, PriceKind.SecondOut)
            : FirstPaid(rates, PriceKind.VideoSecondOut, PriceKind.SecondOut));

    private static decimal FirstPaid(RateTable rates, params ReadOnlySpan<PriceKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (rates[kind] > 0)
            {
                return rates[kind];
            }
        }

        return 0;
    }
}
