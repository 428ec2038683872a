using System.Text;
using System.Text.Json;
using Tollgate.Wire.Media;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Fields of forms as JSON, and back.</summary>
public sealed class FormFieldsTests
{
    [Fact]
    public void Fields_AreAnObject_TypedWhereTheGatewayReadsThem()
    {
        var fields = new FormFields();
        fields.Add("model", "123");
        fields.Add("stream", "True");
        fields.Add("n", "2");
        fields.Add("metadata", """{"tags":["a"]}""");
        fields.Add("prompt", "{\"no\": json");
        fields.Add("timestamp_granularities[]", "word");
        fields.Add("timestamp_granularities[]", "segment");

        Encoding.UTF8.GetString(fields.ToJson()).ShouldBe(
            """{"model":"123","stream":true,"n":2,"metadata":{"tags":["a"]},"prompt":"{\"no\": json","timestamp_granularities[]":["word","segment"]}""");
        (fields.Has("model"), fields.Has("file")).ShouldBe((true, false));
    }

    [Fact]
    public void Fields_ComeBackAsTheyWere()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var fields = new FormFields();
            var given = new List<KeyValuePair<string, string>>();
            for (var i = 0; i < random.Next(6); i++)
            {
                given.Add(new($"f{i}", Value(random)));
                fields.Add(given[^1].Key, given[^1].Value);
            }

            using var document = JsonDocument.Parse(fields.ToJson());
            FormFields.Read(document.RootElement).ShouldBe(given);
        }
    }

    private static string Value(Random random)
    {
        string[] pieces = ["", "a", "\"", "\\", "\n", "é", "🙂", "1.50", "true", "null", "{}", "\0"];
        return string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
