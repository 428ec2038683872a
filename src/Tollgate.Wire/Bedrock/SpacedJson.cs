using System.Text;

namespace Tollgate.Wire.Bedrock;

/// <summary>JSON text with the spaces that Python puts.</summary>
// COMPAT: clients compare the arguments of calls as text, and LiteLLM writes those of converted answers itself (10-wire-examples.md section 1).
internal static class SpacedJson
{
    /// <summary>The same JSON with one space behind each colon and comma, and none elsewhere.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        var text = new List<byte>(json.Length + 16);
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var next = json[i];
            if (inString)
            {
                text.Add(next);
                if (next == (byte)'\\' && i + 1 < json.Length)
                {
                    text.Add(json[++i]);
                }

                inString = next != (byte)'"';
            }
            else if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                text.Add(next);
                inString = next == (byte)'"';
                if (next is (byte)':' or (byte)',')
                {
                    text.Add((byte)' ');
                }
            }
        }

        return Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text));
    }
}
