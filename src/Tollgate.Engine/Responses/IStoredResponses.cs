namespace Tollgate.Engine.Responses;

/// <summary>Kept answers that outlive the process and that all replicas see. Implemented where the database is.</summary>
public interface IStoredResponses
{
    /// <summary>Finds what was kept under a name; null when nothing is.</summary>
    /// <exception cref="Errors.ApiException">503: the database is away, nobody can tell.</exception>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(string name);

    /// <summary>
    /// Has something kept. Ends when it is written, or before when that takes longer than a call should wait; then, as while the database is
    /// away, it waits in this process to be written.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="kept">What; must not change any more.</param>
    ValueTask KeepAsync(string name, ReadOnlyMemory<byte> kept);

    /// <summary>Forgets it, and has the other replicas forget it.</summary>
    /// <exception cref="Errors.ApiException">503: the database is away.</exception>
    ValueTask ForgetAsync(string name);
}
