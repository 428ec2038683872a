using Tollgate.Engine.Pipeline;
using Tollgate.Engine.Routing;

namespace Tollgate.Engine.Tests.Pipeline;

public class ModelSuggestionsTests
{
    [Theory]
    [InlineData("gpt-4", " Did you mean 'gpt-4o', 'gpt-5', 'gpt-4.1'?")]
    [InlineData("gtp-4o", " Did you mean 'gpt-4o'?")]
    [InlineData("claude-sonet", " Did you mean 'claude-sonnet'?")]
    [InlineData("llama", "")]
    [InlineData("", "")]
    public void CloseNames_AreSuggestedNearestFirst(string requested, string suggestion)
    {
        var hint = ModelSuggestions.For(requested, Models("gpt-4o", "gpt-5", "gpt-4.1", "claude-sonnet", "text-embedding-3"));
        hint.ShouldBe(suggestion);
    }

    [Fact]
    public void MoreThanThree_AreCutShort() => ModelSuggestions.For("m0", Models("m1", "m2", "m3", "m4")).ShouldBe(" Did you mean 'm1', 'm2', 'm3'?");

    [Fact]
    public void NameBeyondAnyLength_IsNotCompared() => ModelSuggestions.For(new string('a', 200), Models(new string('a', 199))).ShouldBe("");

    private static ModelResolver Models(params string[] names)
        => new(Calls.Config([.. names.Select(static name => Calls.Deployment(name, "openai/x"))]), new FakeProviderDirectory());
}
