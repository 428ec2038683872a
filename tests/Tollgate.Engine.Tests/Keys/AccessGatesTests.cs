using System.Net;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

public class AccessGatesTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    public void Address_IsHeldAgainstTheList(string allowed, string address, bool expected)
        => new ClientAddresses(["192.0.2.7", allowed]).Allow(IPAddress.Parse(address)).ShouldBe(expected);

    [Fact]
    public void EmptyList_AllowsEveryone()
    {
        new ClientAddresses([]).Allow(IPAddress.Loopback).ShouldBeTrue();
        new ClientAddresses([]).Allow(null).ShouldBeTrue();
    }

    [Fact]
    public void ListOfNothingReadable_AllowsNobody() => new ClientAddresses(["nonsense"]).Allow(IPAddress.Loopback).ShouldBeFalse();

    [Fact]
    public void MappedAddressOnTheList_IsTheSameAsPlain() => new ClientAddresses(["::ffff:10.0.0.1"]).Allow(IPAddress.Parse("10.0.0.1")).ShouldBeTrue();

    [Fact]
    public void UnknownAddress_IsNotOnAList() => new ClientAddresses(["0.0.0.0/0"]).Allow(null).ShouldBeFalse();

    [Theory]
    [InlineData("/health", "/health", true)]
    [InlineData("/health", "/health/", true)]
    [InlineData("/health/", "/health", true)]
    [InlineData("/health", "/Health", true)]
    [InlineData("/health", "/healthz", false)]
    [InlineData("/health", "/v1/health", false)]
    [InlineData("/v1/*", "/v1/models", true)]
    [InlineData("/v1/*", "/v1/chat/completions", true)]
    [InlineData("/v1*", "/v1beta/models", true)]
    [InlineData("/v1/*", "/v2/models", false)]
    [InlineData("/public/*", "/publicsecret", false)]
    [InlineData("/public/*", "/public/", true)]
    [InlineData("*", "/anything", true)]
    public void Route_IsExactOrAPrefix(string pattern, string path, bool expected) => new RoutePattern(pattern).Matches(path).ShouldBe(expected);

    [Fact]
    public void AddressNotOnTheList_IsForbidden()
    {
        var error = Should.Throw<ApiException>(() => AccessGates.Check(Context("/v1/models"), Snapshot(new GeneralSettings { AllowedIps = ["10.0.0.0/8"] })));
        (error.Status, error.Message).ShouldBe((403, "Access forbidden: IP address 192.0.2.1 not allowed."));
        Should.NotThrow(() => AccessGates.Check(Context("/v1/models"), Snapshot(new GeneralSettings { AllowedIps = ["192.0.2.0/24"] })));
    }

    [Theory]
    [InlineData(true, "10.0.0.1, 192.0.2.9", true)]
    [InlineData(true, "192.0.2.9, 10.0.0.1", false)]
    [InlineData(true, "nonsense", false)]
    [InlineData(false, "10.0.0.1", false)]
    public void ForwardedAddress_CountsOnlyWhenTrusted(bool trusted, string forwarded, bool allowed)
    {
        var http = Context("/v1/models");
        http.Request.Headers["x-forwarded-for"] = forwarded;
        var snapshot = Snapshot(new GeneralSettings { AllowedIps = ["10.0.0.1"], UseForwardedFor = trusted });
        var check = Record.Exception(() => AccessGates.Check(http, snapshot));
        (check is null).ShouldBe(allowed);
    }

    [Fact]
    public void RouteNotServed_IsForbidden()
    {
        var snapshot = Snapshot(new GeneralSettings { AllowedRoutes = ["/v1/models", "/health*"] });
        Should.NotThrow(() => AccessGates.Check(Context("/v1/models"), snapshot));
        Should.NotThrow(() => AccessGates.Check(Context("/health/liveness"), snapshot));
        Should.Throw<ApiException>(() => AccessGates.Check(Context("/v1/chat/completions"), snapshot))
            .Message.ShouldBe("Access forbidden: Route /v1/chat/completions not allowed");
    }

    [Fact]
    public void PublicRoutes_NeedNoKey()
    {
        var snapshot = Snapshot(new GeneralSettings { PublicRoutes = ["/health", "/public/*"] });
        AccessGates.IsPublic(Context("/health"), snapshot).ShouldBeTrue();
        AccessGates.IsPublic(Context("/public/x"), snapshot).ShouldBeTrue();
        AccessGates.IsPublic(Context("/v1/models"), snapshot).ShouldBeFalse();
        AccessGates.IsPublic(Context("/v1/models"), Snapshot(new GeneralSettings())).ShouldBeFalse();
    }

    private static GatewaySnapshot Snapshot(GeneralSettings general) => new(new GatewayConfig { General = general }, new FakeProviderDirectory());

    private static DefaultHttpContext Context(string path)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;
        http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.1");
        return http;
    }
}
