using System.Text.Json;
using Assay.Data;
using Assay.Evidence;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using Assay.Train;

namespace Assay.Tests.Train;

/// <summary>The policy over given answers: exact at its price, and on the published judgements what the method file measured.</summary>
public sealed class AlignedPolicyTests
{
    private const string Answers = """
        prompt,r1,r2,answer,lp
        x,10,-3,a,-1
        y,1,1,e,-0.5
        x,2,2,b,-2
        x,0.5,0.5,c,-1.5
        y,-1,3,f,-1
        x,6,0,d,-1
        """;

    private static readonly AlignedPolicyOptions Zero = new()
    {
        Rewards = ["r1", "r2"],
        References = ["0", "0"],
        Price = 1,
    };

    [Fact]
    public void At_a_price_of_one_it_is_the_base_given_that_an_answer_is_good()
    {
        Trained trained = Run(Zero with { LogProbability = "lp" }, Answers);
        TablePanel policy = trained.Study!.Panels.OfType<TablePanel>().Single(panel => panel.Title == "Policy");
        double[] Column(string name) =>
            [.. policy.Columns.Single(column => column.Name == name).Numbers!.Select(number => number!.Value)];
        double[] rows = Column("row"),
            probabilities = Column("policy"),
            good = Column("good in all"),
            before = Column("base");
        Assert.Equal([0, 2, 3, 5, 1, 4], rows);
        double[] weights = [.. before.Zip(good, (b, g) => b * g)];
        for (int i = 0; i < 6; i++)
        {
            double total = i < 4 ? weights[..4].Sum() : weights[4..].Sum();
            Assert.Equal(weights[i] / total, probabilities[i], 12);
        }
        Assert.Equal(Math.Exp(-1) / (2 * Math.Exp(-1) + Math.Exp(-2) + Math.Exp(-1.5)), before[0], 12);
    }

    [Fact]
    public void The_best_answers_are_rows_to_train_on()
    {
        string folder = Directory.CreateTempSubdirectory("assay-aligned-").FullName;
        Run(Zero, Answers).Save(folder);
        string[] lines = File.ReadAllLines(Path.Combine(folder, "best.jsonl"));
        Directory.Delete(folder, recursive: true);
        Assert.Equal(
            ["xb", "ye"],
            lines.Select(line =>
            {
                using JsonDocument row = JsonDocument.Parse(line);
                return row.RootElement.GetProperty("prompt").GetString()
                    + row.RootElement.GetProperty("completion").GetString();
            })
        );
    }

    [Fact]
    public void Length_is_laid_beside_the_reward()
    {
        string rows = "prompt,r1,r2,answer\nx,1,1,aa\nx,2,2,aaa\nx,3,3,aaaa\n";
        Assert.Contains(Run(Zero, rows).Study!.Notes, note => note.Contains("length of an answer: 1.00"));
        Assert.DoesNotContain(
            Run(Zero, rows.Replace("answer", "other")).Study!.Notes,
            note => note.Contains("length of an answer")
        );
    }

    [Fact]
    public void Held_out_prompts_get_the_same_price()
    {
        Trained trained = Run(Zero, Answers, Answers.Replace("x,", "z,"));
        double[] chosen = [.. trained.Chosen!.Select(score => score.Value)],
            held = [.. trained.Scores.Select(score => score.Value)];
        Assert.Equal(chosen.Length, held.Length);
        for (int i = 0; i < held.Length; i++)
            Assert.Equal(chosen[i], held[i], 12);
    }

    [Fact]
    public void It_goes_as_far_as_asked_for_or_says_why_not()
    {
        Trained trained = Run(Zero with { Price = null, Kl = 0.5 }, Answers);
        Assert.Equal(0.5, trained.Chosen!.Single(score => score.Metric == "kl").Value, 9);
        AssayException failure = Assert.Throws<AssayException>(() => Run(Zero with { Price = null, Kl = 2 }, Answers));
        Assert.Contains("1.040 nats", failure.Message); // (ln 4 + ln 2) / 2
    }

    [Fact]
    public void With_one_reward_the_best_of_n_is_that_of_the_reward()
    {
        AlignedPolicyOptions one = Zero with { Rewards = ["r1"], References = ["1.5"] };
        Study log = Run(one, Answers).Study!,
            raw = Run(one with { Shape = RewardShape.Raw }, Answers).Study!;
        static IReadOnlyList<double?> Best(Study study) =>
            study
                .Panels.OfType<TablePanel>()
                .Single(panel => panel.Title == "Policy")
                .Columns.Single(column => column.Name == "best of n")
                .Numbers!;
        Assert.Equal(Best(raw), Best(log));
        Assert.Contains(log.Notes, note => note.Contains("one reward"));
    }

    [Fact]
    public void The_judgements_of_the_method_file()
    {
        (RewardShape Shape, double Quantile, double[] Shares)[] cases =
        [
            (RewardShape.Raw, 0.85, [.237, .059, .202, .071]),
            (RewardShape.ZScore, 0.85, [.240, .057, .189, .060]),
            (RewardShape.LogSigmoid, 0.85, [.503, .163, .771, .357]),
            (RewardShape.Minimum, 0.85, [.556, .182, .903, .417]),
            (RewardShape.Uncentred, 0.85, [.316, .097, .437, .225]),
            (RewardShape.LogSigmoid, 0.5, [.678, .139, .991, .430]),
        ];
        JudgedAnswers judged = JudgedAnswers.Read(SharedData.Path(JudgedAnswers.Folder));
        View view = new(
            Rows.Of(
                judged.Prompts * judged.Models.Count,
                4096,
                (builder, row) =>
                {
                    int prompt = row / judged.Models.Count,
                        model = row % judged.Models.Count;
                    builder.Column("prompt").Set((long)prompt);
                    builder.Column("quality").Set(judged.Quality[prompt][model]);
                    builder.Column("brevity").Set(judged.Brevity[prompt][model]);
                }
            )
        );
        using Pieces pieces = Pieces.Temporary();
        foreach (var ofQuantile in cases.GroupBy(one => one.Quantile))
        {
            AlignedPolicyOptions options = new() { Rewards = ["quality", "brevity"], Quantile = ofQuantile.Key };
            AnswerPool pool = AnswerPool.Read("test", options, view, new(pieces));
            double[] middle = pool.InAll(0.5),
                upper = pool.InAll(0.75);
            foreach ((RewardShape shape, _, double[] shares) in ofQuantile)
            {
                double[] utilities = pool.Combined(pool.Columns.With(shape, options)!),
                    policy = pool.Groups.Tilted(utilities, pool.Groups.PriceOf(utilities, 1)),
                    best = pool.Groups.BestOf(utilities, 49, replace: false);
                Assert.Equal(shares[0], pool.Groups.Expected(policy, middle), 0.00051);
                Assert.Equal(shares[1], pool.Groups.Expected(policy, upper), 0.00051);
                Assert.Equal(shares[2], pool.Groups.Expected(best, middle), 0.00051);
                Assert.Equal(shares[3], pool.Groups.Expected(best, upper), 0.00051);
            }
        }
    }

    private static Trained Run(AlignedPolicyOptions options, string rows, string? heldOut = null)
    {
        using Pieces pieces = Pieces.Temporary();
        return new AlignedPolicyTrainer(options).Train(
            StudyTables.Of(rows),
            heldOut is null ? null : StudyTables.Of(heldOut),
            new(pieces) { Random = new RandomStream(1, "train") }
        );
    }
}
