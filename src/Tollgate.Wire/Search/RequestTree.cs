using System.Globalization;
using System.Text;
using System.Text.Json;
using Tollgate.Wire.Json;

namespace Tollgate.Wire.Search;

/// <summary>A request that is put together of members with paths. A name with a dot is a member of a member.</summary>
internal sealed class RequestTree
{
    /// <summary>Members in the order they were put: JSON text, or a tree.</summary>
    private readonly List<KeyValuePair<string, object>> _members = [];

    public void Put(string path, string text) => PutRaw(path, Quoted(text));

    public void Put(string path, long number) => PutRaw(path, number.ToString(CultureInfo.InvariantCulture));

    public void Put(string path, IEnumerable<string> texts) => PutRaw(path, $"[{string.Join(',', texts.Select(Quoted))}]");

    /// <summary>Puts JSON; what stood there is replaced.</summary>
    public void PutRaw(string path, string json)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            SetRaw(path, json);
            return;
        }

        var name = path[..dot];
        var index = IndexOf(name);
        if (index < 0 || _members[index].Value is not RequestTree inner)
        {
            inner = new RequestTree();
            Set(name, inner);
        }

        inner.PutRaw(path[(dot + 1)..], json);
    }

    /// <summary>Puts JSON under a name that is no path.</summary>
    public void SetRaw(string name, string json) => Set(name, json);

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            json.WritePropertyName(name);
            if (value is RequestTree inner)
            {
                inner.WriteTo(json);
            }
            else
            {
                json.WriteRawValue((string)value, skipInputValidation: true);
            }
        }

        json.WriteEndObject();
    }

    private void Set(string name, object value)
    {
        var member = KeyValuePair.Create(name, value);
        var index = IndexOf(name);
        if (index < 0)
        {
            _members.Add(member);
        }
        else
        {
            _members[index] = member;
        }
    }

    private int IndexOf(string name) => _members.FindIndex(member => string.Equals(member.Key, name, StringComparison.Ordinal));

    private static string Quoted(string text) => Encoding.UTF8.GetString(JsonText.Quote(text));
}
