using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;
using Assay.Studies;

namespace Assay.Describe;

/// <summary>Says how diverse a dataset is, or several side by side: by their words, by vectors of their texts, and by tags or cells where there are any.</summary>
/// <remarks>
/// Source: "Surveying the Effects of Quality, Diversity, and Complexity in Synthetic Data From Large Language Models", arXiv 2412.02980. All sets are measured on
/// as many rows, drawn at random, in one space of vectors. Standard errors are by a jackknife over ten groups of rows.
/// </remarks>
[Method("describe/diversity", Paper = "qdc-survey")]
public sealed class DiversityStudy(DiversityOptions options) : IStudy, IModelUser
{
    private const int Groups = 10;
    private const int ClosePairs = 12;
    private const string ByWords = "Diversity of words",
        ByRepetition = "Repetition",
        ByVectors = "Diversity of vectors",
        ByTags = "Tags",
        ByCells = "Archive of cells",
        ByInput = "Within and across inputs";

    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A dataset has no rows to measure, or a column is missing.</exception>
    public Study Run(View data, Work work)
    {
        using Workers.LimitScope limit = Workers.Limit(Math.Clamp(work.Threads, 1, 256));
        IReadOnlyList<SampledSet> sets = SampledSet.Draw(data, options.Beside, options.Sample, options.Words, work);
        string[] names = [.. sets.Select(set => set.Name)];
        SetComparison comparison = new(names, "more diverse");
        List<string> notes = [];
        (UnitRows[] vectors, int[][] embedded, string space) = Embedded(sets, work);
        IReadOnlyList<TextSet> whole = TextSet.Of([.. sets.Select(set => set.Texts)], null, work.Random.Child("words")),
            spaced = TextSet.Of(
                [.. sets.Select((set, i) => Array.ConvertAll(embedded[i], row => set.Texts[row]))],
                vectors,
                work.Random.Child("clusters")
            );
        Compare(comparison, whole, spaced, work);
        AddTags(comparison, sets, work);
        AddCells(comparison, sets, notes, work);
        AddInputs(comparison, sets, notes, work);
        int rows = sets[0].Rows.Length;
        notes.Add(
            Text(
                $"Measured on {rows:N0} rows of each, drawn at random ({Math.Min(rows, options.Pairs):N0} for ROUGE-L). Most measures grow or fall with the number of rows: compare equal numbers only."
            )
        );
        notes.Add($"Vectors: {space}. Another embedding gives other values.");
        if (spaced[0].Vectors!.Rows < rows)
            notes.Add(
                Text(
                    $"{rows - spaced[0].Vectors!.Rows:N0} rows of each are left out of the vectors, since some have none."
                )
            );
        notes.Add(
            options.Words > 0
                ? Text($"All texts are their first {options.Words:N0} words.")
                : "Shorter texts look more diverse by their words: compare at equal length ('words'), or by mtld."
        );
        notes.Add(
            "Noise is the most diverse of all: look at describe/quality too before you take more diversity for better."
        );
        if (SetMeasure.VendiBounds(spaced[0], 1) is { } bounds)
            notes.Add(
                Text(
                    $"There are too many rows and numbers for all eigenvalues: Vendi scores are the middle of bounds, for '{names[0]}' {bounds.Low:0.0} to {bounds.High:0.0}."
                )
            );
        return new()
        {
            Title = "Diversity",
            Answer = Answer(comparison, names, rows),
            Facts =
            [
                Fact(comparison, "Effective rows", "vendi", "0.0", "Vendi score"),
                Fact(comparison, "Different words", "distinct-1", "P1", "of all words"),
                Fact(comparison, "Repeat others", "self-bleu", "0.000", "self-BLEU; 1 if all are the same"),
                Fact(comparison, "Compression", "compression", "0.00", "times smaller by gzip"),
            ],
            Panels = [.. comparison.Panels(), NearestRows(sets[0], vectors[0], embedded[0])],
            Notes = notes,
        };
    }

