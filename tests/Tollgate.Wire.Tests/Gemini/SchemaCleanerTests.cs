using System.Text;
using Tollgate.Wire.Gemini;

namespace Tollgate.Wire.Tests.Gemini;

public class SchemaCleanerTests
{
    [Theory]
    [InlineData("""{"type":["string","null"]}""", """{"type":"string","nullable":true}""")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}],"description":"d"}""", """{"type":"string","description":"d","nullable":true}""")]
    [InlineData("""{"type":"object","anyOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}""", """{"anyOf":[{"type":"string","nullable":true},{"type":"integer","nullable":true}]}""")]
    [InlineData("""{"type":["string","integer"]}""", """{"anyOf":[{"type":"string"},{"type":"integer"}]}""")]
    [InlineData("""{"const":"x"}""", """{"type":"string","enum":["x"]}""")]
    [InlineData("""{"type":"string","enum":["a",1]}""", """{"type":"string","enum":["a","1"]}""")]
    [InlineData("""{"type":"integer","enum":[1,2]}""", """{"type":"integer"}""")]
    [InlineData("""{}""", """{"type":"object"}""")]
    [InlineData("""true""", """{"type":"object"}""")]
    [InlineData("""{"type":"array"}""", """{"type":"array","items":{"type":"string"}}""")]
    [InlineData("""{"type":"string","format":"uri","title":"T","examples":["a"],"default":"d"}""", """{"type":"string","default":"d"}""")]
    [InlineData("""{"type":"string","format":"date-time"}""", """{"type":"string","format":"date-time"}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"maximum":9}""", """{"type":"number","maximum":9}""")]
    [InlineData(
        """{"type":"object","properties":{"title":{"type":"string","title":"x"}},"required":["title","gone"],"additionalProperties":false,"$schema":"s"}""",
        """{"type":"object","properties":{"title":{"type":"string"}},"required":["title"]}""")]
    [InlineData(
        """{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"integer","description":"i"}}}""",
        """{"type":"object","properties":{"a":{"type":"integer","description":"i"}}}""")]
    [InlineData(
        """{"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"b":{"type":"string"}}}]}""",
        """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}""")]
    public void Schema_IsSaidInTheSubset(string schema, string expected) => Clean(schema).ShouldBeJson(expected);

    [Fact]
    public void SchemaThatRefersToItself_Ends()
        => Clean("""{"type":"object","properties":{"next":{"$ref":"#"}}}""").ShouldBeJson(
            """{"type":"object","properties":{"next":{"type":"object","properties":{"next":{"type":"object"}}}}}""");

    [Fact]
    public void ReferencesThatMultiply_AreBounded()
    {
        var schema = new StringBuilder("""{"$ref":"#/$defs/D0","$defs":{""");
        for (var i = 0; i < 9; i++)
        {
            schema.Append($$"""{{(i > 0 ? "," : "")}}"D{{i}}":{"type":"object","properties":{""");
            schema.AppendJoin(',', Enumerable.Range(0, 20).Select(property => $$"""  "p{{property}}":{"$ref":"#/$defs/D{{i + 1}}"} """)).Append("}}");
        }

        Clean(schema.Append(""","D9":{"type":"string"}}}""").ToString()).Length.ShouldBeLessThan(500_000);
    }

    [Fact]
    public void OldModels_GetNoDefaults() => Gem.Written(json => SchemaCleaner.Write(json, Gem.Json("""{"type":"string","default":"d"}"""), keepsDefaults: false))
        .ShouldBeJson("""{"type":"string"}""");

    [Fact]
    public void GooglesTypes_AreLoweredForOthers()
        => SchemaLowering.ToJsonSchema(Gem.Json(
            """{"type":"OBJECT","properties":{"type":{"type":"STRING","nullable":true},"l":{"type":"ARRAY","items":{"type":"NUMBER"}}},"propertyOrdering":["type"]}"""))
            .GetRawText().ShouldBeJson(
                """{"type":"object","properties":{"type":{"type":["string","null"]},"l":{"type":"array","items":{"type":"number"}}}}""");

    private static string Clean(string schema) => Gem.Written(json => SchemaCleaner.Write(json, Gem.Json(schema), keepsDefaults: true));
}
