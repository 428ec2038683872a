namespace Tollgate.Wire.Anthropic;

/// <summary>Names in <see cref="Hub.TargetModel.Options"/> that the codec of Anthropic's dialect reads.</summary>
public static class MessagesOptions
{
    /// <summary>Output limit of calls whose client gave none. Default: the model's own limit, else 4096 tokens (LiteLLM's default).</summary>
    public const string DefaultMaxTokens = "default_max_tokens";

    /// <summary>What the user is made to say where a conversation must begin or end with the user. Default <c>Please continue.</c></summary>
    public const string UserContinueMessage = "user_continue_message";

    /// <summary>
    /// <c>true</c> on hosts that take media only as bytes. Default: only addresses without TLS are fetched (the provider refuses them).
    /// </summary>
    public const string MediaAsBytes = "media_as_bytes";

    /// <summary>
    /// Where an answer's JSON schema goes: <c>output_config</c> (default) or <c>output_format</c>, the older member.
    /// </summary>
    public const string SchemaMember = "schema_member";

    /// <summary>Thinking tokens for an effort in words, by <c>thinking_budget_</c> and the word. Defaults 1024, 1024, 2048, 4096 (LiteLLM's).</summary>
    public const string ThinkingBudgetPrefix = "thinking_budget_";
}
