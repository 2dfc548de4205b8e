using Assay.Reports.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Reports.Tests.Text;

public sealed class WordDifferenceTests
{
    [Fact]
    public void Words_that_the_other_lacks_differ() =>
        Assert.Equal(
            [new Run("the sea is ", false), new Run("calm ", true), new Run("today", false)],
            WordDifference.Of("the sea is calm today", "the sea is rough today")
        );

    [Fact]
    public void The_runs_add_up_to_the_text_and_equal_texts_do_not_differ() =>
        Prop.ForAll<string, string>(
                (a, b) =>
                {
                    Assert.Equal(a ?? "", string.Concat(WordDifference.Of(a ?? "", b ?? "").Select(run => run.Text)));
                    Assert.DoesNotContain(WordDifference.Of(a ?? "", a ?? ""), run => run.Differs);
                }
            )
            .Holds();
}
