using System.Text.Json;
using Spectre.Console;

namespace Tollgate.Commands.Control;

/// <summary>A column of a list, or a line of what is shown about one thing.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Value">Its text.</param>
/// <param name="IsNumber">Numbers stand at the right.</param>
internal sealed record TableColumn(string Title, Func<JsonElement, string> Value, bool IsNumber = false);

/// <summary>Writes answers as tables.</summary>
internal sealed class TablePrinter(TextWriter output)
{
    /// <summary>Files and pipes get one line a row, whatever its length.</summary>
    private const int Unbounded = 10_000;

    /// <summary>Writes a list.</summary>
    public void List(IEnumerable<JsonElement> rows, params IReadOnlyList<TableColumn> columns)
        => Rows(columns, rows.Select(row => columns.Select(column => column.Value(row)).ToArray()));

    /// <summary>Writes rows that are texts already.</summary>
    public void Rows(IReadOnlyList<TableColumn> columns, IEnumerable<string[]> rows)
    {
        var table = New();
        foreach (var column in columns)
        {
            table.AddColumn(new Spectre.Console.TableColumn(new Text(column.Title)) { Alignment = column.IsNumber ? Justify.Right : Justify.Left });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(static cell => new Text(cell)));
        }

        Write(table);
    }

    /// <summary>Writes one thing, a line a member.</summary>
    public void One(JsonElement row, params IReadOnlyList<TableColumn> columns)
    {
        var table = New().HideHeaders().AddColumn("").AddColumn("");
        foreach (var column in columns)
        {
            table.AddRow(new Text(column.Title), new Text(column.Value(row)));
        }

        Write(table);
    }

    private static Table New() => new() { Border = TableBorder.Simple, UseSafeBorder = true };

    private void Write(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected)
        {
            console.Profile.Width = Unbounded;
        }

        console.Write(table);
    }
}
