using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Judge;
using Assay.Recipes;
using Assay.Recipes.Execution;

namespace Assay.Cli.Commands;

/// <summary><c>assay judge proxies recipe.yaml</c>, beside the studies of the verb.</summary>
internal static class JudgeCommand
{
    private const string Method = "judge/proxies";

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
        MethodEntry method = MethodCatalogue.Default.Methods.First(entry => entry.Name == Method);
        Command proxies = new("proxies", method.Summary) { RecipePath, Set };
        MethodOptions own = MethodOptions.AddTo(proxies, method);
        MachineOptions.AddTo(proxies);
        proxies.SetAction(parsed => Run(parsed, (ProxyStudyOptions)own.Of(parsed)));
        command.Subcommands.Add(proxies);
        return command;
    }

    private static int Run(ParseResult parsed, ProxyStudyOptions options)
    {
        Recipe recipe = Recipe.Load(parsed.GetRequiredValue(RecipePath), parsed.GetRequiredValue(Set));
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool quiet = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = quiet ? null : new(Console.Error, !Console.IsErrorRedirected);
        ProxyStudyReport report = new RecipeRunner(
            recipe,
            store,
            MachineOptions.Of(parsed),
            lines is null ? new QuietProgress() : lines,
            interruption.Token
        ).Study(options);
        lines?.Complete();
        if (parsed.GetValue(MachineOptions.Json))
            Console.Out.WriteLine(report.ToJson());
        else if (!quiet)
            Write(report, Console.Out);
        return ExitCode.Done;
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
