using System.IO.Compression;
using System.Text;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Six tasks on sentences, each with rows to train on and rows to be tested on: abilities with labels.</summary>
/// <param name="Names">The tasks.</param>
/// <param name="Train">For each its rows to train on, in random order.</param>
/// <param name="Validation">For each its rows to decide by.</param>
/// <param name="Test">For each its rows to be tested on, as many.</param>
internal sealed record SentenceTasks(
    IReadOnlyList<string> Names,
    SentenceTasks.Row[][] Train,
    SentenceTasks.Row[][] Validation,
    SentenceTasks.Row[][] Test
)
{
    /// <summary>Columns of the views.</summary>
    public const string Ability = "ability",
        Label = "label";

    // The treebank's sentences are those of the film reviews: its classes have names of their own, so that nobody trains on the one and tests on the other.
    private static readonly (string Task, (string Folder, string File, string? Label)[] Files)[] Table =
    [
        ("film", Polarity("rt-polarity")),
        ("subjectivity", [(Folder, "subj.subjective.gz", "subjective"), (Folder, "subj.objective.gz", "objective")]),
        ("customer", Polarity("custrev")),
        ("opinion", Polarity("mpqa")),
        ("question", [(Folder, "TREC.train.gz", null)]),
        ("treebank", [("instruction-dynamics", "stsa.binary.train.gz", null)]),
    ];

    private const string Folder = TextDomains.Folder;

    /// <summary>Draws the tasks; those of two classes have as many rows of each.</summary>
    public static SentenceTasks Draw(Trial trial, int train, int test)
    {
        List<Row[]> trained = [],
            decided = [],
            tested = [];
        foreach ((string task, (string, string, string?)[] files) in Table)
        {
            RandomStream random = trial.Random.Child("tasks").Child(task);
            Row[][] classes = [.. files.Select(file => Read(trial, file).ToArray())];
            if (task == "treebank")
                classes = [.. classes[0].GroupBy(row => row.Label).OrderBy(of => of.Key).Select(of => of.ToArray())];
            int all = train + 2 * test;
            List<Row> drawn = [];
            foreach (Row[] rows in classes)
            {
                random.Shuffle<Row>(rows);
                drawn.AddRange(rows.Take(all / classes.Length));
            }
            Row[] mixed = [.. drawn];
            random.Shuffle<Row>(mixed);
            trained.Add(mixed[..train]);
            decided.Add(mixed[train..(train + test)]);
            tested.Add(mixed[(train + test)..]);
        }
        return new([.. Table.Select(entry => entry.Task)], [.. trained], [.. decided], [.. tested]);
    }

    /// <summary>Rows of all tasks as a dataset, a task behind the other.</summary>
    public View ViewOf(string name, Row[][] rows)
    {
        TableBuilder builder = new(name);
        int count = 0;
        foreach ((int task, Row[] own) in rows.Index())
        foreach (Row row in own)
        {
            builder.Column(Ability).Set(Encoding.UTF8.GetBytes(Names[task]));
            builder.Column(Label).Set(Encoding.UTF8.GetBytes(row.Label));
            builder.Column("text").Set(Encoding.UTF8.GetBytes(row.Text));
            builder.EndRow(RowId.Of(Encoding.UTF8.GetBytes(name), name, count), count);
            count++;
        }
        using MemoryStream bytes = new();
        builder.WriteTo(bytes);
        return new(Dataset.Of(name, "text", bytes.ToArray()));
    }

    private static (string, string, string?)[] Polarity(string stem) =>
        [(TextDomains.Folder, $"{stem}.pos.gz", "positive"), (TextDomains.Folder, $"{stem}.neg.gz", "negative")];

    // Without a label of the file, the first word of a line is the label.
    private static IEnumerable<Row> Read(Trial trial, (string Folder, string File, string? Label) file)
    {
        using FileStream packed = File.OpenRead(trial.Path(file.Folder, file.File));
        using GZipStream bytes = new(packed, CompressionMode.Decompress);
        using StreamReader reader = new(bytes, Encoding.Latin1);
        while (reader.ReadLine() is { } line)
            yield return file.Label is { } label
                ? new(line.Trim(), label)
                : new(line[(line.IndexOf(' ') + 1)..].Trim(), line[..line.IndexOf(' ')]);
    }

    /// <summary>A sentence.</summary>
    public sealed record Row(string Text, string Label);
}
