using System.CommandLine;
using Assay.Data;
using Assay.Recipes;

namespace Assay.Cli.Commands;

/// <summary>The options of a method as options of a command, with their descriptions, defaults and completions.</summary>
internal sealed class MethodOptions
{
    private readonly MethodEntry _method;
    private readonly List<(OptionEntry Entry, Option<string> Option)> _options = [];

    private MethodOptions(MethodEntry method) => _method = method;

    /// <summary>Gives a command the options of a method.</summary>
    /// <param name="command">The command.</param>
    /// <param name="method">The method.</param>
    /// <param name="except">Options that the command asks for in its own way.</param>
    public static MethodOptions AddTo(Command command, MethodEntry method, params IEnumerable<string> except)
    {
        MethodOptions own = new(method);
        foreach (OptionEntry entry in method.Options.ExceptBy(except, entry => entry.Name))
        {
            Option<string> option = new("--" + entry.Name)
            {
                Description =
                    entry.Description + (entry.Default is not ("" or "[]") ? $" [default: {entry.Default}]" : ""),
                HelpName =
                    entry.Allowed.Count > 0 ? string.Join('|', entry.Allowed)
                    : entry.IsList ? "a,b,..."
                    : entry.IsRecord ? "file.yaml"
                    : entry.Type,
            };
            option.CompletionSources.Add([.. entry.Allowed]);
            own._options.Add((entry, option));
            command.Options.Add(option);
        }
        return own;
    }

    /// <summary>The record of the method's options, as a command line has them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="further">Changes of other options, each <c>key=value</c>.</param>
    /// <exception cref="DocumentException">A value does not fit.</exception>
    public object Of(ParseResult parsed, params IEnumerable<string> further) =>
        _method.Bind(
            [
                .. _options
                    .Where(one => !one.Entry.IsRecord && parsed.GetValue(one.Option) is not null)
                    .Select(one => $"{one.Entry.Name}={Written(one.Entry, parsed.GetValue(one.Option)!)}"),
                .. further,
            ],
            _options
                .Where(one => one.Entry.IsRecord && parsed.GetValue(one.Option) is not null)
                .ToDictionary(one => one.Entry.Name, one => parsed.GetValue(one.Option)!)
        );

    // Lists need no brackets on a command line.
    private static string Written(OptionEntry entry, string value) =>
        entry.IsList && !value.StartsWith('[') ? $"[{value}]" : value;
}
