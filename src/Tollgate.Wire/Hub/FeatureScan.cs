namespace Tollgate.Wire.Hub;

/// <summary>Finds the features that a request makes use of.</summary>
public static class FeatureScan
{
    /// <summary>All of them.</summary>
    public static FeatureSet Of(ChatRequest request)
    {
        var used = new FeatureSet();
        foreach (var message in request.Messages)
        {
            Add(ref used, message.Role is ChatRole.System or ChatRole.Developer, Feature.System);
            Add(ref used, message.Name is not null, Feature.MessageNames);
            foreach (var part in message.Parts)
            {
                OfPart(ref used, part);
            }
        }

        OfTools(ref used, request);
        OfReasoning(ref used, request.Reasoning);
        OfOutput(ref used, request);
        OfSampling(ref used, request);
        Add(ref used, request.User is not null, Feature.User);
        Add(ref used, request.ServiceTier is not null, Feature.ServiceTier);
        Add(ref used, request.Store is not null, Feature.Store);
        Add(ref used, request.PromptCacheKey is not null, Feature.PromptCacheKey);
        Add(ref used, request.PreviousResponseId is not null, Feature.PreviousResponse);
        return used;
    }

    private static void OfPart(ref FeatureSet used, ContentPart part)
    {
        Add(ref used, part.Cache is not null, Feature.CacheHints);
        switch (part)
        {
            case ImagePart image:
                used.Add(image.Source.FileId is null ? Feature.ImageInput : Feature.FileInput);
                break;
            case AudioPart:
                used.Add(Feature.AudioInput);
                break;
            case VideoPart:
                used.Add(Feature.VideoInput);
                break;
            case DocumentPart document:
                used.Add(document.Source.FileId is null ? Feature.DocumentInput : Feature.FileInput);
                Add(ref used, document.WantsCitations, Feature.Citations);
                break;
            case TextPart { Citations.Count: > 0 }:
                used.Add(Feature.Citations);
                break;
            case ThinkingPart:
                used.Add(Feature.ThinkingHistory);
                break;
            case RedactedThinkingPart:
                used.Add(Feature.RedactedThinking);
                break;
            case ToolResultPart result:
                Add(ref used, result.IsError, Feature.ToolResultError);
                Add(ref used, result.Content.Any(static inner => inner is not TextPart), Feature.ToolResultMedia);
                break;
            case OpaquePart:
                used.Add(Feature.OpaqueParts);
                break;
            default:
                break;
        }
    }

    private static void OfTools(ref FeatureSet used, ChatRequest request)
    {
        foreach (var tool in request.Tools)
        {
            used.Add(tool.Kind switch
            {
                ToolKind.Function => Feature.Tools,
                ToolKind.Custom => Feature.CustomTools,
                ToolKind.WebSearch => Feature.WebSearch,
                ToolKind.WebFetch => Feature.WebFetch,
                ToolKind.CodeExecution => Feature.CodeExecution,
                ToolKind.FileSearch => Feature.FileSearch,
                ToolKind.Computer => Feature.ComputerUse,
                ToolKind.Mcp => Feature.McpTools,
                _ => Feature.HostedTools,
            });
            Add(ref used, tool.Strict is not null, Feature.StrictTools);
            Add(ref used, tool.Cache is not null, Feature.CacheHints);
        }

        OfSearch(ref used, request.WebSearch);
        Add(ref used, request.ToolChoice is { Mode: ToolChoiceMode.Required or ToolChoiceMode.Named }, Feature.ToolChoice);
        Add(ref used, request.ToolChoice is { Mode: ToolChoiceMode.None }, Feature.ToolChoiceNone);
        Add(ref used, request.ToolChoice is { Allowed.Count: > 0 }, Feature.AllowedTools);
        Add(ref used, request.ParallelToolCalls is false, Feature.ParallelToolCalls);
    }

    private static void OfSearch(ref FeatureSet used, WebSearchRequest? search)
    {
        if (search is not null)
        {
            used.Add(Feature.WebSearch);
            Add(ref used, search.AllowedDomains.Count > 0, Feature.WebSearchDomains);
            Add(ref used, search.BlockedDomains.Count > 0, Feature.WebSearchBlockedDomains);
            Add(ref used, search.HasLocation, Feature.WebSearchLocation);
            Add(ref used, search.MaxUses is not null, Feature.WebSearchLimit);
        }
    }

    private static void OfReasoning(ref FeatureSet used, ReasoningRequest? reasoning)
    {
        if (reasoning is not null)
        {
            Add(ref used, reasoning.Mode is not ReasoningMode.Unstated, Feature.Thinking);
            Add(ref used, reasoning.Effort is not null, Feature.ReasoningEffort);
            Add(ref used, reasoning.BudgetTokens is not null, Feature.ReasoningBudget);
            Add(ref used, reasoning.Summary is not null, Feature.ReasoningSummary);
        }
    }

    private static void OfOutput(ref FeatureSet used, ChatRequest request)
    {
        Add(ref used, request.Format is { Kind: AnswerFormatKind.Json }, Feature.JsonFormat);
        Add(ref used, request.Format is { Kind: AnswerFormatKind.JsonSchema }, Feature.JsonSchemaFormat);
        Add(ref used, request.MaxOutputTokens is not null, Feature.MaxOutputTokens);
        Add(ref used, request.Verbosity is not null, Feature.Verbosity);
        Add(ref used, request.AudioOutput is not null || request.Modalities.Contains("audio"), Feature.AudioOutput);
        Add(ref used, request.Modalities.Contains("image"), Feature.ImageOutput);
        Add(ref used, request.Prediction is not null, Feature.Prediction);
    }

    private static void OfSampling(ref FeatureSet used, ChatRequest request)
    {
        Add(ref used, request.Temperature is not null, Feature.Temperature);
        Add(ref used, request.TopP is not null, Feature.TopP);
        Add(ref used, request.TopK is not null, Feature.TopK);
        Add(ref used, request.FrequencyPenalty is not null, Feature.FrequencyPenalty);
        Add(ref used, request.PresencePenalty is not null, Feature.PresencePenalty);
        Add(ref used, request.Seed is not null, Feature.Seed);
        Add(ref used, request.Choices is > 1, Feature.Choices);
        Add(ref used, request.Stop.Count > 0, Feature.Stop);
        Add(ref used, request.LogProbs is true || request.TopLogProbs is not null, Feature.LogProbs);
        Add(ref used, request.LogitBias is not null, Feature.LogitBias);
    }

    private static void Add(ref FeatureSet used, bool isUsed, Feature feature)
    {
        if (isUsed)
        {
            used.Add(feature);
        }
    }
}