    private void Compare(
        SetComparison comparison,
        IReadOnlyList<TextSet> whole,
        IReadOnlyList<TextSet> spaced,
        Work work
    )
    {
        for (int at = 0; at < SetMeasure.All.Count; at++)
        {
            SetMeasure measure = SetMeasure.All[at];
            work.Cancellation.ThrowIfCancellationRequested();
            work.Progress?.Report(new("measures", at, SetMeasure.All.Count, "measures"));
            comparison.Add(
                measure switch
                {
                    { Need: SetNeed.Vectors } => ByVectors,
                    { MoreIsDiverse: false } => ByRepetition,
                    _ => ByWords,
                },
                measure.Name,
                measure.MoreIsDiverse ? Better.More : Better.Less,
                measure.Unit.Length > 0 ? $"{measure.About} ({measure.Unit})" : measure.About,
                [
                    .. (measure.Need == SetNeed.Vectors ? spaced : whole).Select(set =>
                        measure.Need == SetNeed.Pairs
                            ? Estimated(
                                measure,
                                set.Take([.. Enumerable.Range(0, Math.Min(options.Pairs, set.Texts.Length))])
                            )
                            : Estimated(measure, set)
                    ),
                ]
            );
        }
        for (int set = 1; set < spaced.Count; set++)
        {
            SetEstimate[] of = new SetEstimate[spaced.Count];
            Array.Fill(of, new(double.NaN, double.NaN, 0));
            UnitRows pool = spaced[0].Vectors!,
                chosen = spaced[set].Vectors!;
            of[set] = SetEstimate.OfRows([
                .. Enumerable
                    .Range(0, pool.Rows)
                    .Select(row => EmbeddingDiversity.FacilityLocation(pool.Take([row]), chosen)),
            ]);
            comparison.Add(
                ByVectors,
                set == 1 ? "facility-location" : $"facility-location {set}",
                Better.Neither,
                "mean cosine of a row of the first set to the nearest of this one: how well this one represents it",
                of
            );
        }
    }

    private static SetEstimate Estimated(SetMeasure measure, TextSet set) =>
        new(
            measure.Of(set),
            Jackknife.StandardError(set.Texts.Length, Groups, some => measure.Of(set.Take(some))),
            set.Texts.Length
        );

    // In one space; rows without a vector are left out, and as many of each set.
    private (UnitRows[] Vectors, int[][] Rows, string Space) Embedded(IReadOnlyList<SampledSet> sets, Work work)
    {
        bool own = options.Embed == EmbeddingKind.Columns;
        View[] views =
        [
            .. sets.Select(set =>
                own
                    ? set.View.With(new Selection([.. set.Rows.Order()]))
                    : new View(Dataset.OfTexts(set.Texts.Select(Encoding.UTF8.GetString), set.Name))
            ),
        ];
        RowEmbedding space = RowEmbedding.Fit(options, work, views);
        Matrix[] all = [.. views.Select(view => space.Embed(view, work.Cancellation))];
        if (own) // back into the order in which rows were drawn
            for (int i = 0; i < all.Length; i++)
            {
                int[] ascending = [.. sets[i].Rows.Order()];
                all[i] = all[i].Take([.. sets[i].Rows.Select(row => Array.BinarySearch(ascending, row))]);
            }
        int[][] some =
        [
            .. all.Select(vectors =>
                Enumerable.Range(0, vectors.Rows).Where(row => vectors.Row(row).ContainsAnyExcept(0f)).ToArray()
            ),
        ];
        int count = some.Min(rows => rows.Length);
        if (count < 2)
            throw new AssayException(
                $"not even two rows have a vector ({space.Name})",
                hint: "Choose another 'embed', or check the columns."
            );
        some = Array.ConvertAll(some, rows => rows[..count]);
        return ([.. all.Select((vectors, i) => UnitRows.Of(vectors.Take(some[i])))], some, space.Name);
    }

