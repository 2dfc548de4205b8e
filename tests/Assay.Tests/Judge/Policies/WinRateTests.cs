using System.Globalization;
using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Learning;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using Microsoft.Extensions.AI;

namespace Assay.Tests;

public class WinRateTests
{
    [Fact]
    public void A_tie_is_half_a_win_and_a_prompt_counts_once()
    {
        PolicyComparison[] comparisons =
        [
            new("1", "a", "b", 1),
            new("2", "a", "b", 0.5),
            new("3", "b", "a", 1), // b wins
            new("4", "a", "b", 1),
            new("4", "b", "a", 1), // and in the other order b: a tie
            new("5", "a", "c", 1),
        ];
        WinShare share = WinShare.Of("a", "b", comparisons)!;
        Assert.Equal((1, 2, 1), (share.Wins, share.Ties, share.Losses));
        Assert.Equal(0.5, share.Rate.Mean);
        MeanInterval exact = BinomialInterval.Of(2, 4);
        Assert.Equal((exact.Low, exact.High), (share.Rate.Low, share.Rate.High));
        Assert.Equal(1 - share.Rate.Mean, WinShare.Of("b", "a", comparisons)!.Rate.Mean, 12);
        Assert.Null(WinShare.Of("b", "c", comparisons));
        WinShare graded = WinShare.Of("a", "b", [new("1", "a", "b", 0.9), new("2", "a", "b", 0.3)])!;
        Assert.Equal(0.6, graded.Rate.Mean, 12);
        Assert.Equal(0.3, graded.StandardError, 12);
        Assert.Equal(0, graded.Rate.Low); // within 0 and 1
    }

    [Fact]
    public void Without_an_effect_of_length_control_changes_nothing_and_with_one_it_takes_it_out()
    {
        RandomStream random = new(5, "lengths");
        PolicyComparison[] Made(double slope, double strength, double longer) =>
            [
                .. Enumerable
                    .Range(0, 400)
                    .Select(i =>
                    {
                        double a = Math.Round(300 * Math.Exp(longer + 0.5 * random.NextGaussian())),
                            b = Math.Round(300 * Math.Exp(0.5 * random.NextGaussian()));
                        return new PolicyComparison(
                            $"{i}",
                            "a",
                            "b",
                            Logistic.Sigmoid(strength + slope * Math.Log((a + 1) / (b + 1))),
                            a,
                            b
                        );
                    }),
            ];
        PolicyComparison[] none = Made(0, 0.4, 1);
        LengthControl control = LengthControl.Fit(none, "b");
        Assert.Equal(0, control.Slope, 8);
        Assert.Equal(WinShare.Of("a", "b", none)!.Rate.Mean, control.Rate("a"), 8);
        PolicyComparison[] some = Made(0.9, -0.2, 1);
        control = LengthControl.Fit(some, "b");
        Assert.Equal(0.9, control.Slope, 8);
        Assert.Equal(Logistic.Sigmoid(-0.2), control.Rate("a"), 8);
        Assert.True(WinShare.Of("a", "b", some)!.Rate.Mean > 0.6); // length alone put it above
        LengthControl turned = LengthControl.Fit(some.Select(one => one.Swapped()), "b");
        Assert.Equal(control.Slope, turned.Slope, 8);
        Assert.Equal(control.Rate("a"), turned.Rate("a"), 8);
        Assert.Empty(control.Extrapolated());
        Assert.ThrowsAny<ArgumentException>(() => LengthControl.Fit([new("1", "a", "b", 1)], "b"));
        Assert.ThrowsAny<ArgumentException>(() => LengthControl.Fit(some, "c"));
    }

