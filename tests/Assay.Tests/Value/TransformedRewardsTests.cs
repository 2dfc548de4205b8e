using Assay.Data;
using Assay.Learning;
using Assay.Tests.Studies;
using Assay.Value;

namespace Assay.Tests.Value;

/// <summary>Rewards of a table combined: what stands in the signals is the formula's, whatever the columns of references.</summary>
public sealed class TransformedRewardsTests
{
    private const string Worked = """
        prompt,r1,r2,c1,c2
        p,10,-3,0,0
        p,2,2,0,0
        p,0.5,0.5,0,0
        p,6,0,0,0
        """;

    private static readonly RewardTransformOptions Zero = new() { Rewards = ["r1", "r2"], References = ["0", "0"] };

    [Fact]
    public void The_worked_table()
    {
        IReadOnlyList<Signal> found = new TransformedRewards(Zero).Run(StudyTables.Of(Worked), null);
        Assert.Equal(
            ["combined", "all-good", "r1-utility", "r1-saturated", "r2-utility", "r2-saturated"],
            found.Select(signal => signal.Name)
        );
        double[] combined = [-3.04863275, -0.25385602, -0.94815397, -0.69562287],
            all = [0.0474, 0.7758, 0.3875, 0.4988];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(combined[i], found[0].Values[i], 8);
            Assert.Equal(all[i], found[1].Values[i], 4);
        }
        Assert.Equal(-0.00247569, found[2].Values[3], 8);
        Assert.Equal([1, 0, 0, 1], found[3].Values);
        Assert.Contains("0 %", found[1].Note); // the best answer is probably good in both
    }

    [Fact]
    public void References_are_numbers_or_columns()
    {
        double[] numbers = new TransformedRewards(Zero).Run(StudyTables.Of(Worked), null)[0].Values,
            columns =
                new TransformedRewards(Zero with { References = ["c1", "c2"] })
                    .Run(StudyTables.Of(Worked), null)[0]
                    .Values;
        Assert.Equal(numbers, columns);
    }

    [Fact]
    public void References_are_quantiles_of_the_base_policy_of_each_prompt()
    {
        View rows = StudyTables.Of("prompt,r\na,1\nb,5\na,3");
        View samples = StudyTables.Of("prompt,r\nb,4\na,0\na,2\nb,8\nc,100\na,4");
        RewardTransformOptions options = new()
        {
            Rewards = ["r"],
            Quantile = 0.5,
            Base = "test",
        };
        double[] found = new TransformedRewards(options).Run(rows, samples)[0].Values;
        double[] centred = [1 - 2, 5 - 6, 3 - 2];
        for (int i = 0; i < 3; i++)
            Assert.Equal(Logistic.LogSigmoid(centred[i]), found[i], 12);

        // Without a base the rows are its answers.
        double[] own = new TransformedRewards(options with { Base = null }).Run(rows, null)[0].Values;
        Assert.Equal(Logistic.LogSigmoid(-1), own[0], 12);
        Assert.Equal(Logistic.LogSigmoid(0), own[1], 12);
        Assert.Equal(Logistic.LogSigmoid(1), own[2], 12);
    }

    [Fact]
    public void Judged_probabilities_are_centred_already()
    {
        double[] found = new TransformedRewards(
            new()
            {
                Rewards = ["p"],
                References = ["0"],
                Probabilities = true,
            }
        ).Run(StudyTables.Of("prompt,p\nx,0.25\nx,1\nx,0"), null)[0].Values;
        Assert.Equal(Math.Log(0.25), found[0], 12);
        Assert.Equal(Math.Log(1 - 1e-6), found[1], 12);
        Assert.Equal(Math.Log(1e-6), found[2], 9);
    }

    [Fact]
    public void Comparisons_bring_a_reward_to_its_scale()
    {
        // Margins of 4 and -4, three right to one wrong: log-odds of ln 3.
        View comparisons = StudyTables.Of("chosen_r,rejected_r\n4,0\n5,1\n0,4\n8,4");
        IReadOnlyList<Signal> found = new TransformedRewards(
            new()
            {
                Rewards = ["r"],
                References = ["0"],
                Comparisons = "test",
            }
        ).Run(StudyTables.Of("prompt,r\nx,4\nx,-4"), comparisons);
        Assert.Equal(Math.Log(0.75), found[0].Values[0], 9);
        Assert.Equal(Math.Log(0.25), found[0].Values[1], 9);
        Assert.Contains("no log-odds", found[0].Note);
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("temperatures")]
    [InlineData("references")]
    public void Lists_have_one_entry_for_each_reward(string option)
    {
        RewardTransformOptions options = option switch
        {
            "weights" => Zero with { Weights = [1] },
            "temperatures" => Zero with { Temperatures = [1, 2, 3] },
            _ => Zero with { References = ["0"] },
        };
        AssayException failure = Assert.Throws<AssayException>(() =>
            new TransformedRewards(options).Run(StudyTables.Of(Worked), null)
        );
        Assert.Contains(option, failure.Message);
    }

    [Fact]
    public void What_cannot_be_combined_is_an_error()
    {
        void Fails(string part, RewardTransformOptions options, string rows = Worked, string? other = null) =>
            Assert.Contains(
                part,
                Assert
                    .Throws<AssayException>(() =>
                        new TransformedRewards(options).Run(
                            StudyTables.Of(rows),
                            other is null ? null : StudyTables.Of(other)
                        )
                    )
                    .Message
            );
        Fails("no column 'r3'", Zero with { Rewards = ["r1", "r3"] });
        Fails("no column 'question'", Zero with { Prompt = "question" });
        Fails("finite number", Zero, "prompt,r1,r2\np,1,2\np,1,");
        Fails("no probability", Zero with { Probabilities = true });
        Fails(
            "no answers to the prompt 'p'",
            Zero with
            {
                References = [],
                Base = "test",
            },
            other: "prompt,r1,r2\nq,1,2"
        );
        Fails("base policy's rewards", Zero with { Shape = RewardShape.Par });
        Fails("more wrong than right", Zero with { Comparisons = "test" }, other: "chosen_r1,rejected_r1\n0,4\n1,0");
    }
}