    private void AddTags(SetComparison comparison, IReadOnlyList<SampledSet> sets, Work work)
    {
        if (options.Tags.Length == 0)
            return;
        string[][][] tags = [.. sets.Select(set => RowTags.Of(set, options.Tags, work.Cancellation))];
        SetEstimate Jackknifed(string[][] of, Func<IEnumerable<string[]>, double> statistic) =>
            new(
                statistic(of),
                Jackknife.StandardError(of.Length, Groups, some => statistic(some.Select(row => of[row]))),
                of.Length
            );
        comparison.Add(
            ByTags,
            "tag-diversity",
            Better.More,
            "different tags over all tags (share)",
            [.. tags.Select(of => Jackknifed(of, RowTags.Diversity))]
        );
        comparison.Add(
            ByTags,
            "tag-coverage",
            Better.More,
            "different tags of this set over those of all sets (share)",
            [
                .. tags.Select(of =>
                {
                    double all = Math.Max(1, tags.SelectMany(set => set.SelectMany(row => row)).Distinct().Count());
                    return Jackknifed(of, rows => rows.SelectMany(row => row).Distinct().Count() / all);
                }),
            ]
        );
        comparison.Add(
            ByTags,
            "tag-entropy",
            Better.More,
            "entropy of the shares of tags (nats)",
            [
                .. tags.Select(of =>
                    Jackknifed(
                        of,
                        rows =>
                            Spread.Entropy(
                                rows.SelectMany(row => row).CountBy(tag => tag).Select(tag => (long)tag.Value)
                            )
                    )
                ),
            ]
        );
    }

    private void AddCells(SetComparison comparison, IReadOnlyList<SampledSet> sets, List<string> notes, Work work)
    {
        if (options.Cells.Count == 0)
        {
            if (options.Score.Length > 0)
                throw new AssayException(
                    "a 'score' without 'cells' is no archive",
                    hint: "Name one to three columns that describe rows with 'cells'."
                );
            return;
        }
        (int[][] cells, long count) = ArchiveCells.Of(sets, options.Cells, options.Bins, work.Cancellation);
        if (count > 1 << 20)
            throw new AssayException(
                $"the archive would have {count:N0} cells",
                hint: "Give fewer 'bins', or columns with fewer different words."
            );
        double[][] scores =
        [
            .. sets.Select(set =>
                options.Score.Length == 0
                    ? new double[set.Rows.Length]
                    : set.Column(table => table.Numbers(options.Score), work.Cancellation)
            ),
        ];
        SetEstimate[] Of(Func<EliteArchive, double> of) =>
            [
                .. cells.Select(
                    (own, set) =>
                    {
                        double[] score = scores[set];
                        double At(int[] some) =>
                            of(
                                EliteArchive.Of(
                                    Array.ConvertAll(some, row => own[row]),
                                    Array.ConvertAll(some, row => score[row]),
                                    (int)count
                                )
                            );
                        return new SetEstimate(
                            At([.. Enumerable.Range(0, own.Length)]),
                            Jackknife.StandardError(own.Length, Groups, At),
                            own.Length
                        );
                    }
                ),
            ];
        comparison.Add(
            ByCells,
            "archive-coverage",
            Better.More,
            "filled cells over all (share)",
            Of(archive => archive.Coverage)
        );
        if (options.Score.Length > 0)
            comparison.Add(
                ByCells,
                "qd-score",
                Better.More,
                "sum over filled cells of the best quality",
                Of(archive => archive.Score)
            );
        comparison.Add(
            ByCells,
            "cell-entropy",
            Better.More,
            "entropy of the shares of rows in cells (nats)",
            Of(archive => archive.Entropy)
        );
        notes.Add(
            Text(
                $"The archive has {count:N0} cells of {string.Join(" x ", options.Cells)}, over what all sets hold; qualities below 0 would lower its QD-score."
            )
        );
    }