    [Fact]
    public void A_policy_whose_lengths_no_other_has_is_extrapolated()
    {
        PolicyComparison[] comparisons =
        [
            .. Enumerable
                .Range(0, 60)
                .SelectMany(i =>
                    (PolicyComparison[])
                        [
                            new($"{i}", "short", "base", 0.4 + 0.001 * i, 5 + i % 4, 1000 + 10 * i),
                            new($"{i}", "like", "base", 0.5 + 0.002 * i, 900 + 11 * i, 1000 + 10 * i),
                            new($"{i}", "longer", "base", 0.6 - 0.001 * i, 1200 + 7 * i, 1000 + 10 * i),
                        ]
                ),
        ];
        Assert.Equal(["short"], LengthControl.Fit(comparisons, "base").Extrapolated());
        Assert.Equal(["short"], LengthControl.Fit(comparisons.Where(one => one.A == "short"), "base").Extrapolated());
    }

    [Fact]
    public void The_order_in_which_a_judge_sees_answers_is_told_from_what_they_are_worth()
    {
        // The first always gains 20 points; a is worth 60 %.
        PolicyComparison[] comparisons =
        [
            .. Enumerable
                .Range(0, 50)
                .SelectMany(i =>
                    (PolicyComparison[])
                        [
                            new($"{i}", "a", "b", 0.8, 100, 90 + i, AFirst: true),
                            new($"{i}", "b", "a", 0.6, 90 + i, 100, AFirst: true),
                        ]
                ),
        ];
        OrderBias bias = OrderBias.Of(comparisons)!;
        Assert.Equal(0.7, bias.First.Mean, 12);
        Assert.Equal((100, 50, 0), (bias.Judgements, bias.Both, bias.Consistent));
        Assert.Equal(0.6, WinShare.Of("a", "b", comparisons)!.Rate.Mean, 12);
        LengthControl control = LengthControl.Fit(comparisons, "b");
        Assert.True(control.OrderSlope > 0.8);
        Assert.Null(OrderBias.Of([new("1", "a", "b", 1)]));
    }

    [Fact]
    public void Rows_of_AlpacaEval_prefer_the_second_by_2()
    {
        Study study = new WinRate(new() { Resamples = 0 }).Run(
            StudyTables.Of(
                "instruction,generator_1,generator_2,output_1,output_2,preference\n"
                    + "p1,base,new,aaaa,bbbbbbb,2\np2,base,new,aa,bbbb,1.25\np3,base,new,aaa,bb,1.5\np4,base,new,aaa,b,\np5,base,new,aaaaaa,b,1\n"
            )
        );
        Assert.Contains("'new'", study.Answer);
        TablePanel table = Table(study);
        Assert.Equal((1 + 0.25 + 0.5) / 4, table.Columns[1].Numbers![0]!.Value, 12);
        Assert.Equal([1.0, 1.0, 2.0], table.Columns.Skip(5).Take(3).Select(column => column.Numbers![0]!.Value));
        Assert.Contains(study.Notes, note => note.StartsWith("1 judgements are missing"));
    }

    [Fact]
    public void Pairs_choices_and_a_column_for_each_policy_say_the_same()
    {
        const string pairs =
                "prompt,a,b,preference,length_a,length_b\n1,x,z,1,10,20\n2,z,x,1,30,20\n3,x,z,0.5,15,15\n1,y,z,1,9,20\n2,y,z,1,12,30\n3,y,z,0,9,15\n",
            choices = "prompt,a,b,choice\n1,x,z,a\n2,z,x,a\n3,x,z,tie\n1,y,z,a\n2,y,z,a\n3,y,z,b\n",
            columns = "prompt,x,y\n1,1,1\n2,0,1\n3,0.5,0\n",
            lengths = "prompt,baseline,x,y\n1,20,10,9\n2,30,20,12\n3,15,15,9\n";
        WinRateOptions options = new() { Baseline = "z", Resamples = 0 };
        Study first = new WinRate(options).Run(StudyTables.Of(pairs)),
            second = new WinRate(options).Run(StudyTables.Of(choices)),
            third = new WinRate(options with { Lengths = "lengths" }).Run(
                StudyTables.Of(columns),
                others: [("lengths", StudyTables.Of(lengths))]
            );
        foreach (Study study in (Study[])[first, second, third])
        {
            Assert.Equal(["y", "x"], Table(study).Columns[0].Words!);
            Assert.Equal([2 / 3.0, 0.5], Table(study).Columns[1].Numbers!.Select(number => number!.Value));
        }
        Assert.Equal(
            Table(first).Columns[8].Numbers!.Select(rate => Math.Round(rate!.Value, 9)),
            Table(third).Columns[8].Numbers!.Select(rate => Math.Round(rate!.Value, 9))
        );
        Assert.Contains(second.Notes, note => note.Contains("Lengths are not known"));
    }

