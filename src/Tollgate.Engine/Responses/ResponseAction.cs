namespace Tollgate.Engine.Responses;

/// <summary>What a client may do with an answer it has got before.</summary>
public enum ResponseAction : byte
{
    /// <summary>Get it again.</summary>
    Get,

    /// <summary>Have it forgotten.</summary>
    Delete,

    /// <summary>Stop making it.</summary>
    Cancel,

    /// <summary>See what it answers.</summary>
    InputItems,
}
