using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay train lm corpus.jsonl --model gpt-1m --out model</c></summary>
internal static class TrainCommand
{
    private static readonly Argument<string[]> DataPath = new("data")
    {
        Description = "What to train on: files, folders or globs.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Test = new("--test")
    {
        Description = "What to measure on. Without it, rows of the data are held out.",
        HelpName = "path",
    };

    private static readonly Option<Amount> HoldOut = new("--hold-out")
    {
        Description = "Rows to hold out where there is no --test: a share or a count; 0 for none. [default: 5%]",
        HelpName = "amount",
        CustomParser = result =>
        {
            if (!Amount.TryParse(result.Tokens[0].Value, null, out Amount amount))
                result.AddError($"--hold-out '{result.Tokens[0].Value}': expected {Amount.Expected}.");
            return amount;
        },
    };

    private static readonly Option<string> Text = new("--text")
    {
        Description = "The column that holds the text.",
        HelpName = "column",
        DefaultValueFactory = _ => "text",
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of every random choice.",
        HelpName = "n",
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The model's folder.",
        HelpName = "dir",
        DefaultValueFactory = _ => "model",
    };

    static TrainCommand() =>
        // The library takes what it does not know for one more path.
        DataPath.Validators.Add(result =>
        {
            foreach (string path in result.Tokens.Select(token => token.Value))
                if (path.StartsWith('-') && !File.Exists(path))
                    result.AddError($"There is no option '{path}'.");
        });

    /// <param name="withMethods">Whether to find the methods, which takes time: only for command lines about them.</param>
    public static Command Create(bool withMethods)
    {
        Command command = new("train", "Train a small model on your data: a language model (lm) or a classifier.");
        if (withMethods)
            foreach (MethodEntry method in MethodCatalogue.Default.Methods)
                if (method.Verb == "train")
                    command.Subcommands.Add(Of(method));
        return command;
    }

    /// <summary>One method; its options become options of the command.</summary>
    private static Command Of(MethodEntry method)
    {
        Command command = new(method.Name[(method.Verb.Length + 1)..], method.Summary) { DataPath };
        MethodOptions own = MethodOptions.AddTo(command, method);
        foreach (Option option in (Option[])[Test, HoldOut, Text, Seed, Out])
            command.Options.Add(option);
        MachineOptions.AddTo(command);
        command.SetAction(parsed => Run(parsed, method, own));
        return command;
    }

    private static int Run(ParseResult parsed, MethodEntry method, MethodOptions own)
    {
        object options = own.Of(parsed);
        RunOptions machine = MachineOptions.Of(parsed);
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        string folder = parsed.GetRequiredValue(Out);
        SourceOptions Source(params string[] paths) => new() { Path = paths, Text = parsed.GetRequiredValue(Text) };
        TrainReport report = new TrainRunner(
            store,
            machine,
            lines is null ? new QuietProgress() : lines,
            interruption.Token
        ).Run(
            method,
            options,
            Source(parsed.GetRequiredValue(DataPath)),
            parsed.GetValue(Test) is { } test ? Source(test) : null,
            parsed.GetResult(HoldOut) is null ? Amount.Share(0.05) : parsed.GetValue(HoldOut),
            parsed.GetValue(Seed),
            folder
        );
        lines?.Complete();
        if (parsed.GetValue(MachineOptions.Json))
            Console.Out.WriteLine(report.ToJson());
        else if (!quiet)
            Write(report, folder);
        return ExitCode.Done;
    }

    private static void Write(TrainReport report, string folder)
    {
        TextWriter output = Console.Out;
        int width = Math.Max(8, report.Scores.Keys.Select(metric => metric.Length).DefaultIfEmpty().Max());
        output.WriteLine();
        Line("model", report.Model);
        Line("rows", $"{report.Rows:N0} to train on, {report.HeldOutRows:N0} to measure on");
        if (report.Losses.Count > 0)
            Line(
                "loss",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.Losses[0]:0.000} {Sparkline.Of(report.Losses, 40)} {report.Losses[^1]:0.000} over {report.Losses.Count:N0} steps"
                )
            );
        foreach ((string metric, double value) in report.Scores)
            Line(metric, string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} on the held-out rows"));
        Line("saved", folder);
        Line(
            "took",
            report.Cached
                ? "nothing: this model was trained before"
                : string.Create(CultureInfo.InvariantCulture, $"{report.Seconds:0.0} s")
        );

        void Line(string name, string value) => output.WriteLine($"{name.PadRight(width)} {value}");
    }
}
