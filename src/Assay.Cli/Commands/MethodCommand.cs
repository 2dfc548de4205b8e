using System.CommandLine;
using System.Text.Json;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Preferences;
using Assay.Recipes;
using Assay.Recipes.Execution;
using Assay.Value;

namespace Assay.Cli.Commands;

/// <summary>Commands made from the methods of a verb, each with the method's options as its own: <c>assay train lm</c>, <c>assay value shapley</c>.</summary>
/// <param name="verb">The verb; also the name of the command.</param>
/// <param name="holdOut">Rows to hold out where a method needs other rows and none are given.</param>
/// <param name="folder">The default folder for the result.</param>
internal abstract class MethodCommand(string verb, Amount holdOut, string folder)
{
    private readonly Argument<string[]> _data = new("data")
    {
        Description =
            "The rows: files, folders, globs, or addresses (https://..., hf://datasets/owner/name); - is standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<Amount> _holdOut = AmountOption(
        "--hold-out",
        $"Rows to hold out where there is no --{TrainRunner.TestName}: a share or a count; 0 for none. [default: {holdOut}]"
    );

    private readonly Option<string> _text = new("--text")
    {
        Description = "The column that holds the text.",
        HelpName = "column",
        DefaultValueFactory = _ => "text",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description =
            "Of a folder in the layout of Hugging Face, which configuration; of a Croissant description, which record set.",
        HelpName = "name",
    };

