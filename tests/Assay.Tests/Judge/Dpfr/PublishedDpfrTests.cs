using System.Globalization;
using System.IO.Compression;
using Assay.Data;
using Assay.Judge;
using Assay.Studies;

namespace Assay.Tests;

/// <summary>Published measures of four models on one data set, recomputed from their lists.</summary>
public class PublishedDpfrTests
{
    private static readonly (string Name, Func<JudgedRun, double> Of)[] Measures =
    [
        ("HR", run => run.Relevance.HitRate),
        ("MRR", run => run.Relevance.Mrr),
        ("P", run => run.Relevance.Precision),
        ("MAP", run => run.Relevance.Map),
        ("R", run => run.Relevance.Recall),
        ("NDCG", run => run.Relevance.Ndcg),
        ("Jain_our", run => run.Exposure.Jain),
        ("QF_our", run => run.Exposure.Qualification),
        ("Ent_our", run => run.Exposure.Entropy),
        ("FSat_our", run => run.Exposure.Satisfaction),
        ("Gini_our", run => run.Exposure.Gini),
        ("IBO_our", run => run.Joint.BetterOff),
        ("IAA_true_ori", run => run.Joint.Attention),
        ("MME_ori", run => run.Joint.Envy),
        ("II-F_ori", run => run.Joint.Individual),
        ("AI-F_ori", run => run.Joint.Aggregate),
    ];

    [Theory]
    [InlineData("-")]
    [InlineData("CM")]
    public void Sixteen_measures_of_four_models_are_the_published_ones(string reranking)
    {
        RecommendationData data = Shared();
        string[][] rows =
        [
            .. File.ReadLines(SharedData.Path("dpfr/published_measures_4_datasets.csv"))
                .Select(line => line.Split(',')),
        ];
        int compared = 0;
        foreach (RecommendationRun run in data.Runs)
        {
            JudgedRun judged = JudgedRun.Of(
                data.Test,
                reranking == "-" ? run : new(run.Name, Rerankings.CombMnz(data.Test, run.Lists, run.Scores!))
            );
            int column = Array.IndexOf(rows[0], run.Name);
            foreach ((string name, Func<JudgedRun, double> of) in Measures)
            {
                double published = double.Parse(
                    rows.Single(row => row[0] == "Amazon-lb" && row[1] == name && row[2] == reranking)[column],
                    CultureInfo.InvariantCulture
                );
                Assert.True(
                    Math.Abs(published - of(judged)) <= 5e-10,
                    $"{run.Name} {name}: {of(judged)}, published {published}"
                );
                compared++;
            }
        }
        Assert.Equal(64, compared);
    }

    [Fact]
    public void Borda_is_the_published_one()
    {
        RecommendationData data = Shared();
        RecommendationRun bpr = data.Runs.Single(run => run.Name == "BPR");
        string[][] rows =
        [
            .. File.ReadLines(SharedData.Path("dpfr/published_reranked_amazon-lb.csv")).Select(line => line.Split(',')),
        ];
        foreach (
            (string source, int[][] lists) in ((string, int[][])[])
                [
                    ("BPR", bpr.Lists),
                    ("BPR-BC", Rerankings.Borda(data.Test, bpr.Lists)),
                    ("BPR-CM", Rerankings.CombMnz(data.Test, bpr.Lists, bpr.Scores!)),
                ]
        )
        {
            JudgedRun judged = JudgedRun.Of(data.Test, new(source, lists));
            string[] row = rows.Single(row => row[0] == source);
            foreach ((string name, Func<JudgedRun, double> of) in Measures)
            {
                int column = Array.IndexOf(rows[0], name.Split('_')[0]);
                if (column >= 0)
                    Assert.Equal(double.Parse(row[column], CultureInfo.InvariantCulture), of(judged), 1e-6);
            }
        }
    }

    [Fact]
    public void The_frontier_starts_and_ends_where_the_published_one_does()
    {
        IReadOnlyList<FairnessPoint> points = FairnessFrontier.Of(Shared().Test);
        double[] published =
        [
            .. File.ReadLines(SharedData.Path("dpfr/published_frontier_head_amazon-lb.csv"))
                .ElementAt(1)
                .Split(',')
                .Skip(1)
                .Select(number => double.Parse(number, CultureInfo.InvariantCulture)),
        ];
        double[] first = DpfrTests.Row(points[0]),
            last = DpfrTests.Row(points[^1]);
        // Relevance is exact; fairness depends on which items go to whom.
        for (int i = 0; i < 7; i++)
            Assert.Equal(published[i], first[i], i < 4 ? 5e-7 : 2e-4);
        Assert.Equal(1, last[4], 12);
        Assert.Equal(1, last[5], 12);
        Assert.Equal(0, last[6], 12);
        Assert.Equal(.189016, last[0], 2e-3);
        Assert.InRange(points.Count, 840, 860);
    }

    [Theory]
    [InlineData(RelevanceMeasure.Precision, ExposureMeasure.Jain, .3208, .6962, .5294, .5713, .7335, .7416)]
    [InlineData(RelevanceMeasure.Map, ExposureMeasure.Entropy, .8140, .9880, .8291, .8470, .9891, 1.0161)]
    [InlineData(RelevanceMeasure.Recall, ExposureMeasure.Gini, .8090, .0911, .9809, 1.0372, 1.1725, 1.1788)]
    [InlineData(RelevanceMeasure.Ndcg, ExposureMeasure.Entropy, .8574, .9886, .8667, .8877, 1.0216, 1.0477)]
    [InlineData(RelevanceMeasure.Ndcg, ExposureMeasure.Gini, .8617, .0873, 1.0282, 1.0825, 1.2114, 1.2185)]
    public void Distances_are_the_reference_ones(
        RelevanceMeasure relevance,
        ExposureMeasure exposure,
        double x,
        double y,
        params double[] distances
    )
    {
        RecommendationData data = Shared();
        FrontierDistance distance = FrontierDistance.Of(FairnessFrontier.Of(data.Test), relevance, exposure);
        Assert.Equal(x, distance.Reference.X, 0.03);
        Assert.Equal(y, distance.Reference.Y, 0.03);
        string[] models = ["ItemKNN", "BPR", "MultiVAE", "NCL"];
        foreach ((string model, double reference) in models.Zip(distances))
        {
            JudgedRun run = JudgedRun.Of(data.Test, data.Runs.Single(run => run.Name == model));
            Assert.Equal(reference, distance.To(run.Relevance[relevance], run.Exposure[exposure]), 0.01);
        }
    }

    private static RecommendationData Shared()
    {
        using GZipStream bytes = new(
            File.OpenRead(SharedData.Path("dpfr/amazon-lb-recommendations.json.gz")),
            CompressionMode.Decompress
        );
        return ListsObject.Read(bytes, new());
    }
}
