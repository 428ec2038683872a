using Tollgate.Wire.Hub;
using Tollgate.Wire.Natives;

namespace Tollgate.Wire.Ollama;

/// <summary>What Ollama's two operations carry.</summary>
internal static class OllamaFeatures
{
    public static FeatureTable Table(bool tools)
    {
        var table = PlainChat.Carrying(
            Feature.ImageInput, Feature.Thinking, Feature.JsonFormat, Feature.JsonSchemaFormat, Feature.TopK, Feature.Seed,
            Feature.FrequencyPenalty,
            Feature.PresencePenalty);
        table.Add(Feature.DocumentInput, Handling.Changed, "text of documents becomes part of the message; other documents are refused");
        table.Add(Feature.ReasoningEffort, Handling.Changed, "think: the level for gpt-oss, true or false for other models");
        table.Add(Feature.ReasoningBudget, Handling.Changed, "think: true, false for a budget of 0");
        if (tools)
        {
            table.Add(Feature.Tools, Handling.Carried);
            table.Add(Feature.CustomTools, Handling.Changed, FunctionTools.CustomNote);
            table.Add(Feature.StrictTools, Handling.Carried);
            table.Add(Feature.ToolChoice, Handling.Dropped, "the model chooses");
            table.Add(Feature.ParallelToolCalls, Handling.Dropped, "the model decides");
            table.Add(Feature.ToolChoiceNone, Handling.Changed, "tools are left out");
            table.Add(Feature.AllowedTools, Handling.Dropped, "the model chooses");
            table.Add(Feature.ToolResultMedia, Handling.Changed, "images of the message of the result");
            table.Add(Feature.ThinkingHistory, Handling.Changed, "thinking of the message, without its signature");
        }

        return table;
    }
}
