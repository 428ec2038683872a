namespace Tollgate.Wire.Tests.Responses;

/// <summary>Texts with a few bytes or values of a recording changed.</summary>
internal static class Mutation
{
    private static readonly string[] Values = ["null", "5", "-1", "\"x\"", "[]", "{}", "[{}]", "true", "1e99", "\"\\ud800\""];

    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(2) == 0)
            {
                bytes[at] = (byte)random.Next(32, 127);
                continue;
            }

            // The value behind the next colon becomes another: what stays is JSON more often than not.
            var colon = bytes.IndexOf((byte)':', at);
            if (colon < 0)
            {
                continue;
            }

            var end = colon + 1;
            if (bytes[end] == (byte)'"')
            {
                end = bytes.IndexOf((byte)'"', end + 1) + 1;
            }
            else
            {
                while (end < bytes.Count && bytes[end] is not ((byte)',' or (byte)'}' or (byte)'{' or (byte)'[' or (byte)']'))
                {
                    end++;
                }
            }

            if (end > colon + 1)
            {
                bytes.RemoveRange(colon + 1, end - colon - 1);
                bytes.InsertRange(colon + 1, Values[random.Next(Values.Length)].Select(static c => (byte)c));
            }
        }

        return [.. bytes];
    }
}
