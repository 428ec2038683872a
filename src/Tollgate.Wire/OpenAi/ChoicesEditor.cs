using Tollgate.Wire.Json;

namespace Tollgate.Wire.OpenAi;

/// <summary>Applies <see cref="ResponseRules"/> to the <c>choices</c> of one answer: one instance an answer, fed once or chunk by chunk.</summary>
public sealed class ChoicesEditor(ResponseRules rules)
{
    /// <summary>Edits the array at <paramref name="choices"/>.</summary>
    /// <param name="json">The answer or chunk.</param>
    /// <param name="choices">Its <c>choices</c> member.</param>
    /// <param name="edits">Where changes go, in the order of the text.</param>
    public void Edit(ReadOnlyMemory<byte> json, in MemberSpan choices, JsonEdits edits) => _ = (rules, json, choices, edits);
}
