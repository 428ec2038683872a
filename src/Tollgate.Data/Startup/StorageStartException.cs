namespace Tollgate.Data.Startup;

/// <summary>The store cannot be used as it is, and waiting would not help; the message says what to do, without secrets.</summary>
public sealed class StorageStartException(string message, Exception? inner = null) : Exception(message, inner);
