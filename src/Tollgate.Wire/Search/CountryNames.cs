using System.Collections.Frozen;

namespace Tollgate.Wire.Search;

/// <summary>English names of countries, for providers that do not take codes. The runtime knows none where it runs without a culture.</summary>
internal static class CountryNames
{
    private const string All =
        "AE=united arab emirates;AR=argentina;AT=austria;AU=australia;BD=bangladesh;BE=belgium;BG=bulgaria;BR=brazil;CA=canada;CH=switzerland;"
        + "CL=chile;CN=china;CO=colombia;CR=costa rica;CZ=czech republic;DE=germany;DK=denmark;DO=dominican republic;DZ=algeria;EC=ecuador;"
        + "EE=estonia;EG=egypt;ES=spain;FI=finland;FR=france;GB=united kingdom;GE=georgia;GH=ghana;GR=greece;GT=guatemala;HK=hong kong;"
        + "HR=croatia;HU=hungary;ID=indonesia;IE=ireland;IL=israel;IN=india;IS=iceland;IT=italy;JP=japan;KE=kenya;KR=south korea;KW=kuwait;"
        + "KZ=kazakhstan;LB=lebanon;LK=sri lanka;LT=lithuania;LU=luxembourg;LV=latvia;MA=morocco;MT=malta;MX=mexico;MY=malaysia;NG=nigeria;"
        + "NL=netherlands;NO=norway;NP=nepal;NZ=new zealand;PA=panama;PE=peru;PH=philippines;PK=pakistan;PL=poland;PT=portugal;PY=paraguay;"
        + "QA=qatar;RO=romania;RS=serbia;SA=saudi arabia;SE=sweden;SG=singapore;SI=slovenia;SK=slovakia;TH=thailand;TN=tunisia;TR=turkey;"
        + "TW=taiwan;TZ=tanzania;UA=ukraine;UG=uganda;US=united states;UY=uruguay;VE=venezuela;VN=vietnam;ZA=south africa";

    private static readonly FrozenDictionary<string, string> Names = All.Split(';')
        .ToFrozenDictionary(static pair => pair[..2], static pair => pair[3..], StringComparer.OrdinalIgnoreCase);

    /// <summary>The name in small letters; null for a code that is not in the table.</summary>
    public static string? Of(string code) => Names.GetValueOrDefault(code);
}
