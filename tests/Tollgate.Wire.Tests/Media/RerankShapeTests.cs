using Tollgate.Wire.Gemini;
using Tollgate.Wire.Hub;

namespace Tollgate.Wire.Tests.Media;

/// <summary>Orders of documents by Google.</summary>
public sealed class RerankShapeTests
{
    private const string Order = """{"model":"semantic-ranker-default@latest","query":"q","documents":["a",{"title":"t","content":"b"},{"text":"c"}],"top_n":2,"return_documents":true}""";

    [Fact]
    public void Documents_AreRecords()
        => DiscoveryRerank.Instance.Ask(Order, "semantic-ranker-default@latest").Text().ShouldBe(
            """{"model":"semantic-ranker-default@latest","query":"q","records":[{"id":"0","content":"a"},{"id":"1","title":"t","content":"b"},{"id":"2","content":"c"}],"topN":2,"ignoreRecordDetailsInResponse":true}""");

    [Fact]
    public void Records_AreAnOrder()
        => DiscoveryRerank.Instance.Tell("""{"records":[{"id":"0","score":0.1},{"id":"2","score":0.98},{"id":"1","score":0.5}]}""", Order).ShouldBe(
            """{"results":[{"index":2,"relevance_score":0.98,"document":{"text":"c"}},{"index":1,"relevance_score":0.5,"document":{"title":"t","content":"b"}}]}""");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"records":[{"id":"x","score":1}]}""")]
    public void AnswerWithoutOrder_IsRefused(string answer) => Should.Throw<WireException>(() => DiscoveryRerank.Instance.Tell(answer, Order));
}
