using Tollgate.Engine.Configuration;
using Tollgate.Engine.Errors;
using Tollgate.Engine.Keys;
using Tollgate.Engine.Responses;
using Tollgate.Wire.Responses;

namespace Tollgate.Engine.Tests.Responses;

public sealed class ResponseIdTests
{
    private static readonly ResponseId Id = new("openai", "d-1", "resp_up");

    [Fact]
    public void SealedId_ComesBackWhole_AndShowsNothing()
    {
        var snapshot = Snapshot();
        var text = ResponseIds.Seal(snapshot, Caller.Anonymous, Id);
        text.ShouldStartWith("resp_");
        ResponseId.TryDecode(text).ShouldBeNull();
        ResponseIds.Open(snapshot, Caller.Anonymous, text).ShouldBe(Id);
        ResponseIds.Open(Snapshot(key: "sk-other"), Caller.Anonymous, text).ShouldBeNull();
        var changed = text[..^3] + (text[^3] == 'A' ? 'B' : 'A') + text[^2..];
        ResponseIds.Open(snapshot, Caller.Anonymous, changed).ShouldBeNull();
    }

    [Fact]
    public void AnotherUsersId_IsRefused()
    {
        var snapshot = Snapshot();
        var mine = ResponseIds.Seal(snapshot, CallerOf("me", "team"), Id);
        ResponseIds.Open(snapshot, CallerOf("me", "team"), mine)!.Upstream.ShouldBe("resp_up");
        Should.Throw<ApiException>(() => ResponseIds.Open(snapshot, CallerOf("you", "team"), mine)).Status.ShouldBe(403);
        Should.Throw<ApiException>(() => ResponseIds.Open(snapshot, CallerOf("me", "others"), mine)).Status.ShouldBe(403);
        Should.Throw<ApiException>(() => ResponseIds.Open(snapshot, Caller.Anonymous, mine)).Message.ShouldContain("not associated with the user");
        ResponseIds.Open(snapshot, new Caller(CallerRole.ProxyAdmin, "authorization"), mine)!.UserId.ShouldBe("me");
    }

    [Fact]
    public void SwitchedOff_IdsAreLiteLlms()
    {
        var snapshot = Snapshot(seals: false);
        var text = ResponseIds.Seal(snapshot, CallerOf("me", null), Id);
        text.ShouldBe(Id.Encode());
        ResponseIds.Open(snapshot, CallerOf("you", null), text).ShouldBe(Id);
    }

    [Theory]
    [InlineData("resp_68a1")]
    [InlineData("resp_foreign")]
    [InlineData("resp_")]
    [InlineData("")]
    public void ForeignId_IsNone(string id) => ResponseIds.Open(Snapshot(), Caller.Anonymous, id).ShouldBeNull();

    private static GatewaySnapshot Snapshot(string key = "sk-master", bool seals = true) => new(
        new GatewayConfig { General = new GeneralSettings { MasterKey = key, SealsResponseIds = seals } }, new FakeProviderDirectory());

    private static Caller CallerOf(string user, string? team) => new(CallerRole.VirtualKey, "authorization")
    {
        Key = new KeyEntry(new KeyIdentity { Hash = "hash", UserId = user, TeamId = team }, DateTimeOffset.UnixEpoch),
    };
}
