using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Providers.Amazon;

/// <summary>Leaves root members out of a body, with the commas that belong to them.</summary>
internal readonly struct RootCutter(ReadOnlyMemory<byte> json, JsonMembers members)
{
    /// <summary>Cuts the members whose names are unwanted. What stays is followed by nothing: members can be put before the closing brace.</summary>
    /// <returns>True when any member stays.</returns>
    public bool Cut(JsonEdits edits, Func<string, bool> isUnwanted)
    {
        var kept = -1;
        var cutFrom = -1;
        for (var i = 0; i < members.Count; i++)
        {
            ref readonly var member = ref members[i];
            var unwanted = members.IsSuperseded(i) || isUnwanted(Encoding.UTF8.GetString(json.Span.Slice(member.NameStart, member.NameLength)));
            if (unwanted)
            {
                cutFrom = cutFrom < 0 ? (kept < 0 ? member.Start : members[kept].End) : cutFrom;
                continue;
            }

            if (cutFrom >= 0)
            {
                // Behind a member that stays the comma goes with what is cut; before the first one it goes as well.
                edits.Replace(cutFrom, member.Start, kept < 0 ? default : (ReadOnlyMemory<byte>)","u8.ToArray());
                cutFrom = -1;
            }

            kept = i;
        }

        if (cutFrom >= 0)
        {
            edits.Cut(cutFrom, members[members.Count - 1].End);
        }

        return kept >= 0;
    }
}
