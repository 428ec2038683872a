namespace Tollgate.Management.Users;

/// <summary>Makes the stored form of a password.</summary>
public interface IPasswordHasher
{
    /// <summary>The stored form, with a salt of its own.</summary>
    ValueTask<string> HashAsync(string password, CancellationToken cancellationToken);
}
