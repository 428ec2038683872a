using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Management.Kernel;

namespace Tollgate.Management.Tests;

public sealed class FieldsTests
{
    [Theory]
    [InlineData("""{"x":"100"}""", 100d)]
    [InlineData("""{"x":100}""", 100d)]
    [InlineData("""{"x":""}""", null)]
    [InlineData("""{"x":null}""", null)]
    [InlineData("{}", null)]
    public void NumbersInManyForms_AreRead(string body, double? expected) => Read(body).Number("x").ShouldBe(expected);

    [Theory]
    [InlineData("""{"x":"ten"}""")]
    [InlineData("""{"x":[1]}""")]
    [InlineData("""{"x":{}}""")]
    public void WhatIsNoNumber_NamesTheField(string body)
    {
        var error = Should.Throw<AdminException>(() => Read(body).Number("x"));

        error.Status.ShouldBe(422);
        AdminJson.ToText(error.Body).ShouldContain("\"loc\":[\"body\",\"x\"]");
    }

    [Fact]
    public void RealNumbers_KeepTheirFraction()
        => AdminJson.ToText(new JsonObject { ["spend"] = 0d, ["count"] = 3L, ["cost"] = 2.5e-06 })
            .ShouldBe("""{"spend":0.0,"count":3,"cost":2.5E-06}""");

    private static Fields Read(string body) => new(AdminJson.Parse(Encoding.UTF8.GetBytes(body)));
}
