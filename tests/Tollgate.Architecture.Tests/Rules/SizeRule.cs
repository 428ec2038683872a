using System.Text.RegularExpressions;

namespace Tollgate.Architecture.Tests.Rules;

/// <summary>R14: how long files and members may be.</summary>
internal static partial class SizeRule
{
    public const int SourceLines = 500;
    public const int TestLines = 900;
    public const int MemberLines = 80;

    private enum Block
    {
        Type,
        Member,
        Table,
        Inner,
    }

    /// <summary>Problems with the file's length.</summary>
    public static IEnumerable<string> CheckFile(SourceFile file, int limit)
    {
        if (file.LineCount > limit)
        {
            yield return $"{file.Path} has {file.LineCount} lines, more than {limit}";
        }
    }

    /// <summary>Problems with the length of the file's members. Braces are counted, so a member is what stands directly in a type's braces.</summary>
    public static IEnumerable<string> CheckMembers(SourceFile file)
    {
        var code = file.CSharp.Code;
        var open = new Stack<(Block Kind, int From)>();
        var headerFrom = 0;
        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case ';':
                    headerFrom = i + 1;
                    break;
                case '{':
                    var header = code[headerFrom..i];
                    var from = headerFrom + (header.Length - header.TrimStart().Length);
                    open.Push((KindOf(header, open.Count == 0 ? null : open.Peek().Kind), from));
                    headerFrom = i + 1;
                    break;
                case '}' when open.Count > 0:
                    var closed = open.Pop();
                    headerFrom = i + 1;
                    var lines = file.LineOf(i) - file.LineOf(closed.From) + 1;
                    if (closed.Kind == Block.Member && lines > MemberLines)
                    {
                        yield return $"{file.At(file.LineOf(closed.From))}: a member of {lines} lines, more than {MemberLines}";
                    }

                    break;
            }
        }
    }

    private static Block KindOf(string header, Block? parent)
    {
        if (parent is Block.Member or Block.Inner or Block.Table)
        {
            return Block.Inner;
        }

        var bare = Constraints().Replace(Parentheses().Replace(header, "()"), "");
        if (TypeKeyword().IsMatch(bare))
        {
            return Block.Type;
        }

        // What is assigned is a table, and tables may be long.
        return parent is null || Assignment().IsMatch(bare) ? Block.Table : Block.Member;
    }

    [GeneratedRegex(@"\((?>[^()]+|(?<open>\()|(?<-open>\)))*(?(open)(?!))\)")]
    private static partial Regex Parentheses();

    [GeneratedRegex(@"\bwhere\s+\w+\s*:[^{]*$")]
    private static partial Regex Constraints();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace)\s+\w")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(@"(?<![=<>!])=(?![=>])")]
    private static partial Regex Assignment();
}
