namespace Tollgate.Wire.Media;

/// <summary>What an answer about pictures, sounds or documents says of its own size. Filled while the answer passes; read when it is paid.</summary>
public sealed class MediaFacts
{
    /// <summary>Pictures in the answer; null while nobody counted them.</summary>
    public long? Images { get; set; }

    /// <summary>Size of the pictures, or of the film, as the answer states it (<c>1024x1024</c>); null when it does not.</summary>
    public string? Size { get; set; }

    /// <summary>Their quality as the answer states it; null when it does not.</summary>
    public string? Quality { get; set; }

    /// <summary>Seconds of speech that were understood, or of the film that is made, as the answer states them; null when it does not.</summary>
    public decimal? Seconds { get; set; }

    /// <summary>Search units that the upstream bills; null when it does not say.</summary>
    public long? SearchUnits { get; set; }

    /// <summary>Pages that were read; null when nobody counted them.</summary>
    public long? Pages { get; set; }

    /// <summary>Credits that the upstream bills for them; null when it bills none.</summary>
    public decimal? Credits { get; set; }

    /// <summary>Tokens that an answer with sound in it counts; nothing when it counts none.</summary>
    public TokenUsage Usage { get; set; }

    /// <summary>Bytes of sound sent to the client.</summary>
    public long SoundBytes { get; set; }

    /// <summary>The first bytes of that sound, for its header.</summary>
    public byte[] SoundHead { get; set; } = [];
}
