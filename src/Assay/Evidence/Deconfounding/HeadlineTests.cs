using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>What is learned of headlines across tests, held against comparisons within tests that were not seen.</summary>
internal sealed class HeadlineTests(Trial trial)
{
    /// <summary>Ways that are tried on all rows; the first three on the other cuts.</summary>
    public static readonly string[] Arms =
    [
        OutcomeArms.Naive,
        OutcomeArms.Residual,
        OutcomeArms.Joint,
        OutcomeArms.Conditioned,
        OutcomeArms.Odin,
    ];

    private const double Penalty = 1,
        TestShare = 0.3;
    private static readonly OutcomeOptions Options = new()
    {
        Outcome = "clicks",
        Trials = "impressions",
        Groups = ["week"],
        Penalty = Penalty,
    };

    public void Measure(Figures figures)
    {
        Measure("", Headlines.Read(trial), Arms, figures);
        // Tests of these weeks are known to have been randomised badly.
        Measure("clean/", Headlines.Read(trial, week => week is < 201326 or > 201402), Arms[..3], figures);
    }

    private void Measure(string cut, View view, string[] arms, Figures figures)
    {
        OutcomeRows rows = OutcomeRows.Read(Options, view, withText: true, trial.Cancellation);
        string[] text = rows.Table.Words("text"),
            image = rows.Table.Words("image");
        int[] test = OutcomeRows.Numbered(rows.Table.Words("test"));
        if (cut.Length == 0)
            figures["explained"] = rows.Observed().ExplainedByContext();
        RandomStream random = trial.Random.Child("split");
        int[] order = [.. Enumerable.Range(0, test.Max() + 1)];
        random.Shuffle(order.AsSpan());
        HashSet<int> held = [.. order.Take((int)Math.Round(TestShare * order.Length))];
        List<RandomisedPair> pairs = RandomisedPair.Find(
            Enumerable.Range(0, test.Length).Where(row => held.Contains(test[row])),
            test,
            text,
            [image],
            rows.Successes!,
            rows.TrialCounts,
            1.96
        );
        int[] all = [.. Enumerable.Range(0, test.Length).Where(row => !held.Contains(test[row]))],
            shuffled = [.. all];
        random.Shuffle(shuffled.AsSpan());
        int[] one = [.. shuffled.GroupBy(row => test[row]).Select(group => group.First()).Order()];
        if (cut.Length == 0)
        {
            figures["pairs"] = pairs.Count;
            figures["rows/one"] = one.Length;
            figures["rows/all"] = all.Length;
        }
        foreach ((string name, int[] training) in ((string, int[])[])[("one", one), ("all", all)])
        {
            ObservedOutcomes observed = rows.Observed(training);
            for (int i = 0; i < arms.Length; i++)
            {
                trial.Report($"headlines {cut}{name}", i, arms.Length);
                double[] effects = OutcomeArms.Effects(
                    arms[i],
                    observed,
                    Penalty,
                    folds: 5,
                    bends: 0,
                    trial.Random.Child("folds"),
                    trial.Cancellation
                );
                Judge($"{cut}{name}/{arms[i]}", effects);
            }
        }
        if (cut.Length == 0)
        {
            ObservedOutcomes whole = rows.Observed(all);
            Judge(
                "all/oracle",
                whole.TextEffects(Confounding.Within(all, test, whole.Outcomes), 10, trial.Cancellation)
            );
        }

        void Judge(string name, double[] effects)
        {
            (double auc, double accuracy) = RandomisedPair.Judge(pairs, Deconfound.SparseScores(rows.Text!, effects));
            figures["auc/" + name] = auc;
            figures["accuracy/" + name] = accuracy;
        }
    }
}
