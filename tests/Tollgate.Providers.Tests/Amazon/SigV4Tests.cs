using System.Net.Http.Headers;
using System.Text;
using Amazon.Util;
using Tollgate.Providers.Amazon;

namespace Tollgate.Providers.Tests.Amazon;

/// <summary>The signatures are those of Amazon's published test suite for Signature Version 4.</summary>
public sealed class SigV4Tests
{
    private static readonly AmazonKeys Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public async Task PublishedRequests_HaveThePublishedSignatures(string method, string path, string expected)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), "https://example.amazonaws.com" + path);
        await SignAsync(message, "service");
        SignatureOf(message).ShouldBe(expected);
    }

    [Theory]
    [InlineData("anthropic.claude-3-haiku-20240307-v1:0")]
    [InlineData("arn:aws:bedrock:eu-central-1:1:inference-profile/eu.amazon.nova-pro-v1:0")]
    [InlineData("a b+c~d_e*f'(g)")]
    public void Paths_AreSignedAsAmazonsLibrarySignsThem(string model)
        => SigV4.CanonicalPath(new Uri($"https://h/model/{Uri.EscapeDataString(model)}/converse").AbsolutePath).ShouldBe(
            AWSSDKUtils.CanonicalizeResourcePathV2(
                new Uri("https://h"), "/model/{id}/converse", encode: true, new Dictionary<string, string>(StringComparer.Ordinal) { ["{id}"] = model }));

    [Fact]
    public async Task PublishedForm_HasThePublishedSignature()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/")
        {
            Content = new StringContent("Param1=value1", new MediaTypeHeaderValue("application/x-www-form-urlencoded")),
        };
        await SignAsync(message, "service");
        SignatureOf(message).ShouldBe("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
        Header(message, "Authorization").ShouldStartWith(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=");
    }

    [Fact]
    public async Task PublishedCallOfIam_HasThePublishedSignature()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        {
            Content = new ByteArrayContent([]),
        };
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded; charset=utf-8");
        await SignAsync(message, "iam");
        SignatureOf(message).ShouldBe("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    [Fact]
    public async Task SessionToken_IsSentAndSigned()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "https://example.amazonaws.com/");
        await SignAsync(message, "service", Keys with { Session = "session" });
        Header(message, "x-amz-security-token").ShouldBe("session");
        Header(message, "Authorization").ShouldContain("host;x-amz-date;x-amz-security-token");
    }

    [Fact]
    public async Task Body_IsHashedAsItIsSent()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("Param1=value1"));
        (await BodyHash.OfAsync(content, TestContext.Current.CancellationToken)).ShouldBe("9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e");
        (await BodyHash.OfAsync(null, TestContext.Current.CancellationToken)).ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    internal static string Header(HttpRequestMessage message, string name) => message.Headers.NonValidated[name].ToString();

    private static async Task SignAsync(HttpRequestMessage message, string service, AmazonKeys? keys = null)
        => new SigV4(service, "us-east-1").Sign(message, keys ?? Keys, Time, await BodyHash.OfAsync(message.Content, TestContext.Current.CancellationToken));

    private static string SignatureOf(HttpRequestMessage message)
        => Header(message, "Authorization")[^64..];
}
