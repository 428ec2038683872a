using System.Text;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Tests.Json;

public class JsonWalkerTests
{
    [Fact]
    public void Array_IsSteppedThrough()
    {
        var json = """ [ 1 , "a,]" , [2, 3] , {"x": "[}"} , null ] """u8;
        var values = new List<string>();
        var walker = new JsonWalker(json, 1);
        while (walker.MoveNext())
        {
            values.Add(Encoding.UTF8.GetString(walker.Value));
            walker.Name.Length.ShouldBe(0);
        }

        values.ShouldBe(["1", "\"a,]\"", "[2, 3]", "{\"x\": \"[}\"}", "null"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{ \n }")]
    [InlineData("\"text\"")]
    [InlineData("12")]
    [InlineData("null")]
    public void ValueWithoutItems_HasNone(string json)
    {
        var walker = new JsonWalker(Encoding.UTF8.GetBytes(json), 0);
        walker.MoveNext().ShouldBeFalse();
        walker.MoveNext().ShouldBeFalse();
    }

    [Fact]
    public void InnerContainer_EndsAtItsOwnBracket()
    {
        var json = """{"a":{"b":1},"c":2}"""u8;
        var walker = new JsonWalker(json, 5);
        walker.MoveNext().ShouldBeTrue();
        walker.NameIs("b"u8).ShouldBeTrue();
        walker.MoveNext().ShouldBeFalse();
    }

    [Fact]
    public void TryFind_TakesTheLastOfANameWithEscapesUndone()
    {
        var json = """{"n":1,"\u006e":2,"m":3}"""u8;
        JsonWalker.TryFind(json, 0, "n"u8, out var member).ShouldBeTrue();
        Encoding.UTF8.GetString(json.Slice(member.ValueStart, member.ValueLength)).ShouldBe("2");
        JsonWalker.TryFind(json, 0, "absent"u8, out _).ShouldBeFalse();
    }

    [Fact]
    public void TryFind_InWhatIsNoObject_FindsNothing()
        => JsonWalker.TryFind("[\"a\"]"u8, 0, "a"u8, out _).ShouldBeFalse();
}
