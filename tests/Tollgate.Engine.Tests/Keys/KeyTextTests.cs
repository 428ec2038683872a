using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

public sealed class KeyTextTests
{
    [Theory]
    [InlineData("sk-65wXqHtszsYAcNKs7xJd", "1555fed228e4a31c4d4a51235a8e6cb29155e77f600a3b64043b0f4430b7c222")]
    [InlineData("sk-vwkNYiDzht-GSWVFqXDh0Q", "5abfcc7f18c076381b901352c5fc7a740ffcba67f5cf159bd45760d8a7d36bb1")]
    [InlineData("sk-1234", "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b")]
    public void Hash_IsWhatLiteLlmStores(string key, string hash)
    {
        KeyText.Hash(key).ShouldBe(hash);
        KeyText.ToHash(key).ShouldBe(hash);
        KeyText.ToHash(hash).ShouldBe(hash);
    }

    [Theory]
    [InlineData(16, 25)]
    [InlineData(32, 46)]
    public void Generated_HasPrefixLengthAndUrlSafeLetters(int bytes, int length)
    {
        var key = KeyText.Generate(bytes);
        key.ShouldMatch("^sk-[A-Za-z0-9_-]+$");
        key.Length.ShouldBe(length);
        KeyText.Generate(bytes).ShouldNotBe(key);
    }

    [Theory]
    [InlineData("sk-vwkNYiDzht-GSWVFqXDh0Q", "sk-...Dh0Q")]
    [InlineData("sk-1", "sk-...sk-1")]
    public void Mask_ShowsTheLastFour(string key, string shown) => KeyText.Mask(key).ShouldBe(shown);

    [Theory]
    [InlineData("abcdefghwxyz", "abcd****wxyz")]
    [InlineData("abcdefgh", "****")]
    public void Redact_ShowsBothEndsOfLongTextsOnly(string key, string shown) => KeyText.Redact(key).ShouldBe(shown);
}
