namespace Tollgate.Data.Redis;

/// <summary>How a connection introduces itself.</summary>
/// <param name="User">User of the access control list; null is Redis' <c>default</c>.</param>
/// <param name="Password">Password; null sends none. A secret.</param>
/// <param name="Database">Number of the database.</param>
/// <param name="Tls">How the connection is encrypted; null when it is not.</param>
public sealed record RedisLogin(string? User, string? Password, int Database, RedisTls? Tls);
