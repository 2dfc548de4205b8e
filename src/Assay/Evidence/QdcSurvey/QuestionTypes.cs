using System.Text;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Evidence;

/// <summary>Questions of five classes, each of several sub-types: how many sub-types are trained on is the diversity, how many labels are right the quality.</summary>
/// <remarks>TREC (Li and Roth, 2002), the training part; the class of abbreviations is left out, and so are sub-types with fewer than 20 questions.</remarks>
internal sealed class QuestionTypes
{
    public const int Classes = 5;
    private const int FewestQuestions = 20,
        PerClass = 60,
        ManySubtypes = 6,
        HeldOfMany = 3;

    /// <summary>Numbers of sub-types of each class that are trained on.</summary>
    public static readonly int[] Diversities = [1, 2, 3];

    /// <summary>Shares of labels that are not drawn anew.</summary>
    public static readonly double[] Qualities = [1, 0.8, 0.6];

    private static readonly EmbeddingOptions Grams = new() { NGrams = 2 };
    private readonly (int Class, byte[][] Questions)[] _subtypes;

    private QuestionTypes((int, byte[][])[] subtypes) => _subtypes = subtypes;

    /// <summary>Reads the questions.</summary>
    public static QuestionTypes Read(Trial trial)
    {
        string[] classes = ["DESC", "ENTY", "HUM", "NUM", "LOC"];
        IEnumerable<(string Subtype, byte[] Question)> rows = TextDomains
            .LinesOf(trial, "TREC.train.gz", Encoding.Latin1)
            .Select(line => (line[..line.IndexOf(' ')], Encoding.UTF8.GetBytes(line[(line.IndexOf(' ') + 1)..])));
        return new([
            .. rows.GroupBy(row => row.Subtype, row => row.Question)
                .Select(group => (Array.IndexOf(classes, group.Key.Split(':')[0]), group.ToArray()))
                .Where(subtype => subtype.Item1 >= 0 && subtype.Item2.Length >= FewestQuestions),
        ]);
    }

    /// <summary>One split: what is held out, and what each cell trains on.</summary>
    public void Split(RandomStream random, bool withMeasures, Action<string, double> add)
    {
        List<(int Class, byte[] Text)> unseen = [];
        List<(int Class, byte[][] Train, byte[][] Test)>[] known =
        [
            [],
            [],
            [],
        ]; // by place among the sub-types of a class
        foreach (var group in _subtypes.GroupBy(subtype => subtype.Class))
        {
            byte[][][] subtypes = [.. group.Select(subtype => subtype.Questions.ToArray())];
            random.Shuffle<byte[][]>(subtypes);
            int held = subtypes.Length >= ManySubtypes ? HeldOfMany : 1;
            unseen.AddRange(subtypes.Take(held).SelectMany(subtype => subtype).Select(text => (group.Key, text)));
            foreach ((int place, byte[][] questions) in subtypes.Skip(held).Take(known.Length).Index())
            {
                random.Shuffle<byte[]>(questions);
                int third = questions.Length / 3;
                known[place].Add((group.Key, questions[third..], questions[..third]));
            }
        }
        foreach (int k in Diversities)
        {
            (int Class, byte[] Text)[] rows =
            [
                .. known
                    .Take(k)
                    .SelectMany(of => of)
                    .SelectMany(subtype =>
                        Enumerable
                            .Range(0, PerClass / k)
                            .Select(i => (subtype.Class, subtype.Train[i % subtype.Train.Length]))
                    ),
            ];
            (int Class, byte[] Text)[] Tests(int first) =>
                [
                    .. known
                        .Take(first)
                        .SelectMany(of => of)
                        .SelectMany(subtype => subtype.Test.Select(text => (subtype.Class, text))),
                ];
            TextGrams grams = new(Grams);
            SparseMatrix counts = grams.Count(rows.Select(row => (ReadOnlyMemory<byte>)row.Text));
            TfIdfModel weights = TfIdf.Fit(counts, leastRows: 1);
            SparseMatrix train = weights.Transform(counts);
            (string Name, SparseMatrix Rows, int[] Truth)[] tests =
            [
                .. new[] { ("id", Tests(k)), ("id-same-task", Tests(1)), ("ood", [.. unseen]) }.Select(test =>
                    (
                        test.Item1,
                        weights.Transform(grams.Count(test.Item2.Select(row => (ReadOnlyMemory<byte>)row.Text))),
                        test.Item2.Select(row => row.Class).ToArray()
                    )
                ),
            ];
            foreach (double quality in Qualities)
            {
                RandomStream noise = random.Child("labels").Child(k);
                int[] labels = Array.ConvertAll(
                    rows,
                    row => noise.NextDouble() < quality ? row.Class : noise.NextInt32(Classes)
                );
                LogisticModel model = new LogisticRegression(new() { C = 10 }).Fit(train, labels, Classes);
                foreach ((string name, SparseMatrix test, int[] truth) in tests)
                    add(
                        FormattableString.Invariant($"{name}/k={k}/q={quality}"),
                        ClassificationMetrics.BalancedAccuracy(
                            truth,
                            ClassScores.Best(model.Probabilities(test), Classes),
                            Classes
                        )
                    );
            }
            if (withMeasures)
                foreach ((string name, double value) in SurveyMeasures.Of([.. rows.Select(row => row.Text)], random))
                    add($"measure/{name}/k={k}", value);
        }
    }
}
