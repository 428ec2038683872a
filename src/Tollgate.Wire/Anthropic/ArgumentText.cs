using System.Text;
using System.Text.Json;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Anthropic;

/// <summary>Arguments of a tool as text.</summary>
internal static class ArgumentText
{
    /// <summary>
    /// The text of an input object. COMPAT: with a blank behind commas and colons, as Python writes it: clients compare such texts
    /// (10-wire-examples.md section 1).
    /// </summary>
    public static string Of(JsonElement input)
    {
        if (input.ValueKind is not JsonValueKind.Object)
        {
            return "{}";
        }

        var bytes = input.Bytes();
        var text = new byte[bytes.Length * 2];
        var length = 0;
        var isString = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = bytes[i];
            if (isString)
            {
                text[length++] = next;
                if (next is (byte)'\\')
                {
                    text[length++] = bytes[++i];
                }

                isString = next is not (byte)'"';
            }
            else if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                text[length++] = next;
                isString = next is (byte)'"';
                if (next is (byte)',' or (byte)':')
                {
                    text[length++] = (byte)' ';
                }
            }
        }

        return Encoding.UTF8.GetString(text.AsSpan(0, length));
    }
}
