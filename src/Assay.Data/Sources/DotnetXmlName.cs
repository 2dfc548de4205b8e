using System.Text;

namespace Assay.Data;

/// <summary>Names of types and members as they stand in .NET XML documentation, made short for people.</summary>
internal static class DotnetXmlName
{
    /// <summary><c>System.String.Concat(System.Object)</c> to <c>System.String</c>.</summary>
    public static string TypeOf(string member)
    {
        string name = WithoutParameters(member);
        int dot = name.LastIndexOf('.');
        return dot < 0 ? "" : name[..dot];
    }

    /// <summary><c>System.Collections.Generic.List`1</c> to <c>List</c>.</summary>
    public static string Short(string name)
    {
        name = WithoutParameters(name);
        name = name[(name.LastIndexOf('.') + 1)..];
        name = name[(name.LastIndexOf('#') + 1)..];
        int arity = name.IndexOf('`');
        return arity < 0 ? name : name[..arity];
    }

    /// <summary><c>System.String.Concat(System.Object,System.Object)</c> to <c>Concat(Object, Object)</c>.</summary>
    public static string Signature(string member)
    {
        string name = Short(member);
        if (name is "ctor" or "cctor")
            name = Short(TypeOf(member)) + " constructor";
        int open = member.IndexOf('(');
        if (open < 0)
            return name;
        int close = member.LastIndexOf(')');
        StringBuilder text = new(name);
        text.Append('(');
        int start = open + 1;
        for (int at = start; at <= close; at++)
        {
            // Type names are shortened one by one, whatever brackets stand between them.
            if (member[at] is not (',' or '{' or '}' or '[' or ']' or '(' or ')' or '@' or '*' or ':'))
                continue;
            text.Append(TypeName(member[start..at]));
            text.Append(
                member[at] switch
                {
                    ',' => ", ",
                    '{' => "<",
                    '}' => ">",
                    '@' => "",
                    char other => other.ToString(),
                }
            );
            start = at + 1;
        }
        return text.ToString();
    }

    private static string TypeName(string name) =>
        name.StartsWith("``", StringComparison.Ordinal) ? "T" + name[2..]
        : name.StartsWith('`') ? "T" + name[1..]
        : Short(name);

    private static string WithoutParameters(string name)
    {
        int open = name.IndexOf('(');
        int conversion = name.IndexOf('~');
        int end = open >= 0 ? open : conversion;
        return end < 0 ? name : name[..end];
    }
}
