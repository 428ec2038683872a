using System.Collections.Immutable;

namespace Tollgate.Data.Spend;

/// <summary>What of a record is written.</summary>
/// <param name="EndpointInKey">For each daily table, whether its unique key has the endpoint.</param>
/// <param name="WriteLogs">Rows in the logs.</param>
/// <param name="WriteErrorLogs">Rows of failed calls in the logs.</param>
/// <param name="IgnoreCustomers">Customers are not counted.</param>
internal sealed record WriteRules(ImmutableArray<bool> EndpointInKey, bool WriteLogs, bool WriteErrorLogs, bool IgnoreCustomers)
{
    /// <summary>Whether this record gets a row in the logs.</summary>
    public bool Logs(in Journal.SpendRecord record) => WriteLogs && record.WriteLog && (WriteErrorLogs || record.Succeeded);
}
