using Tollgate.Engine.Media.Videos;

namespace Tollgate.Engine.PassThrough.Videos;

/// <summary>What is asked about films that were made.</summary>
public enum VideoCall : byte
{
    /// <summary>All of them.</summary>
    List,

    /// <summary>Where the making of one stands.</summary>
    Read,

    /// <summary>The film itself.</summary>
    Content,

    /// <summary>That one is deleted.</summary>
    Delete,

    /// <summary>That a character is made from a film.</summary>
    CreateCharacter,

    /// <summary>A character.</summary>
    ReadCharacter,
}

/// <summary>Parts of calls about films that were made.</summary>
/// <param name="Owners">Whose films are.</param>
/// <param name="Caller">Asks providers that have films in their own way.</param>
internal sealed record VideoParts(VideoOwners Owners, VideoCaller Caller);
