using Tollgate.Data.Secrets;

namespace Tollgate.Data.Tests.Secrets;

public sealed class SecretBoxTests
{
    private const string Salt = "sk-tollgate-salt";
    private const string Secret = "sk-proj-example-123";
    private const string Legacy = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXSL2Jg1V7shRQjUm860Q9Bnc8Red_KCBo9z0HFXXckMifBgw=";
    private const string V3 = "v3:gcm:AAECAwQFBgcICQoLXlKobokpDoE3a7eJuIo29Mu4admZVFBp0wd2GYFHBp9uoMY=";

    public static TheoryData<string, string, string> Vectors { get; } = new()
    {
        { Salt, Secret, Legacy },
        { Salt, Secret, "v2:gcm:AAECAwQFBgcICQoLikQW-452cHjVnyYcNwL6VfwC6RT2au7FOwSspohWKnDcecc=" },
        { Salt, Secret, V3 },
        { "sk-tollgate-test-salt", "sk-provider-secret-123", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXha1u1pXP0jTFbUtzQ89ttZzPugueWosRaSwRTK6-0-mb3wr94ZU=" },
        { "sk-tollgate-test-salt", "sk-provider-secret-123", "v2:gcm:AAECAwQFBgcICQoLVf8sn0DRUmC1ftzbeVnUJieAbDRX9X3SiPVgeXEIR1pkYJGK1S4=" },
        { "sk-tollgate-test-salt", "sk-provider-secret-123", "v3:gcm:AAECAwQFBgcICQoLXvM57n4yf3MK8F9zg9n3YKBAJWwMELWel7z17QPwxb54ZF3LeUM=" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void KnownCiphertext_IsRead(string key, string secret, string stored)
    {
        new SecretBox(key, []).Decrypt(stored, out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(secret);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void KnownCiphertextWithoutPadding_IsRead(string key, string secret, string stored)
    {
        new SecretBox(key, []).Decrypt(stored.TrimEnd('='), out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(secret);
    }

    [Fact]
    public void StandardAlphabet_IsRead()
    {
        var standard = Legacy.Replace('-', '+').Replace('_', '/');
        new SecretBox(Salt, []).Decrypt(standard, out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(Secret);
    }

    [Fact]
    public void GivenNonce_WritesTheKnownCiphertext()
    {
        var box = new SecretBox(Salt, []);
        var nonce = Enumerable.Range(0, 24).Select(static i => (byte)i).ToArray();
        box.Encrypt(Secret, SecretFormat.Legacy, nonce).ShouldBe(Legacy);
        box.Encrypt(Secret, SecretFormat.AesGcm, nonce.AsSpan(0, 12)).ShouldBe(V3);
    }

    [Theory]
    [InlineData(SecretFormat.Legacy, 0)]
    [InlineData(SecretFormat.Legacy, 31)]
    [InlineData(SecretFormat.Legacy, 32)]
    [InlineData(SecretFormat.Legacy, 5000)]
    [InlineData(SecretFormat.AesGcm, 0)]
    [InlineData(SecretFormat.AesGcm, 5000)]
    public void WrittenValue_IsReadAndNeverTheSameTwice(SecretFormat format, int length)
    {
        var box = new SecretBox(Salt, []);
        var secret = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('é' + (i % 40))));
        var stored = box.Encrypt(secret, format);
        box.Decrypt(stored, out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(secret);
        box.Encrypt(secret, format).ShouldNotBe(stored);
        box.FormatOf(stored).ShouldBe(format);
    }

    [Theory]
    [InlineData(SecretFormat.Legacy)]
    [InlineData(SecretFormat.AesGcm)]
    public void FormerKey_ReadsAndSaysSo(SecretFormat format)
    {
        var stored = new SecretBox("sk-old", []).Encrypt(Secret, format);
        new SecretBox("sk-new", ["sk-older", "sk-old"]).Decrypt(stored, out var value, out var isFormer).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(Secret);
        isFormer.ShouldBeTrue();
    }

    [Theory]
    [InlineData(SecretFormat.Legacy)]
    [InlineData(SecretFormat.AesGcm)]
    public void WrongKey_IsUndecryptableAndGivesNothing(SecretFormat format)
    {
        var stored = new SecretBox("sk-old", []).Encrypt(Secret, format);
        new SecretBox("sk-new", []).Decrypt(stored, out var value).ShouldBe(SecretState.Undecryptable);
        value.ShouldBeEmpty();
        new SecretBox(null, []).Decrypt(stored, out _).ShouldBe(SecretState.Undecryptable);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(45)]
    [InlineData(60)]
    public void ChangedByte_IsUndecryptable(int at)
    {
        var bytes = Convert.FromBase64String(Legacy.Replace('-', '+').Replace('_', '/'));
        at = Math.Min(at, bytes.Length - 1);
        bytes[at] ^= 1;
        new SecretBox(Salt, []).Decrypt(Convert.ToBase64String(bytes), out _).ShouldBe(SecretState.Undecryptable);
    }

    [Theory]
    [InlineData("openai/gpt-4o")]
    [InlineData("https://example.invalid/v1")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("a sentence of many words that is long enough to be a box and has only letters and spaces")]
    public void TextWrittenByHand_IsPlain(string text)
    {
        new SecretBox(Salt, []).Decrypt(text, out var value).ShouldBe(SecretState.Plain);
        value.ShouldBe(text);
    }

    [Theory]
    [InlineData("v3:gcm:%%%")]
    [InlineData("v2:gcm:AAEC")]
    [InlineData("v3:gcm:")]
    public void BrokenCiphertext_IsUndecryptable(string stored)
        => new SecretBox(Salt, []).Decrypt(stored, out _).ShouldBe(SecretState.Undecryptable);

    [Fact]
    public void NothingStored_IsNothing()
    {
        new SecretBox(Salt, []).Decrypt("", out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBeEmpty();
    }

    [Fact]
    public void KeyWithLineBreak_ReadsWhatItsTrimmedFormWrote()
    {
        var stored = new SecretBox(Salt, []).Encrypt(Secret, SecretFormat.AesGcm);
        new SecretBox(Salt + "\n", []).Decrypt(stored, out var value).ShouldBe(SecretState.Decrypted);
        value.ShouldBe(Secret);
    }

    [Fact]
    public void NoKey_RefusesToWriteAndSaysWhatToSet()
        => Should.Throw<InvalidOperationException>(() => new SecretBox(null, ["sk-old"]).Encrypt("x", SecretFormat.AesGcm))
            .Message.ShouldContain("LITELLM_SALT_KEY");

    [Theory]
    [InlineData(new string[0], true, SecretFormat.AesGcm)]
    [InlineData(new string[0], false, SecretFormat.Legacy)]
    [InlineData(new[] { "plain text" }, true, SecretFormat.AesGcm)]
    [InlineData(new[] { Legacy }, true, SecretFormat.Legacy)]
    [InlineData(new[] { Legacy, V3 }, false, SecretFormat.AesGcm)]
    public void AutomaticFormat_FollowsWhatIsStored(string[] stored, bool isOurs, SecretFormat expected)
        => SecretFormats.Choose(stored, new SecretBox(Salt, []), isOurs).ShouldBe(expected);
}
