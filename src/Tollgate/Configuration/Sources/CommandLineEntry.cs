using System.Collections.Immutable;
using System.Text.Json;
using Tollgate.Engine.Configuration;

namespace Tollgate.Configuration;

/// <summary>Writes <c>--model</c> and its flags into the tree as one more entry, so that it is read and checked like any other.</summary>
internal static class CommandLineEntry
{
    private static readonly SourcePosition Position = new("cli", 0, 0);

    public static MappingNode Add(MappingNode tree, CommandLineModel? model, DiagnosticBag diagnostics)
    {
        if (model is null)
        {
            return tree;
        }

        CheckHeaders(model.Headers, diagnostics);
        var parameters = ImmutableArray.CreateBuilder<MappingEntry>();
        AddText(parameters, "model", model.Model);
        AddText(parameters, "api_base", model.ApiBase);
        AddText(parameters, "api_version", model.ApiVersion);
        AddPlain(parameters, "temperature", model.Temperature);
        AddPlain(parameters, "max_tokens", model.MaxTokens);
        AddPlain(parameters, "timeout", model.RequestTimeout);
        AddPlain(parameters, "drop_params", model.DropParams ? "true" : null);
        if (Headers(model.Headers) is { } headers)
        {
            parameters.Add(new("extra_headers", Position, headers));
        }

        var entry = new MappingNode(
            [
                new("model_name", Position, ScalarNode.OfText(model.Alias ?? model.Model, Position)),
                new("litellm_params", Position, new MappingNode(parameters.ToImmutable(), Position)),
            ],
            Position);
        return WithEntry(tree, entry);
    }

    private static MappingNode WithEntry(MappingNode tree, MappingNode entry)
    {
        if (!tree.TryGetEntry("model_list", out var list) || list.Value.IsNull)
        {
            var entries = tree.Entries.RemoveAll(static e => e.Key is "model_list");
            return new(entries.Add(new("model_list", Position, new SequenceNode([entry], Position))), tree.Position);
        }

        return list.Value is SequenceNode models
            ? new(
                tree.Entries.Replace(list, list with { Value = new SequenceNode(models.Items.Add(entry), models.Position) }),
                tree.Position)
            : tree;
    }

    private static void CheckHeaders(string? text, DiagnosticBag diagnostics)
    {
        if (text is not null && Headers(text) is null)
        {
            diagnostics.Fatal(DiagnosticCodes.BadFlag, Position, "--headers", "expected a JSON object of texts",
                "For example --headers '{\"x-team\": \"a\"}'");
        }
    }

    private static MappingNode? Headers(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var headers = json.RootElement.EnumerateObject()
                .Select(static p => new MappingEntry(p.Name, Position, ScalarNode.OfText(p.Value.ToString(), Position)));
            return new([.. headers], Position);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void AddText(ImmutableArray<MappingEntry>.Builder entries, string name, string? value)
    {
        if (value is not null)
        {
            entries.Add(new(name, Position, ScalarNode.OfText(value, Position)));
        }
    }

    private static void AddPlain(ImmutableArray<MappingEntry>.Builder entries, string name, string? value)
    {
        if (value is not null)
        {
            entries.Add(new(name, Position, ScalarNode.OfPlain(value, Position)));
        }
    }
}
