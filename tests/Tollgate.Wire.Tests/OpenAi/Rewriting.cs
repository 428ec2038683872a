using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Tests.OpenAi;

internal static class Rewriting
{
    public static ParameterRules Rules(Action<ParameterRulesBuilder>? set = null, Surface surface = Surface.Chat)
    {
        var builder = new ParameterRulesBuilder(surface, "acme", "real-model");
        set?.Invoke(builder);
        return builder.Build();
    }

    public static string Rewrite(ParameterRules rules, string body, bool stream = false, RequestPolicy? policy = null)
    {
        var (text, fault) = TryRewrite(rules, body, stream, policy);
        fault.ShouldBeNull();
        return text;
    }

    public static (string Text, RewriteFault? Fault) TryRewrite(
        ParameterRules rules, string body, bool stream = false, RequestPolicy? policy = null)
    {
        var json = Encoding.UTF8.GetBytes(body);
        var members = new JsonMembers();
        JsonScanner.Scan(json, members).IsNone.ShouldBeTrue();
        var edits = new JsonEdits();
        var fault = new RequestRewriter(rules).Write(json, members, stream, policy ?? RequestPolicy.Default, edits);
        var output = new ArrayBufferWriter<byte>(256);
        edits.WriteTo(json, output);
        output.WrittenCount.ShouldBe(edits.LengthOf(json.Length));
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        if (fault is null)
        {
            using var parsed = JsonDocument.Parse(text);
        }

        return (text, fault);
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
