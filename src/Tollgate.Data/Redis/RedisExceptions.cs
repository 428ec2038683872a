namespace Tollgate.Data.Redis;

/// <summary>Redis cannot be reached, or what answers is not Redis.</summary>
internal sealed class RedisUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Redis answered with an error.</summary>
internal sealed class RedisRefusedException(string message) : Exception(message);
