using System.Text.Json.Nodes;

namespace Tollgate.Management.Spend.Logs;

/// <summary>A list of request logs that is read while it is sent.</summary>
/// <param name="Rows">The items.</param>
/// <param name="IsTruncated">There are more rows than a list without <c>limit</c> carries.</param>
/// <param name="SearchedFrom">First moment that was searched when the caller named none; null is all time.</param>
public sealed record SpendLogList(IAsyncEnumerable<JsonObject> Rows, bool IsTruncated = false, DateTime? SearchedFrom = null);
