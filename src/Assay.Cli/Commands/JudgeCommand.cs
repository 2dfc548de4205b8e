using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Judge;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay judge proxies recipe.yaml</c> and <c>assay judge tiers recipe.yaml</c>, beside the studies of the verb.</summary>
internal static class JudgeCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for the result.",
        HelpName = "dir",
        DefaultValueFactory = _ => "judge",
    };

    private static readonly Argument<string> RecipePath = new("recipe")
    {
        Description = "The recipe (YAML): its candidates and its judge: section.",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Change one value of the recipe: --set judge.seeds=5. May be repeated.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    /// <param name="withMethods">Whether to find the methods, which takes time: only for command lines about them.</param>
    public static Command Create(bool withMethods)
    {
        Command command = StudyCommand.Create(
            "judge",
            "Judge candidates, runs and recommenders: what proxies, benchmarks and measures say of them.",
            withMethods
        );
        if (!withMethods)
            return command;
        command.Subcommands.Add(
            OfRecipe("judge/proxies", (parsed, options) => Run(parsed, (ProxyStudyOptions)options))
        );
        Command tiers = OfRecipe("judge/tiers", (parsed, options) => Run(parsed, (TierOptions)options));
        tiers.Options.Add(Out);
        command.Subcommands.Add(tiers);
        return command;
    }

    // What needs the candidates of a recipe, and not the rows of a file.
    private static Command OfRecipe(string name, Func<ParseResult, object, int> run)
    {
        MethodEntry method = MethodCatalogue.Default.Methods.First(entry => entry.Name == name);
        Command command = new(name[(name.IndexOf('/') + 1)..], method.Summary) { RecipePath, Set };
        MethodOptions own = MethodOptions.AddTo(command, method);
        MachineOptions.AddTo(command);
        command.SetAction(parsed => run(parsed, own.Of(parsed)));
        return command;
    }

    private static int Run(ParseResult parsed, TierOptions options) =>
        WithRunner(
            parsed,
            runner => runner.Study(options, parsed.GetRequiredValue(Out)),
            report =>
                StudyCommand.Show(
                    report,
                    parsed.GetRequiredValue(Out),
                    parsed.GetValue(MachineOptions.Json),
                    MachineOptions.IsQuiet(parsed)
                )
        );

    private static int Run(ParseResult parsed, ProxyStudyOptions options) =>
        WithRunner(
            parsed,
            runner => runner.Study(options),
            report =>
            {
                if (parsed.GetValue(MachineOptions.Json))
                    Console.Out.WriteLine(report.ToJson());
                else if (!MachineOptions.IsQuiet(parsed))
                    Write(report, Console.Out);
                return ExitCode.Done;
            }
        );

    private static int WithRunner<T>(ParseResult parsed, Func<RecipeRunner, T> run, Func<T, int> show)
    {
        Recipe recipe = Recipe.Load(parsed.GetRequiredValue(RecipePath), parsed.GetRequiredValue(Set));
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        T report = run(
            new RecipeRunner(
                recipe,
                store,
                MachineOptions.Of(parsed),
                lines is null ? new QuietProgress() : lines,
                interruption.Token
            )
        );
        lines?.Complete();
        return show(report);
    }

    private static void Write(ProxyStudyReport report, TextWriter output)
    {
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        int width = Math.Max(9, report.Candidates.Max(name => name.Length));
        output.WriteLine();
        output.WriteLine($"{report.Metric}, mean over seeds ± half of its interval, and rank");
        output.WriteLine();
        output.Write("candidate".PadRight(width));
        foreach (RateRanking rate in report.Rates)
            output.Write(Text($"  {(rate.Reduce == 1 ? "usual rate" : $"rate / {rate.Reduce:0.##}"), 20}"));
        output.WriteLine(report.Reference is null ? "" : "  tuned target");
        for (int i = 0; i < report.Candidates.Count; i++)
        {
            output.Write(report.Candidates[i].PadRight(width));
            foreach (RateRanking rate in report.Rates)
            {
                Interval interval = rate.Losses[i].Interval;
                int rank = 1 + rate.Ranking.ToList().IndexOf(report.Candidates[i]);
                string cell = Text($"{interval.Mean:0.0000} ± {interval.High - interval.Mean:0.0000} {"#" + rank, 4}");
                output.Write("  " + cell.PadLeft(20));
            }
            output.WriteLine(report.Reference is { } reference ? Text($"  {reference[i], 12:0.0000}") : "");
        }
        output.WriteLine();
        string against = report.Reference is null ? "the largest rate" : "the tuned target";
        foreach (RateRanking rate in report.Rates)
            output.WriteLine(
                Text(
                    $"{(rate.Reduce == 1 ? "usual rate" : $"rate / {rate.Reduce:0.##}"), -12} with {against}: rho {rate.Agreement.Spearman:0.00}{Of(rate.Spearman)}, pairs {rate.Agreement.Pairs:P0}{Of(rate.Pairs)}, regret {string.Join(' ', rate.Agreement.Regret.Select(regret => regret.ToString("0.0000", CultureInfo.InvariantCulture)))}"
                )
            );
        foreach (string note in report.Notes)
            output.WriteLine("note         " + note);

        string Of(Interval? interval) =>
            interval is null
                ? ""
                : Text($" (single seeds {interval.Mean:0.00} [{interval.Low:0.00}, {interval.High:0.00}])");
    }
}
