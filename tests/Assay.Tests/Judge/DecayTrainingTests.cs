using System.Text;
using Assay.Data;
using Assay.Evidence;
using Assay.Judge;

namespace Assay.Tests.Judge;

public class DecayTrainingTests
{
    private static byte[][] Texts(string words, int rows) =>
        [.. Enumerable.Range(0, rows).Select(i => Encoding.UTF8.GetBytes($"{words} {i % 7} {words}"))];

    [Fact]
    public void Mixtures_have_their_share_in_every_stretch()
    {
        byte[][] general = Texts("general", 30),
            target = Texts("target", 4);
        byte[][] mixed = DecayTraining.Mixed(general, target, 101, new(7, "mixed"));
        bool[] isTarget = [.. mixed.Select(row => row[0] == (byte)'t')];
        Assert.Equal(30, isTarget.Count(one => one)); // round(0.3 x 101)
        for (int t = 1; t <= mixed.Length; t++)
            Assert.InRange(isTarget[..t].Count(one => one) - 0.297 * t, -1.7, 1.7);
        Assert.Throws<AssayException>(() => DecayTraining.Mixed(general, [], 10, new(7, "mixed")));
    }

    [Fact]
    public void Rows_are_cut_from_texts()
    {
        byte[][] texts = [Encoding.UTF8.GetBytes("abcdefg"), Encoding.UTF8.GetBytes("hij"), []];
        Assert.Equal(["abc", "def", "g", "hij"], DecayTraining.Rows(texts, 3).Select(Encoding.UTF8.GetString));
        Assert.Equal(["abc", "def", "hij"], DecayTraining.Rows(texts, 3, whole: true).Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void Continuations_start_from_the_base_bit_for_bit()
    {
        DecayOptions options = new()
        {
            BaseSteps = 3,
            DecaySteps = 3,
            Batch = 4,
            Context = 32,
        };
        DecayTraining model = new(options, new(7, "weights"));
        Assert.Throws<InvalidOperationException>(() => model.Continue(Texts("x", 3)));
        byte[][] measured = Texts("measured", 5);
        double start = model.Loss(measured);
        model.Begin(Texts("general", 20));
        Assert.NotEqual(start, model.Loss(measured));
        model.Continue(Texts("target", 20));
        double once = model.Loss(measured);
        model.Continue(Texts("other", 20));
        Assert.NotEqual(once, model.Loss(measured));
        model.Continue(Texts("target", 20));
        Assert.Equal(once, model.Loss(measured));
    }

    [Fact]
    public void The_published_table_has_two_misprints()
    {
        TierTable table = new(SharedData.Path("tiered-data/tier_table.json"));
        (string Group, double L1, double L2, double L3)[] means =
        [
            ("English", 51.323, 51.685, 54.766),
            ("Chinese", 51.585, 50.84, 53.475),
            ("Math", 41.22, 41.06, 49.405),
            ("Code", 37.295, 38.41, 41.10),
        ];
        foreach ((string group, double l1, double l2, double l3) in means)
        {
            Assert.Equal(l1, table.Mean(group, "L1"), 5e-4);
            Assert.Equal(l2, table.Mean(group, "L2"), 5e-4);
            Assert.Equal(l3, table.Mean(group, "L3"), 5e-4);
            foreach (string tier in TierTable.Tiers)
                Assert.Equal(table.Printed(group, tier), table.Mean(group, tier), 0.0051);
        }
        Assert.Equal([48.34, 48.59, 52.23], TierTable.Tiers.Select(tier => Math.Round(table.Mean("All", tier), 2)));
        Assert.Equal([48.39, 48.59, 58.27], TierTable.Tiers.Select(tier => table.Printed("All", tier)));
        Assert.True(table.Difference("L3", "L2").Low > 0 && table.Difference("L2", "L1").Low < 0);
    }
}