    [Fact]
    public void A_judge_with_a_taste_for_the_first_answer_is_undone_by_asking_twice()
    {
        StringBuilder csv = new("instruction,output_1,output_2\n");
        for (int i = 0; i < 40; i++)
            csv.Append(
                CultureInfo.InvariantCulture,
                $"prompt {i},{(i % 4 == 0 ? "good" : "fair")} text,{(i % 4 == 1 ? "good" : "fair")} text\n"
            );
        // Good beats fair; of equals the first wins.
        FakeJudge fake = new();
        Study study = new WinRate(new(), new ChatJudge(fake)).Run(StudyTables.Of(csv.ToString()));
        TablePanel table = Table(study);
        Assert.Equal(0.5, table.Columns[1].Numbers![0]!.Value, 12);
        Assert.Equal([10.0, 20.0, 10.0], table.Columns.Skip(5).Take(3).Select(column => column.Numbers![0]!.Value));
        Assert.Equal(80, fake.Asked);
        Assert.Contains(study.Facts, fact => fact.Name == "First answer preferred" && fact.Value == "75.0 %");
        Assert.Contains(study.Facts, fact => fact.Name == "Same verdict in both orders" && fact.Value == "50.0 %");
        Assert.Contains(study.Notes, note => note.Contains("favours the answer that it sees first"));
        Study once = new WinRate(new() { Swap = false }, new ChatJudge(fake)).Run(StudyTables.Of(csv.ToString()));
        Assert.Equal(120, fake.Asked);
        Assert.Contains(once.Notes, note => note.Contains("No pair was judged in both orders"));
    }

    [Fact]
    public void A_killed_run_asks_only_what_is_not_answered_yet()
    {
        string csv =
            "prompt,chosen,rejected\n" + string.Concat(Enumerable.Range(0, 70).Select(i => $"{i},good,fair\n"));
        using Pieces pieces = Pieces.Temporary();
        FakeJudge fake = new() { Most = 50 };
        Assert.ThrowsAny<Exception>(() =>
            new WinRate(new() { Swap = false }, new ChatJudge(fake, parallel: 1)).Run(
                StudyTables.Of(csv),
                threads: 1,
                pieces: pieces
            )
        );
        int before = fake.Asked;
        fake.Most = int.MaxValue;
        Study study = new WinRate(new() { Swap = false }, new ChatJudge(fake)).Run(StudyTables.Of(csv), pieces: pieces);
        Assert.Equal(70 - 32, fake.Asked - before); // the first piece was kept
        Assert.Equal(1, Table(study).Columns[1].Numbers![0]);
        Assert.Equal("chosen", Table(study).Columns[0].Words![0]);
    }

