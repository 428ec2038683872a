namespace Tollgate.Engine.Upstream;

/// <summary>
/// What a connection sends once its first request is answered, for providers that take a file first and the call that speaks of it afterwards.
/// </summary>
public static class SecondBody
{
    private static readonly HttpRequestOptionsKey<ReadOnlyMemory<byte>> Key = new("tollgate.second_body");

    /// <summary>Puts it beside a request.</summary>
    internal static void Set(HttpRequestMessage message, ReadOnlyMemory<byte> json) => message.Options.Set(Key, json);

    /// <summary>The JSON object beside a request; <c>{}</c> where there is none.</summary>
    public static ReadOnlyMemory<byte> Of(HttpRequestMessage message)
        => message.Options.TryGetValue(Key, out var json) && !json.IsEmpty ? json : "{}"u8.ToArray();
}
