using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Numerics;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests.Judge.Delta;

public sealed class DeltaTests
{
    // Linear classifiers on normal inputs, with independent errors.
    private static View Answers(double student, double stronger, double weaker, int rows = 4000)
    {
        RandomStream random = new(2, "answers");
        StringBuilder csv = new("label,student,stronger,weaker\n");
        for (int i = 0; i < rows; i++)
        {
            double truth = random.NextGaussian();
            string Of(double cosine) =>
                cosine * truth + Math.Sqrt(1 - cosine * cosine) * random.NextGaussian() > 0 ? "yes" : "no";
            csv.Append(truth > 0 ? "yes" : "no").Append($",{Of(student)},{Of(stronger)},{Of(weaker)}\n");
        }
        return StudyTables.Of(csv.ToString(), rowsPerTable: 500);
    }

    [Fact]
    public void A_delta_that_helps_is_told_from_agreement_alone()
    {
        Study study = new Assay.Judge.Delta(new()).Run(Answers(0.8, 0.7, 0.1));
        Assert.Contains("point the right way", study.Answer);
        double first = double.Parse(
            study.Facts.Single(fact => fact.Name == "First step").Value,
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.Equal(0.216, first, 0.06); // of the closed form
        Study inverted = new Assay.Judge.Delta(new() { Stronger = "weaker", Weaker = "stronger" }).Run(
            Answers(0.8, 0.7, 0.1)
        );
        Assert.Contains("point the wrong way", inverted.Answer);
    }

    [Fact]
    public void Counts_are_those_by_hand()
    {
        Agreements found = Agreements.Of([1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0]);
        Assert.Equal([0.75, 0.75, 0.5, 0.5, 0.25, 0.75], found.Values);
    }

    [Fact]
    public void What_does_not_fit_is_said()
    {
        View answers = Answers(0.8, 0.7, 0.1, 50);
        Assert.Contains(
            "same answers",
            Assert
                .Throws<AssayException>(() => new Assay.Judge.Delta(new() { Weaker = "stronger" }).Run(answers))
                .Message
        );
        Assert.Contains(
            "kinds of right answers",
            Assert
                .Throws<AssayException>(() =>
                    new Assay.Judge.Delta(new()).Run(
                        StudyTables.Of("label,student,stronger,weaker\na,a,a,b\nb,a,a,b\nc,a,b,b")
                    )
                )
                .Message
        );
        Assert.Throws<AssayException>(() => new Assay.Judge.Delta(new() { Student = "pupil" }).Run(answers));
    }
}
