namespace Tollgate.Engine.Responses;

/// <summary>Kept answers that all replicas see. Implemented where Redis is.</summary>
public interface ISharedResponses
{
    /// <summary>Finds what was kept under a name; null when nothing is, or nobody can tell.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name);

    /// <summary>Keeps something. Fails quietly: the replica's own memory has it as well.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kept">What.</param>
    /// <param name="lifetime">For how long.</param>
    ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept, TimeSpan lifetime);

    /// <summary>Forgets it.</summary>
    ValueTask ForgetAsync(string name);
}
