namespace Tollgate.Engine.Spend;

/// <summary>
/// One finished call, as it is accounted: all columns of <c>LiteLLM_SpendLogs</c> (database.md 2.14) and what rollups and counters need.
/// Filled by settlement, written to the journal at once, then reused: nothing may keep a reference to it.
/// </summary>
public sealed class SpendEvent
{
    /// <summary>Id of the row: the answer's own id, or the call's (database.md 3.2).</summary>
    public string RequestId { get; set; } = "";

    /// <summary>Id of the call, for the suffix when the row's id is taken.</summary>
    public string CallId { get; set; } = "";

    /// <summary><c>acompletion</c>, <c>aembedding</c>, ...</summary>
    public string CallType { get; set; } = "";

    /// <summary>Route as the daily tables name it: <c>/chat/completions</c>.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Hash of the key; empty when none.</summary>
    public string KeyHash { get; set; } = "";

    public string? KeyAlias { get; set; }

    /// <summary>Cost in USD, exact.</summary>
    public decimal Cost { get; set; }

    public long PromptTokens { get; set; }

    public long CompletionTokens { get; set; }

    public long TotalTokens { get; set; }

    public long CacheReadTokens { get; set; }

    public long CacheCreationTokens { get; set; }

    public DateTimeOffset Start { get; set; }

    public DateTimeOffset End { get; set; }

    /// <summary>First output of a stream; equal to <see cref="End"/> otherwise.</summary>
    public DateTimeOffset FirstOutput { get; set; }

    /// <summary>Provider-side model.</summary>
    public string Model { get; set; } = "";

    /// <summary>Deployment id.</summary>
    public string ModelId { get; set; } = "";

    /// <summary>Public name that was asked for.</summary>
    public string ModelGroup { get; set; } = "";

    public string Provider { get; set; } = "";

    public string ApiBase { get; set; } = "";

    public string? UserId { get; set; }

    public string? TeamId { get; set; }

    public string? OrganizationId { get; set; }

    public string? ProjectId { get; set; }

    public string? AgentId { get; set; }

    /// <summary>Customer; null when none.</summary>
    public string? CustomerId { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>None</c>, as LiteLLM writes it.</summary>
    public string CacheHit { get; set; } = "False";

    public string CacheKey { get; set; } = "Cache OFF";

    /// <summary>Tags of the call; the list is the event's own.</summary>
    public IList<string> Tags { get; } = [];

    public string? ClientAddress { get; set; }

    public string? SessionId { get; set; }

    /// <summary>False for a call that failed.</summary>
    public bool Succeeded { get; set; } = true;

    /// <summary>Status class of a failed call for <c>rollup_hour</c> and <c>/global/activity/exceptions</c>: the exception's name, empty for success.</summary>
    public string ErrorClass { get; set; } = "";

    /// <summary>Column <c>metadata</c> as UTF-8 JSON (database.md 4.4); pooled, valid while the event is being written.</summary>
    public ReadOnlyMemory<byte> Metadata { get; set; }

    /// <summary>Column <c>proxy_server_request</c> as UTF-8 JSON; empty when bodies are not stored.</summary>
    public ReadOnlyMemory<byte> RequestBody { get; set; }

    /// <summary>Column <c>response</c> as UTF-8 JSON; empty when bodies are not stored.</summary>
    public ReadOnlyMemory<byte> ResponseBody { get; set; }

    /// <summary>False leaves no row in the logs (the counters and daily tables still count).</summary>
    public bool WriteLog { get; set; } = true;

    /// <summary>The gateway's own budget is on: the row <c>litellm-proxy-budget</c> counts too.</summary>
    public bool CountGlobally { get; set; }

    /// <summary>
    /// Name of something that may be recorded once only, by whatever process: of records with the same name the database takes one and leaves
    /// out the others, their rows and sums included. Null, the usual case, for calls, of which each is its own.
    /// </summary>
    public string? Once { get; set; }

    /// <summary>Makes the event as good as new.</summary>
    public void Clear()
    {
        RequestId = CallId = CallType = Endpoint = KeyHash = Model = ModelId = ModelGroup = Provider = ApiBase = ErrorClass = "";
        KeyAlias = UserId = TeamId = OrganizationId = ProjectId = AgentId = CustomerId = ClientAddress = SessionId = Once = null;
        Cost = 0;
        PromptTokens = CompletionTokens = TotalTokens = CacheReadTokens = CacheCreationTokens = 0;
        Start = End = FirstOutput = default;
        CacheHit = "False";
        CacheKey = "Cache OFF";
        Tags.Clear();
        Succeeded = WriteLog = true;
        CountGlobally = false;
        Metadata = RequestBody = ResponseBody = default;
    }
}
