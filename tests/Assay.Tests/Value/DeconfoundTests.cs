using Assay.Data;
using Assay.Learning;
using Assay.Make;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;
using Assay.Value;

namespace Assay.Tests.Value;

public sealed class DeconfoundTests
{
    private static readonly View Hand = StudyTables.Of(
        """
        text,c,z,y,group,site
        plain,1,0,1.9,a,s
        trait,2,1,4.6,a,s
        plain,0.5,0,1.4,b,s
        trait,3,1,6.5,b,t
        trait,2.5,0,5.2,b,t
        plain,1.5,1,3.1,c,t
        trait,1,0,3.2,c,t
        plain,0,0,0.1,c,t
        """
    );

    private static readonly DeconfoundOptions ByHand = new()
    {
        Outcome = "y",
        Context = ["c"],
        Penalty = 0,
    };

    private static IReadOnlyList<Signal> Value(DeconfoundOptions options, View view, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Deconfound(options).Value(
            view,
            new Work(pieces) { Threads = threads, Random = new RandomStream(7, "value") }
        );
    }

    [Fact]
    public void The_hand_case_through_words()
    {
        // Two words that exclude each other are the trait and its opposite.
        IReadOnlyList<Signal> signals = Value(ByHand, Hand);
        Assert.Equal(["deconfounded", "deconfounded-context"], signals.Select(signal => signal.Name));
        double[] expected =
        [
            2.642954545,
            3.644772727,
            2.992045455,
            3.846590909,
            3.395681818,
            2.993863636,
            3.942954545,
            2.541136364,
        ];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], signals[0].Values[i], 5e-9);
            Assert.Equal(1.698181818, signals[1].Values[1] - signals[1].Values[0], 5e-9);
        }
        Assert.Contains("the context alone explains", signals[0].Note);
    }

    [Fact]
    public void Every_row_out_of_view_has_no_value_and_repeats_count_once()
    {
        View some = Hand.With(new Selection([6, 1, 1, 3, 4, 0, 2]));
        double[] values = Value(ByHand with { Mode = Adjustment.Residual }, some)[0].Values;
        Assert.Equal([5, 7], Enumerable.Range(0, 8).Where(row => double.IsNaN(values[row])));
        Assert.Equal(
            values,
            Value(ByHand with { Mode = Adjustment.Residual }, Hand.With(new Selection([0, 1, 2, 3, 4, 6])))[0].Values
        );
    }

    [Fact]
    public void Groups_and_instruments_by_name()
    {
        double[] groups = Value(
            new()
            {
                Outcome = "y",
                Groups = ["group"],
                Mode = Adjustment.FixedEffects,
            },
            Hand
        )[0].Values;
        Assert.Equal(3.25 - 1.35, groups[0], 5e-9);
        Signal wald = Value(
            new()
            {
                Outcome = "y",
                Instrumented = ["c"],
                Instruments = ["z"],
                Mode = Adjustment.Instrument,
            },
            Hand
        )[0];
        Assert.Contains("too weak", wald.Note);
        Assert.Equal(2.034285714, 4.6 - 1.9 - (wald.Values[1] - wald.Values[0]), 5e-9);
    }

    [Fact]
    public void Rates_become_log_odds()
    {
        View rates = StudyTables.Of("text,k,n,c\na,10,100,1\nb,20,100,2\nc,5,50,1\nd,9,60,2");
        double[] values = Value(
            new()
            {
                Outcome = "k",
                Trials = "n",
                Mode = Adjustment.None,
            },
            rates
        )[0].Values;
        Assert.Equal(Math.Log(10.5 / 90.5), values[0], 1e-12);
        AssayException wrong = Assert.Throws<AssayException>(() =>
            Value(
                new()
                {
                    Outcome = "n",
                    Trials = "k",
                    Mode = Adjustment.None,
                },
                rates
            )
        );
        Assert.Contains("no rate", wrong.Message);
    }

    public static TheoryData<string, DeconfoundOptions> Wrong =>
        new()
        {
            {
                "no circumstances",
                new() { Outcome = "y" }
            },
            {
                "no groups",
                new()
                {
                    Outcome = "y",
                    Context = ["c"],
                    Mode = Adjustment.FixedEffects,
                }
            },
            {
                "no column that the instruments move",
                new() { Outcome = "y", Mode = Adjustment.Instrument }
            },
            {
                "too few instruments",
                new()
                {
                    Outcome = "y",
                    Instrumented = ["c"],
                    Mode = Adjustment.Instrument,
                }
            },
            {
                "no column 'x'",
                new() { Outcome = "x", Context = ["c"] }
            },
            {
                "is not a finite number",
                new() { Outcome = "group", Context = ["c"] }
            },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void What_does_not_fit_is_said(string message, DeconfoundOptions options) =>
        Assert.Contains(message, Assert.Throws<AssayException>(() => Value(options, Hand)).Message);

    [Fact]
    public void Pairs_come_from_adjusted_outcomes_within_a_prompt()
    {
        OutcomePairsOptions options = new()
        {
            Outcome = "y",
            Context = ["c"],
            Penalty = 0,
            Prompt = "site",
        };
        (string Chosen, string Rejected, double Margin)[] pairs = Pairs(options);
        // By hand, of the adjusted outcomes: rows 1 and 0 of s, rows 6 and 7 of t.
        Assert.Equal(2, pairs.Length);
        Assert.All(pairs, pair => Assert.Equal(("trait", "plain"), (pair.Chosen, pair.Rejected)));
        Assert.Equal(3.644772727 - 2.642954545, pairs[0].Margin, 5e-9);
        Assert.Equal(3.942954545 - 2.541136364, pairs[1].Margin, 5e-9);
        Assert.Single(Pairs(options with { Margin = 1.2 }));
        Assert.Throws<AssayException>(() => Pairs(options with { Margin = 2 }));
        Assert.All(Pairs(options with { Pairs = 0 }), pair => Assert.True(pair.Margin > 0));
    }

    private static (string Chosen, string Rejected, double Margin)[] Pairs(OutcomePairsOptions options)
    {
        using Pieces pieces = Pieces.Temporary();
        Made made = new OutcomePairs(options).Make(Hand, new Work(pieces) { Random = new RandomStream(7, "make") });
        StudyTable table = StudyTable.Of(new View(made.Rows), default);
        return [.. table.Words("chosen").Zip(table.Words("rejected"), table.Numbers("margin"))];
    }
}
