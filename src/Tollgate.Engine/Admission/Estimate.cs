namespace Tollgate.Engine.Admission;

/// <summary>What a call is expected to use, before it is made (routing.md 14.3, 17.5).</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Output limit, or what is assumed when there is none.</param>
/// <param name="Cost">nano-USD to reserve.</param>
/// <param name="IsFree">Both token prices are zero in so many words: budgets do not count.</param>
internal readonly record struct Estimate(long InputTokens, long OutputTokens, long Cost, bool IsFree);
