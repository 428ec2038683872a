using System.Text.Json;
using Tollgate.Engine.Pricing;

namespace Tollgate.Providers.Catalogue;

/// <summary>One model of a price file.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Provider">Who offers it, in LiteLLM's words; null when the file did not say.</param>
/// <param name="Mode"><c>chat</c>, <c>embedding</c>, ...; null when the file did not say.</param>
/// <param name="Prices">Its prices.</param>
public sealed record PricedModel(string Name, string? Provider, string? Mode, PriceFields Prices);

/// <summary>Writes price files: LiteLLM's form, a model a line.</summary>
public static class PriceFile
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>Writes a file; whoever reads it meanwhile sees the old one or the new one, never a part.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<PricedModel> models)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                Write(stream, models);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Write(Stream stream, IEnumerable<PricedModel> models)
    {
        var before = "{\n"u8;
        using var writer = new Utf8JsonWriter(stream, Options);
        foreach (var model in models)
        {
            stream.Write(before);
            before = ",\n"u8;
            writer.WriteStringValue(model.Name);
            writer.Flush();
            stream.Write(": "u8);
            writer.Reset();
            WritePrices(writer, model);
            writer.Flush();
            writer.Reset();
        }

        stream.Write(before.Length == 0 || before[0] == (byte)'{' ? "{}\n"u8 : "\n}\n"u8);
    }

    private static void WritePrices(Utf8JsonWriter writer, PricedModel model)
    {
        writer.WriteStartObject();
        if (model.Provider is not null)
        {
            writer.WriteString("litellm_provider"u8, model.Provider);
        }

        if (model.Mode is not null)
        {
            writer.WriteString("mode"u8, model.Mode);
        }

        // Keys of mappings ("a.b") follow one another, since the kinds of one mapping do.
        var open = "";
        foreach (var (key, price) in model.Prices.Values.OrderBy(static price => price.Key.Kind)
            .ThenBy(static price => price.Key.Tier).ThenBy(static price => price.Key.Above))
        {
            var name = key.ToString();
            var dot = PriceNames.Of(key.Kind).Key.IndexOf('.', StringComparison.Ordinal);
            var group = dot < 0 ? "" : name[..dot];
            if (!string.Equals(group, open, StringComparison.Ordinal))
            {
                if (open.Length > 0)
                {
                    writer.WriteEndObject();
                }

                if (group.Length > 0)
                {
                    writer.WriteStartObject(group);
                }

                open = group;
            }

            writer.WriteNumber(dot < 0 ? name : name[(dot + 1)..], price);
        }

        if (open.Length > 0)
        {
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
