using Tollgate.Wire;

namespace Tollgate.Engine.PassThrough;

/// <summary>Listens to the provider's end of a session.</summary>
internal interface ISessionUsage
{
    /// <summary>What the session has used so far; null for nothing.</summary>
    TokenUsage? Sum { get; }

    /// <summary>Looks at a whole message of the provider.</summary>
    /// <returns>The message as the client gets it.</returns>
    ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message);
}