    private void AddInputs(SetComparison comparison, IReadOnlyList<SampledSet> sets, List<string> notes, Work work)
    {
        if (options.Input.Length == 0)
            return;
        InputGroups[] groups =
        [
            .. sets.Select(set => InputGroups.Of(set.View, options.Input, options.Sample, options.Words, work)),
        ];
        int answers = groups.Min(of => of.Answers),
            inputs = groups.Min(of => of.Inputs(answers));
        if (answers < 2 || inputs < 2)
        {
            notes.Add(
                $"Of '{options.Input}' no two values have two rows each in every set, so that nothing can be said within inputs."
            );
            return;
        }
        foreach (
            (string name, Better better, string about, Func<byte[][], double> of) in ((
                string,
                Better,
                string,
                Func<byte[][], double>
            )[])
                [
                    ("pairwise-distance", Better.More, "mean distance of two rows as bags of words", RowDistance),
                    ("distinct-2", Better.More, "different pairs of words over all (share)", DistinctPairs),
                ]
        )
        {
            comparison.Add(
                ByInput,
                $"{name} within",
                better,
                about + " to one input",
                [
                    .. groups.Select(group =>
                        SetEstimate.OfRows([.. group.Texts(answers, inputs).Select(texts => of(texts))])
                    ),
                ]
            );
            comparison.Add(
                ByInput,
                $"{name} across",
                better,
                about + " to different inputs",
                [
                    .. groups.Select(group =>
                    {
                        // As many rows as within an input, one of each input: so that both are of one size.
                        byte[][] first = [.. group.Texts(answers, inputs).Select(texts => texts[0])];
                        return SetEstimate.OfRows([
                            .. first.Chunk(answers).Where(chunk => chunk.Length == answers).Select(chunk => of(chunk)),
                        ]);
                    }),
                ]
            );
        }
        notes.Add(
            Text(
                $"Within and across inputs: {answers:N0} rows at a time, of {inputs:N0} values of '{options.Input}' in each set."
            )
        );

        static double RowDistance(byte[][] texts)
        {
            RowSpread spread = new();
            foreach (byte[] text in texts)
                spread.Add(text);
            return spread.MeanDistance;
        }

        static double DistinctPairs(byte[][] texts)
        {
            DistinctNGrams grams = new(2);
            foreach (byte[] text in texts)
                grams.Add(text);
            return grams.Share;
        }
    }

    // The rows whose nearest others are nearest: what makes a set less diverse, to be read.
    private static TablePanel NearestRows(SampledSet set, UnitRows vectors, int[] rows)
    {
        (int Row, int Other, double Cosine)[] nearest = new (int, int, double)[vectors.Rows];
        Workers.For(
            vectors.Rows,
            row =>
            {
                nearest[row] = (row, row, -2);
                for (int other = 0; other < vectors.Rows; other++)
                    if (other != row && vectors.Cosine(row, other) is var cosine && cosine > nearest[row].Cosine)
                        nearest[row] = (row, other, cosine);
            }
        );
        (int Row, int Other, double Cosine)[] shown =
        [
            .. nearest
                .Where(pair => pair.Row < pair.Other || nearest[pair.Other].Other != pair.Row)
                .OrderByDescending(pair => pair.Cosine)
                .ThenBy(pair => pair.Row)
                .Take(ClosePairs),
        ];
        return new()
        {
            Title = "Rows that are nearest to each other",
            Note = "Of the sample, by cosine. Read them: are these repeats that should go?",
            Columns =
            [
                TableColumn.Of("cosine", shown.Select(pair => pair.Cosine), 3),
                TableColumn.Of("row", shown.Select(pair => PairPanels.Begin(set.Texts[rows[pair.Row]]))),
                TableColumn.Of("nearest", shown.Select(pair => PairPanels.Begin(set.Texts[rows[pair.Other]]))),
            ],
        };
    }

    private static string Answer(SetComparison comparison, string[] names, int rows)
    {
        SetEstimate vendi = comparison.Of("vendi")!.Value,
            words = comparison.Of("distinct-1")!.Value;
        return string.Join(
            " ",
            [
                Text(
                    $"{rows:N0} rows of '{names[0]}' are as diverse as {vendi.Value:0.0} ± {vendi.Error:0.0} rows that have nothing in common (Vendi score), and {words.Value:P1} of their words are different ones."
                ),
                .. comparison.Sentences(),
            ]
        );
    }

    private static Fact Fact(SetComparison comparison, string name, string measure, string format, string note)
    {
        SetEstimate of = comparison.Of(measure)!.Value;
        return new(
            name,
            $"{of.Value.ToString(format, CultureInfo.InvariantCulture)} ± {of.Error.ToString(format, CultureInfo.InvariantCulture)}",
            note
        );
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
