namespace Tollgate.Data.Journal;

/// <summary>One file of the journal. Fields change under the journal's lock only.</summary>
/// <param name="number">Its number.</param>
/// <param name="path">Its file.</param>
/// <param name="firstSequence">Sequence number of its first record.</param>
internal sealed class Segment(long number, string path, long firstSequence)
{
    public long Number => number;

    public string Path => path;

    public long FirstSequence => firstSequence;

    /// <summary>Where its last whole record ends.</summary>
    public long End { get; set; } = SegmentFile.Header;

    /// <summary>Holds a damaged record: the file is kept aside instead of being deleted.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>Nothing is appended to it any more.</summary>
    public bool IsSealed { get; set; }
}
