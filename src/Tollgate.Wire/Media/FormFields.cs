using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tollgate.Wire.Json;
using Tollgate.Wire.OpenAi;

namespace Tollgate.Wire.Media;

/// <summary>
/// The small fields of a form as one JSON object, so that whatever holds for JSON bodies (models, policies, defaults, metadata) holds for
/// forms. A name that comes more than once is an array; the text of a value survives the way there and back.
/// </summary>
public sealed class FormFields
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Fields that are no texts where JSON bodies have them.</summary>
    private static readonly FrozenSet<string> Typed = new[]
    {
        "stream", "n", "num_retries", "max_retries", "timeout", "request_timeout", "stream_timeout", "disable_fallbacks", "fallbacks", "drop_params",
        "additional_drop_params", "allowed_openai_params", "merge_reasoning_content_in_choices", "mock_response", "mock_timeout", "mock_delay",
        "mock_testing_fallbacks", "mock_testing_context_fallbacks", "mock_testing_context_window_fallbacks",
        "mock_testing_content_policy_fallbacks", "mock_testing_rate_limit_error", "metadata", "litellm_metadata", "tags", "guardrails", "extra_body",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly List<KeyValuePair<string, List<string>>> _fields = [];

    /// <summary>Number of names.</summary>
    public int Count => _fields.Count;

    /// <summary>True when a field of this name has come with a value.</summary>
    public bool Has(string name) => Find(name) is { } values && values.Exists(static value => value.Length > 0);

    /// <summary>True for a field that is meant for the gateway and never leaves it.</summary>
    public static bool IsInternal(string name) => InternalNames.All.Contains(name, StringComparer.Ordinal) || InternalNames.MatchesPattern(name);

    /// <summary>Takes a field.</summary>
    public void Add(string name, string value)
    {
        if (Find(name) is { } values)
        {
            values.Add(value);
        }
        else
        {
            _fields.Add(new KeyValuePair<string, List<string>>(name, [value]));
        }
    }

    /// <summary>Writes the object.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            foreach (var (name, values) in _fields)
            {
                json.WritePropertyName(name);
                if (values.Count == 1)
                {
                    WriteValue(json, name, values[0]);
                    continue;
                }

                json.WriteStartArray();
                foreach (var value in values)
                {
                    WriteValue(json, name, value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The fields of an object, in order: what <see cref="ToJson"/> wrote, and what policies made of it.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(JsonElement root)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in member.Value.EnumerateArray())
                {
                    fields.Add(new(member.Name, Text(item)));
                }
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                fields.Add(new(member.Name, Text(member.Value)));
            }
        }

        return fields;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static void WriteValue(Utf8JsonWriter json, string name, string value)
    {
        if (Typed.Contains(name) && Raw(value) is { } raw)
        {
            json.WriteRawValue(raw, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }

    /// <summary>The JSON that a text is; null when it is none, or a string.</summary>
    private static byte[]? Raw(string value)
    {
        var text = value.Trim();

        // Python writes its booleans with a capital.
        text = text is "True" ? "true" : text is "False" ? "false" : text;
        var utf8 = Encoding.UTF8.GetBytes(text);
        var members = new JsonMembers();
        return JsonScanner.Scan(utf8, members).IsNone && members.RootKind is not JsonKind.String ? utf8 : null;
    }

    private List<string>? Find(string name) => _fields.Find(field => string.Equals(field.Key, name, StringComparison.Ordinal)).Value;
}
