using Tollgate.Wire.Hub;

namespace Tollgate.Engine.PassThrough;

/// <summary>How messages stand in the two bodies of one HTTP/2 request that goes both ways at once. One instance a session.</summary>
public interface IDuplexFraming
{
    /// <summary>Cuts what the provider sends into messages.</summary>
    IFrameSplitter Splitter { get; }

    /// <summary>A message as it is sent.</summary>
    ReadOnlyMemory<byte> Wrap(ReadOnlyMemory<byte> message);

    /// <summary>What is sent behind the last message; empty for nothing.</summary>
    ReadOnlyMemory<byte> End();
}
