using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Engine.Admission;
using Tollgate.Engine.Keys;

namespace Tollgate.Engine.Tests.Keys;

/// <summary>Identifies callers against a store of keys.</summary>
internal static class Callers
{
    /// <summary>The caller of a request to a gateway without virtual keys.</summary>
    public static Caller Identify(HttpRequest request, GatewaySnapshot snapshot)
    {
        var identified = new Authenticator(Ring(new FakeIdentityStore(), snapshot), TimeProvider.System)
            .IdentifyAsync(request, snapshot, TestContext.Current.CancellationToken);
        identified.IsCompleted.ShouldBeTrue("an empty store answers at once");
#pragma warning disable VSTHRD002, CA1849 // It has completed.
        return identified.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, CA1849
    }

    /// <summary>A ring over a store.</summary>
    public static KeyRing Ring(IIdentityStore? store, GatewaySnapshot snapshot, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        return new KeyRing(store, new LocalCounters(time), new SnapshotHolder(snapshot), time, NullLogger<KeyRing>.Instance);
    }
}
