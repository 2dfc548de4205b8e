using System.CommandLine;
using System.Text;
using Assay.Data;
using Assay.Recipes;

namespace Assay.Cli.Commands;

/// <summary><c>assay methods [name]</c></summary>
internal static class MethodsCommand
{
    private const int Width = 100;

    private static readonly Argument<string?> Name = new("name")
    {
        Description = "A verb, or a method to show with all its options.",
        DefaultValueFactory = _ => null,
    };

    public static Command Create()
    {
        Name.CompletionSources.Add(_ => MethodCatalogue.Default.Methods.Select(method => method.Name).ToArray());
        Command command = new("methods", "List every method: verb, paper and one line; or one method's options.")
        {
            Name,
        };
        command.SetAction(parsed =>
        {
            string? name = parsed.GetValue(Name);
            IReadOnlyList<MethodEntry> methods =
            [
                .. MethodCatalogue.Default.Methods.Where(method =>
                    name is null || method.Name == name || method.Verb == name
                ),
            ];
            if (methods.Count == 0)
                MethodCatalogue.Default.Get(name!);
            if (methods is [MethodEntry one] && one.Name == name)
                WriteOptions(one);
            else
                WriteList(methods);
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteList(IReadOnlyList<MethodEntry> methods)
    {
        int name = methods.Max(method => method.Name.Length),
            paper = methods.Max(method => method.Paper.Length);
        foreach (MethodEntry method in methods)
            Console.Out.WriteLine($"{method.Name.PadRight(name)}  {method.Paper.PadRight(paper)}  {method.Summary}");
    }

    private static void WriteOptions(MethodEntry method)
    {
        Console.Out.WriteLine(method.Paper.Length > 0 ? $"{method.Name}  ({method.Paper})" : method.Name);
        WriteWrapped(method.Summary, "");
        Console.Out.WriteLine();
        foreach (OptionEntry option in method.Options)
        {
            string type = option.Allowed.Count > 0 ? string.Join(" | ", option.Allowed) : option.Type;
            string range = option.Range.Length > 0 ? ", " + option.Range : "";
            string value = option.Default is "" or "[]" ? "" : ", default " + option.Default;
            WriteWrapped($"{option.Name}: {type}{range}{value}", "  ");
            WriteWrapped(option.Description, "      ");
        }
    }

    /// <summary>Writes a paragraph in lines of at most <see cref="Width"/> characters, unless a word is longer.</summary>
    private static void WriteWrapped(string text, string indent)
    {
        StringBuilder line = new(indent);
        foreach (string word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > Width)
            {
                Console.Out.WriteLine(line);
                line.Clear().Append(indent);
            }
            line.Append(line.Length > indent.Length ? " " : "").Append(word);
        }
        Console.Out.WriteLine(line);
    }
}
