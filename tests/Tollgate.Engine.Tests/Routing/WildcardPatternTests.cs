using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Tests.Routing;

public class WildcardPatternTests
{
    [Theory]
    [InlineData("openai/*", "openai/gpt-4o", "gpt-4o")]
    [InlineData("openai/*", "openai/", "")]
    [InlineData("openai/*", "openai/a/b", "a/b")]
    [InlineData("openai/*", "azure/gpt", null)]
    [InlineData("openai/*", "xopenai/gpt", null)]
    [InlineData("*", "anything/at all", "anything/at all")]
    [InlineData("*", "", "")]
    [InlineData("gpt-4*x", "gpt-4-12x", "-12")]
    [InlineData("gpt-4*x", "gpt-4-12xy", null)]
    [InlineData("gpt-4*x", "gpt-4x", "")]
    [InlineData("a*a", "a", null)]
    [InlineData("*/b", "a/b", "a")]
    [InlineData("*-*", "a-b-c", "a|b-c")]
    [InlineData("a*b*c", "aXbYbZc", "X|YbZ")]
    [InlineData("a*b*c", "abc", "|")]
    [InlineData("a*b*b", "ab", null)]
    [InlineData("plain", "plain", "")]
    [InlineData("plain", "plainer", null)]
    [InlineData("GPT*", "gpt-4", null)]
    [InlineData("a.c*", "abc", null)]
    public void Name_MatchesWholeAndTellsWhatTheStarsAre(string pattern, string name, string? captures)
        => (new WildcardPattern(pattern).Match(name) is { } found ? string.Join('|', found) : null).ShouldBe(captures);

    [Theory]
    [InlineData("openai/*", "gpt-4o", "openai/gpt-4o")]
    [InlineData("openai/gpt-4o", "ignored", "openai/gpt-4o")]
    [InlineData("x/*-*", "a|b", "x/a-b")]
    [InlineData("x/*/*", "a", "x/a/a")]
    [InlineData("*", "", "")]
    public void Target_IsFilledStarByStar(string target, string captures, string filled)
        => WildcardPattern.Fill(target, captures.Split('|')).ShouldBe(filled);

    [Fact]
    public void Target_WithoutCapturesLosesItsStars() => WildcardPattern.Fill("a/*", []).ShouldBe("a/");

    [Theory]
    [InlineData("a", 0)]
    [InlineData("*", 1)]
    [InlineData("a*b*", 2)]
    public void Stars_AreCounted(string pattern, int stars) => new WildcardPattern(pattern).Stars.ShouldBe(stars);
}
