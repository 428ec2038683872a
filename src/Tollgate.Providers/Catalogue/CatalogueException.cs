namespace Tollgate.Providers.Catalogue;

/// <summary>A provider catalogue that cannot be used; the message says which row and why.</summary>
public sealed class CatalogueException(string message) : Exception(message);
