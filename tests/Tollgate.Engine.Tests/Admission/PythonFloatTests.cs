using System.Globalization;
using Tollgate.Engine.Admission;

namespace Tollgate.Engine.Tests.Admission;

/// <summary>Numbers of headers and messages, against what Python's <c>repr</c> prints.</summary>
public sealed class PythonFloatTests
{
    [Theory]
    [InlineData("0", "0.0")]
    [InlineData("1", "1.0")]
    [InlineData("1000.00", "1000.0")]
    [InlineData("0.25", "0.25")]
    [InlineData("-0.25", "-0.25")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("0.0001025", "0.0001025")]
    [InlineData("0.00001", "1e-05")]
    [InlineData("0.0000035", "3.5e-06")]
    [InlineData("0.000000000012", "1.2e-11")]
    [InlineData("123456789.987654", "123456789.987654")]
    [InlineData("999999999999999", "999999999999999.0")]
    [InlineData("1234567890123456", "1234567890123456.0")]
    [InlineData("0.3333333333333333333", "0.3333333333333333")]
    public void Decimal_IsWrittenAsPythonDoes(string value, string expected)
        => PythonFloat.Format(decimal.Parse(value, CultureInfo.InvariantCulture)).ShouldBe(expected);

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1e-09")]
    [InlineData(102_500, "0.0001025")]
    [InlineData(1_500_000_000, "1.5")]
    [InlineData(-2_000_000_000, "-2.0")]
    [InlineData(long.MaxValue, "9223372036.854776")]
    [InlineData(long.MinValue, "-9223372036.854776")]
    public void NanoUsd_AreWrittenAsUsd(long nano, string expected) => PythonFloat.FormatNano(nano).ShouldBe(expected);

    [Fact]
    public void EveryDecimal_ReadsBackAsTheSameDouble()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var value = new decimal(random.Next(), random.Next(0, 60_000), 0, random.Next(2) == 0, (byte)random.Next(0, 16));
            var text = PythonFloat.Format(value);
            double.Parse(text, CultureInfo.InvariantCulture).ShouldBe((double)value, text);
        }
    }
}
