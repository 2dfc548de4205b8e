using System.CommandLine;
using System.Globalization;
using Assay.Cli.Terminal;
using Assay.Data;
using Assay.Evidence;

namespace Assay.Cli.Commands;

/// <summary><c>assay replicate delt --data DATA</c></summary>
internal static class ReplicateCommand
{
    private static readonly Argument<string[]> Slugs = new("experiment")
    {
        Description = "Which experiments, by the slug of their paper. Without any, they are listed.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> All = new("--all") { Description = "All experiments." };

    private static readonly Option<bool> Quick = new("--quick")
    {
        Description = "A smoke pass: the smallest sizes, two seeds; its verdicts mean nothing.",
    };

    private static readonly Option<int> Seeds = new("--seeds")
    {
        Description = "Seeds, at least 2. [default: the experiment's own number]",
        HelpName = "n",
    };

    private static readonly Option<string> DataFolder = new("--data")
    {
        Description = "The folder that holds the experiments' folders of data; docs/data.md says what is in them.",
        HelpName = "dir",
        DefaultValueFactory = _ => "data",
    };

    private static readonly Option<string?> Record = new("--record")
    {
        Description =
            "Keep the figures in DIR/evidence/ and make DIR/evidence.md of all that is kept there; without an experiment, only that page.",
        HelpName = "dir",
    };

    static ReplicateCommand()
    {
        Seeds.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                && !(int.TryParse(result.Tokens[0].Value, out int seeds) && seeds is >= 2 and <= 1000)
            )
                result.AddError($"--seeds '{result.Tokens[0].Value}': expected a number from 2 to 1000.");
        });
        Slugs.CompletionSources.Add(_ =>
            Experiments.All.Select(experiment => new System.CommandLine.Completions.CompletionItem(experiment.Slug))
        );
    }

    public static Command Create()
    {
        Command command = new("replicate", "Run the experiment that shows, or refutes, what a paper claims.")
        {
            Slugs,
            All,
            Quick,
            Seeds,
            DataFolder,
            Record,
        };
        MachineOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string[] slugs = parsed.GetValue(Slugs) ?? [];
        IReadOnlyList<IExperiment> chosen = parsed.GetValue(All) ? Experiments.All : [.. slugs.Select(Experiments.Get)];
        if (chosen.Count == 0 && parsed.GetValue(Record) is { } kept)
        {
            WritePage(kept);
            return ExitCode.Done;
        }
        if (chosen.Count == 0)
        {
            foreach (IExperiment experiment in Experiments.All)
                Console.Out.WriteLine(
                    $"{experiment.Slug, -24} {experiment.Title}; data: {string.Join(", ", experiment.Data)}"
                );
            return ExitCode.Done;
        }
        bool quick = parsed.GetValue(Quick);
        if (quick && parsed.GetValue(Record) is not null)
            throw new AssayException(
                "the verdicts of a smoke pass are not kept",
                hint: "Leave out --quick or --record."
            );
        using Interruption interruption = new();
        using Store store = Store.Open(parsed.GetRequiredValue(StoreOption.Folder));
        bool silent = MachineOptions.IsQuiet(parsed);
        using ProgressLines? lines = silent ? null : new(Console.Error, !Console.IsErrorRedirected);
        Replication replication = new(
            store,
            parsed.GetRequiredValue(DataFolder),
            MachineOptions.Of(parsed),
            lines is null ? new QuietProgress() : lines,
            interruption.Token
        );
        List<EvidenceRecord> records = [];
        foreach (IExperiment experiment in chosen)
        {
            EvidenceRecord record = replication.Run(experiment, parsed.GetValue(Seeds), quick);
            records.Add(record);
            lines?.Complete();
            if (parsed.GetValue(Record) is { } folder)
                Keep(record, folder);
            if (!silent)
                Write(record);
        }
        if (parsed.GetValue(MachineOptions.Json))
            Console.Out.WriteLine("[" + string.Join(",\n", records.Select(record => record.ToJson())) + "]");
        return ExitCode.Done;
    }

    private static void Keep(EvidenceRecord record, string folder)
    {
        string records = Path.Combine(folder, "evidence");
        Directory.CreateDirectory(records);
        WriteText(Path.Combine(records, record.Slug + ".json"), record.ToJson() + "\n");
        WritePage(folder);
    }

    private static void WritePage(string folder)
    {
        string records = Path.Combine(folder, "evidence");
        WriteText(
            Path.Combine(folder, "evidence.md"),
            EvidencePage.Of(
                Directory.Exists(records) ? Directory.EnumerateFiles(records, "*.json").Select(EvidenceRecord.Read) : []
            )
        );
    }

    private static void WriteText(string path, string text) =>
        Pieces.WriteFile(Path.GetFullPath(path), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void Write(EvidenceRecord record)
    {
        TextWriter output = Console.Out;
        output.WriteLine();
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{record.Title}: {record.Seeds} seeds, {record.Seconds / 60:0.0} minutes of computing"
            )
        );
        foreach (Finding finding in record.Findings)
        {
            output.WriteLine();
            output.WriteLine($"  {finding.Claim}");
            output.WriteLine($"    paper    {finding.Paper}");
            output.WriteLine($"    ours     {finding.Ours}");
            output.WriteLine(
                record.Quick
                    ? "    verdict  none: a smoke pass"
                    : $"    verdict  {EvidencePage.Words(finding.Verdict)} ({finding.Rule})"
            );
        }
    }
}
