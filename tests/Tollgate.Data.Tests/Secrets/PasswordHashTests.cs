using Tollgate.Data.Secrets;

namespace Tollgate.Data.Tests.Secrets;

public sealed class PasswordHashTests : IDisposable
{
    private const string Password = "correct horse";
    private const string Sha256 = "4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631";
    private const string Scrypt = "scrypt:AAECAwQFBgcICQoLDA0ODyWzdoQDZvTTsOIeQUR2Z2480Oia9EMDVqI0zgtloCG1";
    private const string Pbkdf2 = "pbkdf2:sha256:600000:AAECAwQFBgcICQoLDA0ODw==:lqWQTC4IyNpCMF28xdfPGOrSY21J9ZUmtgbyZpYoFHM=";

    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(static i => (byte)i)];

    private readonly PasswordHash _passwords = new();

    public void Dispose() => _passwords.Dispose();

    [Theory]
    [InlineData(Sha256, PasswordEncoding.Sha256)]
    [InlineData(Scrypt, PasswordEncoding.Scrypt)]
    [InlineData(Pbkdf2, PasswordEncoding.Pbkdf2)]
    public async Task KnownHash_TakesItsPasswordOnly(string stored, PasswordEncoding encoding)
    {
        var stop = TestContext.Current.CancellationToken;
        PasswordHash.EncodingOf(stored).ShouldBe(encoding);
        (await _passwords.VerifyAsync(stored, Password, stop)).ShouldBeTrue();
        (await _passwords.VerifyAsync(stored, Password + " ", stop)).ShouldBeFalse();
        (await _passwords.VerifyAsync(stored, stored, stop)).ShouldBeFalse();
        (await _passwords.HashAsync(Password, encoding, Salt, stop)).ShouldBe(stored);
    }

    [Theory]
    [InlineData(PasswordEncoding.Scrypt)]
    [InlineData(PasswordEncoding.Pbkdf2)]
    public async Task SamePassword_NeverHasTheSameHash(PasswordEncoding encoding)
    {
        var stop = TestContext.Current.CancellationToken;
        var first = await _passwords.HashAsync(Password, encoding, stop);
        (await _passwords.HashAsync(Password, encoding, stop)).ShouldNotBe(first);
        (await _passwords.VerifyAsync(first, Password, stop)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("scrypt:")]
    [InlineData("scrypt:%%%")]
    [InlineData("scrypt:AAECAwQFBgcICQoLDA0ODyWzdoQDZvTTsOIeQUR2Z2480Oia9EMDVqI0zgtloCG1AAAA")]
    [InlineData("pbkdf2:sha256:600000:AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("pbkdf2:sha512:600000:AAECAwQFBgcICQoLDA0ODw==:lqWQTC4IyNpCMF28xdfPGOrSY21J9ZUmtgbyZpYoFHM=")]
    [InlineData("pbkdf2:sha256:0:AAECAwQFBgcICQoLDA0ODw==:lqWQTC4IyNpCMF28xdfPGOrSY21J9ZUmtgbyZpYoFHM=")]
    [InlineData("pbkdf2:sha256:2000000000:AAECAwQFBgcICQoLDA0ODw==:lqWQTC4IyNpCMF28xdfPGOrSY21J9ZUmtgbyZpYoFHM=")]
    public async Task BrokenHash_TakesNoPassword(string stored)
    {
        PasswordHash.EncodingOf(stored).ShouldBe(PasswordEncoding.Malformed);
        (await _passwords.VerifyAsync(stored, stored, TestContext.Current.CancellationToken)).ShouldBeFalse();
        (await _passwords.VerifyAsync(stored, "", TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    [Fact]
    public async Task ClearText_IsSeenButNotAccepted()
    {
        PasswordHash.EncodingOf(Password).ShouldBe(PasswordEncoding.ClearText);
        (await _passwords.VerifyAsync(Password, Password, TestContext.Current.CancellationToken)).ShouldBeFalse();
    }
}