    private readonly Option<string[]> _split = new("--split")
    {
        Description = "Of either, which split, or all. May be repeated. [default: train, or the only one]",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<SourceFormat> _format = new("--format")
    {
        Description = "How the rows are read, such as jsonl or csv; by the files' names and first bytes if not given.",
        HelpName = "format",
        CustomParser = result =>
        {
            string given = result.Tokens[0].Value;
            foreach (SourceFormat format in Enum.GetValues<SourceFormat>())
                if (NameOf(format) == given)
                    return format;
            result.AddError(
                $"--format '{given}': expected one of {string.Join(", ", Enum.GetValues<SourceFormat>().Select(NameOf))}."
            );
            return default;
        },
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Seed of every random choice.",
        HelpName = "n",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<string> _out = new("--out")
    {
        Description = "Folder for the result.",
        HelpName = "dir",
        DefaultValueFactory = _ => folder,
    };

    private static string NameOf(SourceFormat format) => JsonNamingPolicy.KebabCaseLower.ConvertName(format.ToString());

    /// <summary>The command.</summary>
    /// <param name="description">What it is for.</param>
    /// <param name="withMethods">Whether to find the methods, which takes time: only for command lines about them.</param>
    protected Command Make(string description, bool withMethods)
    {
        // The library takes what it does not know for one more path.
        _data.Validators.Add(result =>
        {
            foreach (string path in result.Tokens.Select(token => token.Value))
                if (path.StartsWith('-') && path != "-" && !File.Exists(path))
                    result.AddError($"There is no option '{path}'.");
        });
        Command command = new(verb, description);
        if (withMethods)
            foreach (MethodEntry method in MethodCatalogue.Default.Methods)
                if (method.Verb == verb && Has(method))
                    command.Subcommands.Add(Of(method));
        return command;
    }

    /// <summary>Whether a method of the verb has a command.</summary>
    protected virtual bool Has(MethodEntry method) => true;

    /// <summary>What the datasets beside the rows are called on the command line, and what they are for.</summary>
    /// <remarks>An option that names a dataset in a recipe takes a path here.</remarks>
    protected virtual IReadOnlyList<OtherData> Others(MethodEntry method) =>
        [
            .. method
                .Options.Where(option => option.NamesDataset && (!option.IsList || option.Default is "" or "[]"))
                .Select(option => new OtherData(
                    option.Name,
                    option.Default.Length > 0 ? option.Default : option.Name,
                    option.Description,
                    IsNeeded: option.Default.Length > 0 && !option.IsList,
                    option.MayFollow,
                    option.IsList
                )),
        ];

    /// <summary>Whether the method reads the text of rows, so that a missing column of text is an error.</summary>
    protected virtual bool NeedsText(object options) =>
        options
            is not (IReadsPreferences or LabelledTableOptions { TextFeatures: TextFeatures.Auto or TextFeatures.None });

    /// <summary>Further options of the verb's commands.</summary>
    protected virtual IReadOnlyList<Option> Further(MethodEntry method) => [];

    /// <summary>Runs the method and says what came of it.</summary>
    protected abstract int Run(ParseResult parsed, MethodCall call, Session session);

    /// <summary>An option that takes an amount.</summary>
    protected static Option<Amount> AmountOption(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "amount",
            CustomParser = result =>
            {
                if (!Amount.TryParse(result.Tokens[0].Value, null, out Amount amount))
                    result.AddError($"{name} '{result.Tokens[0].Value}': expected {Amount.Expected}.");
                return amount;
            },
        };

    /// <summary>One method; its options become options of the command.</summary>
    private Command Of(MethodEntry method)
    {
        Command command = new(method.Name[(method.Verb.Length + 1)..], method.Summary) { _data };
        IReadOnlyList<OtherData> others = Others(method);
        MethodOptions own = MethodOptions.AddTo(command, method, others.Select(other => other.Option));
        List<(OtherData Data, Option<string[]> Paths)> paths = [];
        foreach (OtherData other in others)
        {
            Option<string[]> path = new("--" + other.Option)
            {
                Description = other.Description + (other.IsNeeded ? " Without it, rows of the data are held out." : ""),
                HelpName = other.IsList ? "path ..." : "path",
                Arity = other.IsList ? ArgumentArity.OneOrMore : ArgumentArity.ExactlyOne,
                AllowMultipleArgumentsPerToken = other.IsList,
                CustomParser = result => [.. result.Tokens.Select(token => token.Value)],
            };
            paths.Add((other, path));
            command.Options.Add(path);
        }
        if (others.Any(other => other.IsNeeded))
            command.Options.Add(_holdOut);
        foreach (Option option in (Option[])[.. Further(method), _text, _format, _config, _split, _seed, _out])
            command.Options.Add(option);
        MachineOptions.AddTo(command);
        // The method knows the dataset by a name; where it has one by default that stays.
        bool IsNamed(OtherData other, Option<string[]> path, ParseResult parsed) =>
            !other.IsNeeded
            && parsed.GetValue(path) is { Length: > 0 }
            && method.Options.Any(entry => entry.Name == other.Option);
        command.SetAction(parsed =>
            Run(
                parsed,
                method,
                own.Of(
                    parsed,
                    paths
                        .Where(one => IsNamed(one.Data, one.Paths, parsed))
                        .Select(one => $"{one.Data.Option}={one.Data.Written(parsed.GetRequiredValue(one.Paths))}")
                ),
                paths
            )
        );
        return command;
    }

    private int Run(
        ParseResult parsed,
        MethodEntry method,
        object options,
        List<(OtherData Data, Option<string[]> Paths)> paths
    )
    {
        bool isTable = parsed.GetResult(_text) is not { Implicit: false } && !NeedsText(options);
        SourceOptions Source(params string[] path) =>
            new()
            {
                Path = path,
                Text = parsed.GetRequiredValue(_text),
                Format = parsed.GetValue(_format),
                Table = isTable,
                // A YAML document is one thing, whatever lines it has.
                Rows =
                    path is [var only] && Path.GetExtension(only) is ".yaml" or ".yml" ? TextRows.File : TextRows.Line,
            };
        string[] data = parsed.GetRequiredValue(_data);
        Dictionary<string, SourceOptions> given = paths
            .SelectMany(one => one.Data.Named(parsed.GetValue(one.Paths) ?? []))
            .ToDictionary(one => one.Name, one => Source(one.Path));
        if (
            data.Length == 2
            && paths.Select(one => one.Data).FirstOrDefault(other => other.MayFollow) is { } following
            && given.TryAdd(following.Name, Source(data[1]))
        )
            data = [data[0]];
        OtherData[] missing =
        [
            .. paths.Select(one => one.Data).Where(other => other.IsNeeded && !given.ContainsKey(other.Name)),
        ];
        if (missing.Length > 1)
            throw new AssayException(
                $"{method.Name} needs {string.Join(" and ", missing.Select(one => "--" + one.Option))}",
                hint: "Rows of the data can be held out for one of them only; name files for the others."
            );
        MethodCall call = new()
        {
            Method = method,
            Options = options,
            Data = Source(data) with { Config = parsed.GetValue(_config), Split = parsed.GetRequiredValue(_split) },
            Others = given,
            HeldOut = missing.FirstOrDefault()?.Name,
            HoldOut = missing.Length == 0 || parsed.GetResult(_holdOut) is null ? holdOut : parsed.GetValue(_holdOut),
            Seed = parsed.GetValue(_seed),
            Folder = parsed.GetRequiredValue(_out),
        };
        RunOptions machine = MachineOptions.Of(parsed);
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        return Run(
            parsed,
            call,
            new(store, machine, lines is null ? new QuietProgress() : lines, interruption.Token)
            {
                Complete = () => lines?.Complete(),
                IsQuiet = quiet,
                AsJson = parsed.GetValue(MachineOptions.Json),
            }
        );
    }

    /// <summary>A dataset beside the rows.</summary>
    /// <param name="Option">What it is called on the command line, without dashes.</param>
    /// <param name="Name">By which name the method knows it.</param>
    /// <param name="Description">What it is for.</param>
    /// <param name="IsNeeded">Whether rows of the data must be held out where it is not given.</param>
    /// <param name="MayFollow">Whether it may be the second of two paths instead.</param>
    /// <param name="IsList">Whether there may be several, each known by the name of its file.</param>
    protected sealed record OtherData(
        string Option,
        string Name,
        string Description,
        bool IsNeeded,
        bool MayFollow = false,
        bool IsList = false
    )
    {
        /// <summary>The datasets of these paths, with the names by which the method knows them.</summary>
        public IReadOnlyList<(string Name, string Path)> Named(string[] paths)
        {
            if (!IsList)
                return [.. paths.Select(path => (Name, path))];
            HashSet<string> known = ["data"]; // the rows' own name
            List<(string, string)> named = [];
            foreach (string path in paths)
            {
                string file = Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).Split('.')[0],
                    stem = string.Concat(
                        file.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-')
                    ),
                    name = stem = stem.Any(char.IsAsciiLetter) ? stem : $"set-{stem}";
                for (int i = 2; !known.Add(name); i++)
                    name = $"{stem}-{i}";
                named.Add((name, path));
            }
            return named;
        }

        /// <summary>The names as a value of the method's option.</summary>
        public string Written(string[] paths) =>
            IsList ? $"[{string.Join(", ", Named(paths).Select(one => $"\"{one.Name}\""))}]" : Name;
    }

    /// <summary>What a command works with.</summary>
    protected sealed record Session(
        Store Store,
        RunOptions Machine,
        IRunObserver Observer,
        CancellationToken Cancellation
    )
    {
        /// <summary>To be called when the work has ended well.</summary>
        public required Action Complete { get; init; }

        /// <summary>Whether nothing is to be said for people.</summary>
        public required bool IsQuiet { get; init; }

        /// <summary>Whether the result is to be printed as JSON.</summary>
        public required bool AsJson { get; init; }
    }
}
