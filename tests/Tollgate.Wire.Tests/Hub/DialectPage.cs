using System.Text;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Hub;

/// <summary>The page docs/dialects.md: what is carried, changed, dropped or refused from each dialect to each, out of the tables that the gateway uses.</summary>
internal static class DialectPage
{
    public static string Write()
    {
        var page = new StringBuilder("""
            # Dialects

            What becomes of a request when client and upstream speak different dialects. The tables are written from those that the gateway itself uses
            (`UPDATE_DOCS=1` with the tests of `tests/Tollgate.Wire.Tests` writes them anew). Calls between a client and an upstream of the same dialect
            are relayed as they are.

            `=` carried as it is · `~` changed: said in other words · `–` dropped: left out and named in the header `x-tollgate-dropped-params`; refused when
            `drop_params: false` is said · `×` refused with status 400; with `drop_params: true` dropped and named. Empty: clients of the dialect cannot ask for it.

            """).Append('\n');
        var upstreams = Dialects.All.Where(static codec => codec.IsUpstream).ToList();
        foreach (var client in Dialects.All.Where(static codec => codec.Reads.Count > 0))
        {
            page.Append("## Clients of ").Append(client.Name).Append("\n\n| Field |");
            foreach (var upstream in upstreams)
            {
                page.Append(' ').Append(upstream.Name).Append(" |");
            }

            page.Append("\n| --- |").Append(string.Concat(Enumerable.Repeat(" :-: |", upstreams.Count))).Append('\n');
            foreach (var (feature, field) in client.Reads.OrderBy(static entry => entry.Key))
            {
                page.Append("| `").Append(field.Replace("|", "\\|", StringComparison.Ordinal)).Append("` |");
                foreach (var upstream in upstreams)
                {
                    page.Append(' ').Append(upstream.Surface == client.Surface ? "=" : SignOf(upstream.Writes[feature].Handling)).Append(" |");
                }

                page.Append('\n');
            }

            page.Append('\n');
        }

        foreach (var upstream in upstreams)
        {
            page.Append("## What is said in ").Append(upstream.Name).Append("\n\n");
            foreach (var (feature, treatment) in upstream.Writes)
            {
                if (treatment.Note.Length > 0)
                {
                    page.Append("- ").Append(feature).Append(' ').Append(SignOf(treatment.Handling)).Append(' ').Append(treatment.Note).Append('\n');
                }
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static string SignOf(Handling handling) => handling switch
    {
        Handling.Carried => "=",
        Handling.Changed => "~",
        Handling.Dropped => "–",
        _ => "×",
    };
}