    [Fact]
    public void A_reward_model_judges_by_the_difference_of_its_scores()
    {
        ITokenizer tokenizer = Assay.Models.TokenStream.Tokenizer;
        Transformer policy = new(
            ModelSizes.Of("gpt-250k", tokenizer.VocabularySize) with
            {
                Layers = 1,
                ContextLength = 32,
            },
            new RandomStream(2, "policy")
        );
        RewardModel reward = RewardModel.Of(policy, new RandomStream(3, "reward"));
        string folder = Directory.CreateTempSubdirectory("assay-").FullName;
        try
        {
            reward.Save(folder, tokenizer);
            AnsweredPrompt[] pairs = [new("say: ", "yes", "no, not at all"), new("", "b", "a")];
            IReadOnlyList<double> there = RewardJudge.Read(folder).Preferences(pairs, true, default),
                back = RewardJudge
                    .Read(folder)
                    .Preferences(
                        [.. pairs.Select(pair => new AnsweredPrompt(pair.Prompt, pair.B, pair.A))],
                        true,
                        default
                    );
            for (int i = 0; i < pairs.Length; i++)
            {
                Assert.InRange(there[i], 1e-6, 1 - 1e-6);
                Assert.Equal(1, there[i] + back[i], 6);
            }
            Study study = new WinRate(new() { Judge = folder, Against = "others" }).Run(
                StudyTables.Of("prompt,answer\np,yes\nq,b\nr,c\n"),
                others: [("others", StudyTables.Of("prompt,answer\nq,a\np,no\n"))]
            );
            Assert.Contains(study.Notes, note => note.StartsWith("1 prompts have no answer"));
            Assert.Equal(2, Table(study).Columns.Skip(5).Take(3).Sum(column => column.Numbers![0]!.Value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Models_that_are_named_answer_each_prompt_once_though_the_rows_hold_pairs()
    {
        string policy = Preferences.TinyPolicies.Folder(1),
            other = Preferences.TinyPolicies.Folder(2),
            judge = Directory.CreateTempSubdirectory("assay-judge-").FullName;
        try
        {
            LanguageModel model = LanguageModel.Load(policy);
            RewardModel.Of(model.Transformer, new RandomStream(3, "head")).Save(judge, model.Tokenizer);
            Study study = new WinRate(
                new()
                {
                    Policy = policy,
                    BaselinePolicy = other,
                    Judge = judge,
                    MaxTokens = 6,
                    Resamples = 0,
                }
            ).Run(Preferences.TinyPolicies.Pairs(40));
            // Forty rows hold nine prompts.
            Assert.Contains(study.Facts, fact => fact.Name == "Prompts" && fact.Value == "9");
            Assert.Contains($"'{Path.GetFileName(policy)}'", study.Answer);
            Assert.DoesNotContain("chosen", study.Answer);
        }
        finally
        {
            foreach (string folder in (string[])[policy, other, judge])
                Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_does_not_suit_is_refused()
    {
        Assert.Contains("hold no judgements", Refused("text\nhello\n"));
        Assert.Contains("two policies", Refused("prompt,a,b,preference\n1,x,x,1\n"));
        Assert.Contains("the preference is 2", Refused("prompt,a,b,preference\n1,x,y,2\n"));
        Assert.Contains("the preference is 3", Refused("instruction,output_1,output_2,preference\n1,x,y,3\n"));
        Assert.Contains("the choice is 'c'", Refused("prompt,a,b,choice\n1,x,y,c\n"));
        Assert.Contains("nothing to compare", Refused("prompt,answer\n1,x\n", new() { Judge = "nowhere" }));
        Assert.Contains("no reward model", Refused("prompt,chosen,rejected\n1,x,y\n", new() { Judge = "nowhere" }));
        Assert.Contains("name of its model", Refused("text\nx\n", new() { Judge = "http://localhost/v1" }));

        static string Refused(string csv, WinRateOptions? options = null) =>
            Assert.Throws<AssayException>(() => new WinRate(options ?? new()).Run(StudyTables.Of(csv))).Message;
    }

    private static TablePanel Table(Study study) => study.Panels.OfType<TablePanel>().Single();

    /// <summary>Good beats fair; of equals the first wins.</summary>
    private sealed class FakeJudge : IChatClient
    {
        private int _asked;

        public int Most { get; set; } = int.MaxValue;

        public int Asked => _asked;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            if (Interlocked.Increment(ref _asked) > Most)
                throw new IOException("cut off");
            string text = messages.Last().Text;
            bool first = text.Contains("<answer 1>\ngood", StringComparison.Ordinal),
                second = text.Contains("<answer 2>\ngood", StringComparison.Ordinal);
            return Task.FromResult(
                new ChatResponse(
                    new ChatMessage(ChatRole.Assistant, second && !first ? "Verdict: 2" : "I think so.\n**Verdict: 1**")
                )
            );
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
