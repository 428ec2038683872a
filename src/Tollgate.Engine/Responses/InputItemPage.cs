using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Engine.Errors;
using Tollgate.Wire.Hub;

namespace Tollgate.Engine.Responses;

/// <summary>A page of what a kept response answers: <c>limit</c>, <c>order</c>, <c>after</c> and <c>before</c>, as its makers page it.</summary>
/// <param name="Limit">Items at most.</param>
/// <param name="IsAscending">In the order in which they were said.</param>
/// <param name="After">The item that the page follows; null to begin at the beginning.</param>
/// <param name="Before">The item that the page ends before; null for none.</param>
internal sealed record InputItemPage(int Limit, bool IsAscending, string? After, string? Before)
{
    /// <summary>OpenAI's default and bound.</summary>
    private const int DefaultLimit = 20;

    private const int MostItems = 100;

    /// <summary>Reads what a client asks for.</summary>
    /// <exception cref="ApiException">400 naming the parameter at fault.</exception>
    public static InputItemPage Read(IQueryCollection query)
    {
        var limit = DefaultLimit;
        if (TextOf(query, "limit") is { } asked
            && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostItems))
        {
            throw ApiException.BadRequest($"Invalid value for 'limit': expected a number from 1 to {MostItems}.", "limit");
        }

        var order = TextOf(query, "order") ?? "desc";
        return order is "asc" or "desc"
            ? new InputItemPage(limit, order is "asc", TextOf(query, "after"), TextOf(query, "before"))
            : throw ApiException.BadRequest("Invalid value for 'order': expected 'asc' or 'desc'.", "order");
    }

    /// <summary>Writes the page.</summary>
    /// <param name="kept">What is kept.</param>
    /// <param name="name">Its name: items that have no id of their own get one made of it.</param>
    /// <param name="json">Takes the list.</param>
    /// <exception cref="ApiException">400: <c>after</c> or <c>before</c> names no item.</exception>
    public void Write(KeptResponse kept, string name, Utf8JsonWriter json)
    {
        using var document = JsonDocument.Parse(kept.Input);
        var items = document.RootElement.EnumerateArray().Select((item, index) => (Id: IdOf(item, name, index), Item: item)).ToList();
        if (!IsAscending)
        {
            items.Reverse();
        }

        var first = After is null ? 0 : PlaceOf(items, After, "after") + 1;
        var end = Before is null ? items.Count : PlaceOf(items, Before, "before");
        var page = items[first..Math.Max(first, end)];
        var hasMore = page.Count > Limit;

        // Backwards from an item: those next to it.
        page = !hasMore ? page : Before is not null && After is null ? page[^Limit..] : page[..Limit];
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (id, item) in page)
        {
            WriteItem(id, item, json);
        }

        json.WriteEndArray();
        json.WriteString("first_id"u8, page.Count > 0 ? page[0].Id : null);
        json.WriteString("last_id"u8, page.Count > 0 ? page[^1].Id : null);
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteEndObject();
    }

    private static string? TextOf(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static string IdOf(JsonElement item, string name, int index)
        => item.ValueKind is JsonValueKind.Object && item.Text("id"u8) is { Length: > 0 } own
            ? own
            : string.Create(CultureInfo.InvariantCulture, $"item_{name.AsSpan(name.IndexOf('_', StringComparison.Ordinal) + 1)}_{index}");

    private static int PlaceOf(List<(string Id, JsonElement Item)> items, string id, string param)
    {
        var place = items.FindIndex(item => string.Equals(item.Id, id, StringComparison.Ordinal));
        return place >= 0 ? place : throw ApiException.BadRequest($"Invalid value for '{param}': the response has no such input item.", param);
    }

    private static void WriteItem(string id, JsonElement item, Utf8JsonWriter json)
    {
        if (item.ValueKind is not JsonValueKind.Object)
        {
            json.WriteElement(item);
            return;
        }

        json.WriteStartObject();
        json.WriteString("id"u8, id);
        if (item.Text("type"u8) is null)
        {
            // What a client may leave out.
            json.WriteString("type"u8, "message"u8);
        }

        foreach (var member in item.EnumerateObject())
        {
            if (member.NameOf() is not "id" and var memberName)
            {
                json.WritePropertyName(memberName);
                json.WriteElement(member.Value);
            }
        }

        json.WriteEndObject();
    }
}
