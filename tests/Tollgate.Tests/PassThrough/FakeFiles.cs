using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Tests.PassThrough;

/// <summary>Two accounts of a provider, <c>/one</c> and <c>/two</c>, that keep files and run batches in an instant.</summary>
internal sealed partial class FakeFiles
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>State that batches are shown in.</summary>
    public string Status { get; set; } = "completed";

    /// <summary>Lines of the results of every batch.</summary>
    public string Results { get; set; } = "";

    /// <summary>What is in every file that was uploaded; null for a text that names it.</summary>
    public string? Input { get; set; }

    /// <summary>How often contents were fetched.</summary>
    public int Fetches { get; private set; }

    /// <summary>Accounts that refuse uploads.</summary>
    public string Refuses { get; set; } = "-";

    /// <summary>Bodies of uploads, by account and id.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    public Task AnswerAsync(HttpContext http, SeenRequest seen)
    {
        var path = http.Request.Path.Value!;
        var account = path.Split('/')[1];
        var id = path.Split('/').ElementAtOrDefault(4);
        if (path.Contains("/batches", StringComparison.Ordinal))
        {
            return FakeApi.AnswerAsync(http, BatchOf(seen.Method is "POST" && id is null ? InputOf(seen) : "file-in", id ?? $"batch_{account}"));
        }

        if (seen.Method is "POST")
        {
            if (account == Refuses)
            {
                return FakeApi.AnswerAsync(http, """{"error":{"message":"no room"}}""", 400);
            }

            var made = $"file-{account}{Interlocked.Increment(ref _count)}";
            _files[$"{account}/{made}"] = seen.Body;
            return FakeApi.AnswerAsync(http, $$"""{"id":"{{made}}","object":"file","purpose":"batch","filename":"in.jsonl","bytes":7,"created_at":1,"status":"processed"}""");
        }

        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            Fetches++;
            return FakeApi.AnswerAsync(http, id is "file-out" ? Results : Input ?? "content of " + id, 200, "application/octet-stream");
        }

        if (seen.Method is "DELETE")
        {
            _files.TryRemove($"{account}/{id}", out _);
        }

        return FakeApi.AnswerAsync(http, $$"""{"id":"{{id}}","object":"file","purpose":"batch_output"}""");
    }

    private string BatchOf(string input, string id) =>
        $$"""{"id":"{{id}}","object":"batch","status":"{{Status}}","input_file_id":"{{input}}","output_file_id":{{(Status is "completed" ? "\"file-out\"" : "null")}},"error_file_id":null}""";

    private static string InputOf(SeenRequest seen) => InputId().Match(Encoding.UTF8.GetString(seen.Body)).Groups["id"].Value;

    [GeneratedRegex("\"input_file_id\":\"(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InputId();
}
