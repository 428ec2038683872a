using System.Text.Json.Nodes;
using Tollgate.Data.Identity;
using Tollgate.Data.Rows;

namespace Tollgate.Data.Secrets;

/// <summary>Which format secrets are written in (config.md 12.4).</summary>
public static class SecretFormats
{
    // Enough to see what the database holds; who mixes formats beyond that gets the newest, which every recent release reads.
    private const int Sample = 500;

    /// <summary>Decides by the setting; for <c>auto</c> by what the database holds.</summary>
    /// <param name="setting"><c>StorageSettings.WriteEncryption</c>.</param>
    /// <param name="box">The box that values are read with.</param>
    /// <param name="reader">The database.</param>
    /// <param name="isOurs">True for a database that Tollgate made, false for an adopted one.</param>
    public static async Task<SecretFormat> ChooseAsync(string setting, SecretBox box, IRowReader reader, bool isOurs)
        => Fixed(setting) ?? Choose(await StoredAsync(reader, new RowRange(Sample)), box, isOurs);

    /// <summary>The rule of <c>auto</c>: any AES value decides for AES; else legacy values, or an adopted database, for legacy.</summary>
    public static SecretFormat Choose(IEnumerable<string> stored, SecretBox box, bool isOurs)
    {
        var hasLegacy = false;
        foreach (var value in stored)
        {
            switch (box.FormatOf(value))
            {
                case SecretFormat.AesGcm:
                    return SecretFormat.AesGcm;
                case SecretFormat.Legacy:
                    hasLegacy = true;
                    break;
                default:
                    break;
            }
        }

        // COMPAT: an adopted database may be given back to LiteLLM 1.81, which reads nothing but the legacy format (database.md 5.3).
        return hasLegacy || !isOurs ? SecretFormat.Legacy : SecretFormat.AesGcm;
    }

    private static SecretFormat? Fixed(string setting) => setting switch
    {
        "legacy" or "xsalsa20-poly1305" => SecretFormat.Legacy,
        "aes-gcm" or "aes-256-gcm" => SecretFormat.AesGcm,
        _ => null,
    };

    /// <summary>Texts of models, credentials and variables, encrypted or not.</summary>
    /// <param name="reader">The database.</param>
    /// <param name="range">How many models, and how many credentials.</param>
    public static async Task<IEnumerable<string>> StoredAsync(IRowReader reader, RowRange range)
    {
        var models = await reader.SelectAsync(Tables.Models, Filter.None, range: range);
        var credentials = await reader.SelectAsync(Tables.Credentials, Filter.None, range: range);
        var variables = await reader.FindAsync(Tables.Config, "environment_variables");
        JsonNode?[] objects =
        [
            .. models.Select(static row => row["litellm_params"]), .. credentials.Select(static row => row["credential_values"]),
            variables?["param_value"],
        ];
        return objects.Select(Values.Json).OfType<JsonObject>()
            .SelectMany(static secrets => secrets)
            .Select(static member => member.Value is JsonValue value && value.TryGetValue<string>(out var text) ? text : null)
            .OfType<string>();
    }
}
