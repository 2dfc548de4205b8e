using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class TierTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_row_comes_equally_often_or_once_more_and_the_sum_is_the_budget() =>
        Prop.ForAll(
                Gen.Choose(1, 60).ToArbitrary(),
                Gen.Choose(1, 500).ToArbitrary(),
                (rows, budget) =>
                {
                    View view = new(Rows.OfLengths([.. Enumerable.Repeat(3, rows)]));
                    using Pieces pieces = Pieces.Temporary();
                    Subsample drawn = RowSizes
                        .Ones(view, new(pieces))
                        .Repeated(view.Selection, budget, new(1, "epochs"));
                    int[] counts = [.. Enumerable.Range(0, rows).Select(row => drawn.Rows.Count(one => one == row))];
                    return drawn.Rows.Count == budget && counts.Max() - counts.Min() <= 1;
                }
            )
            .Holds();

    [Fact]
    public void A_thousand_of_three_hundred_is_three_or_four_of_each_and_bytes_are_cut_to_the_budget()
    {
        View view = new(Rows.OfLengths([.. Enumerable.Range(1, 300)]));
        using Pieces pieces = Pieces.Temporary();
        Subsample drawn = RowSizes.Ones(view, new(pieces)).Repeated(view.Selection, 1000, new(1, "epochs"));
        Assert.Equal(1000, drawn.Rows.Count);
        Assert.All(drawn.Rows.GroupBy(row => row), row => Assert.InRange(row.Count(), 3, 4));
        long bytes = 0;
        RowSizes
            .Read(view, new(pieces))
            .Repeated(view.Selection, 123_456, new(1, "epochs"))
            .ForEach(view, text => bytes += text.Length, CancellationToken.None);
        Assert.Equal(123_456, bytes);
    }

    [Fact]
    public void Ids_are_pairs_of_numbers_in_the_order_of_their_text()
    {
        RowId id = RowId.Parse("0123456789abcdeffedcba9876543210", null);
        Assert.Equal(0x0123456789abcdefUL, (ulong)(id.Value >> 64));
        Assert.Equal(0xfedcba9876543210UL, (ulong)id.Value);
        RowId[] ids = [.. Enumerable.Range(0, 50).Select(i => RowId.Of(BitConverter.GetBytes(i), "rows", i))];
        string[] lines = RowIdFile.Write(ids).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.Equal(RowIdFile.Hash(ids), RowIdFile.Hash(ids.Reverse()));
        string text = Write("a.txt", string.Join('\n', lines.Reverse()));
        Assert.Equal(ids.OrderBy(one => one.Value), RowIdFile.Read(text));
        Assert.Equal(RowIdFile.Read(text), RowIdFile.Read(Numpy(ids)));
    }

    [Fact]
    public void Wrong_files_of_ids_say_what_is_wrong()
    {
        string id = RowId.Of([1], "rows", 0).ToString();
        Assert.Contains(
            "no row id",
            Assert.Throws<AssayException>(() => RowIdFile.Read(Write("b.txt", id + "\nxyz\n"))).Message
        );
        Assert.Contains(
            "stands twice",
            Assert.Throws<AssayException>(() => RowIdFile.Read(Write("c.txt", $"{id}\n{id}\n"))).Message
        );
        Assert.Contains("no ids", Assert.Throws<AssayException>(() => RowIdFile.Read(Write("d.txt", "\n"))).Message);
        View pool = new(Rows.OfLengths(10, 20));
        using Pieces pieces = Pieces.Temporary();
        Assert.Contains(
            "1 of 1 ids of 'mine' are of no row of the pool",
            Assert
                .Throws<AssayException>(() => RowIdFile.In(pool, [RowId.Parse(id, null)], "mine", new(pieces)))
                .Message
        );
    }

    [Fact]
    public void Thirteen_words_in_a_row_are_contamination_and_twelve_are_not()
    {
        string[] words = [.. Enumerable.Range(0, 40).Select(i => $"word{i}")];
        View test = new(Dataset.OfTexts([string.Join(' ', words), "short"]));
        Contamination tested = Contamination.Of([test], CancellationToken.None);
        double Share(int count) =>
            tested.ShareIn(
                new(Dataset.OfTexts(["Before, " + string.Join(" ", words[5..(5 + count)]).ToUpperInvariant() + "!"])),
                CancellationToken.None
            );
        Assert.Equal(0.5, Share(13));
        Assert.Equal(0, Share(12));
    }

    [Fact]
    public void Submissions_of_ids_train_like_candidates_and_threads_change_nothing()
    {
        View pool = Texts("pool", 60);
        List<RowId> ids = [];
        pool.ForEach(Enumerable.Range(0, 20), (batch, row) => ids.Add(batch.Id(row)), CancellationToken.None);
        string path = Write("same.txt", RowIdFile.Write(ids));
        Study One(int threads)
        {
            using Pieces pieces = Pieces.Temporary();
            Work work = new(pieces)
            {
                Random = new(3, "tiers"),
                Threads = threads,
                Datasets = new Dictionary<string, View>
                {
                    ["target"] = Texts("target", 30),
                    ["own"] = Texts("own", 30),
                },
            };
            return new TierJudge(
                new()
                {
                    Ids = [path],
                    Own = ["own"],
                    Part = 0.002,
                }
            ).Judge(pool, [("all", pool), ("first", pool.With(new Selection([.. Enumerable.Range(0, 20)])))], work);
        }
        Study study = One(1);
        TablePanel scores = study.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Scores");
        Assert.Equal(8, scores.Columns[0].Length);
        // Rows 2 and 3 are the candidate 'first', rows 4 and 5 the same rows by their ids.
        foreach (TableColumn column in scores.Columns.Where(column => column.Numbers is not null))
            Assert.Equal(column.Numbers!.Skip(2).Take(2), column.Numbers!.Skip(4).Take(2));
        TablePanel again = One(2).Panels.OfType<TablePanel>().Single(panel => panel.Title == "Scores");
        Assert.Equal(
            scores.Columns.SelectMany(column => column.Numbers ?? []),
            again.Columns.SelectMany(column => column.Numbers ?? [])
        );
        Assert.Contains(
            study.Files,
            file => file.Name == "tasks.csv" && file.Text.Contains("cloze@target,cloze,0.25,0")
        );
    }

    [Fact]
    public void One_submission_is_nothing_to_compare()
    {
        using Pieces pieces = Pieces.Temporary();
        View pool = Texts("pool", 10);
        Assert.Contains(
            "fewer than two",
            Assert.Throws<AssayException>(() => new TierJudge(new()).Judge(pool, [("all", pool)], new(pieces))).Message
        );
    }

    private static View Texts(string name, int count) =>
        new(
            Dataset.OfTexts(
                Enumerable
                    .Range(0, count)
                    .Select(i => string.Join(' ', Enumerable.Range(0, 25).Select(j => $"{name}{i * j % 17}"))),
                name,
                rowsPerTable: 16
            )
        );

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    // Version 1 of NumPy's format: magic, version, length of the header, header.
    private string Numpy(IEnumerable<RowId> ids)
    {
        string path = Path.Combine(_folder, "ids.npy");
        using BinaryWriter writer = new(File.Create(path));
        string header = "{'descr': [('f0', '<u8'), ('f1', '<u8')], 'fortran_order': False, 'shape': (50,), }\n";
        writer.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]);
        writer.Write((ushort)header.Length);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(header));
        foreach (RowId id in ids)
        {
            writer.Write((ulong)(id.Value >> 64));
            writer.Write((ulong)id.Value);
        }
        return path;
    }
}
