using System.Text;
using Tollgate.Data.Secrets;

namespace Tollgate.Data.Tests.Secrets;

/// <summary>Published vectors of the algorithms that .NET lacks.</summary>
public sealed class PrimitiveTests
{
    [Fact]
    public void Poly1305_GivesTheTagOfRfc8439()
    {
        var key = Convert.FromHexString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
        var tag = new byte[16];
        Poly1305.Tag(key, "Cryptographic Forum Research Group"u8, tag);
        Convert.ToHexStringLower(tag).ShouldBe("a8061dc1305136c6c22b8baf0c0127a9");
    }

    [Theory]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000",
        "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101", "00000000000000000000000000000000")]
    public void Poly1305_HoldsAtTheEdgesOfItsModulus(string key, string message, string expected)
    {
        var tag = new byte[16];
        Poly1305.Tag(Convert.FromHexString(key), Convert.FromHexString(message), tag);
        Convert.ToHexStringLower(tag).ShouldBe(expected);
    }

    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    public void Scrypt_GivesTheKeysOfRfc7914(string password, string salt, int cost, int blockSize, int parallelism, string expected)
        => Convert.ToHexStringLower(Scrypt.DeriveKey(
                Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt), cost, blockSize, parallelism, 64))
            .ShouldBe(expected);
}
