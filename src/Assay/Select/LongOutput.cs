using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Value;

namespace Assay.Select;

/// <summary>Options of <see cref="LongOutput"/>.</summary>
public sealed record LongOutputOptions : WritingColumns
{
    /// <summary>The least score of length (0 to 100) that stays; 0 keeps all with one stated length. Paper: 80, which is an answer of 1 / 1.4 to 1.6 times the length.</summary>
    [Range(0.0, 100.0)]
    public double Threshold { get; init; } = 80;
}

/// <summary>Keeps instructions that demand one length, with answers that have it: the rows that teach a model to write as long as it is told.</summary>
/// <remarks>
/// Source: "Minimum Tuning to Unlock Long Output from LLMs with High Quality Data as the Key", arXiv 2410.10210: 6,000 rows, 1,748 with one stated length, 666 that follow it. Reasons:
/// <c>long_output.no_length</c>, <c>long_output.several_lengths</c>, <c>long_output.nothing</c> (a demand of 0, or an empty answer), <c>long_output.not_followed</c>.
/// </remarks>
[Method("select/long-output", Paper = "long-output")]
public sealed class LongOutput(LongOutputOptions options) : ISelector
{
    private static readonly string[] s_reasons =
    [
        "long_output.no_length",
        "long_output.several_lengths",
        "long_output.nothing",
        "long_output.not_followed",
    ];

    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no instructions with answers.</exception>
    public Selected Select(View view, Work work)
    {
        WritingRow.Check(view, options, "select/long-output");
        return new TextPass(view, work, s_reasons).Run(() => new Judge(options));
    }

    private sealed class Judge(LongOutputOptions options) : ITextJudge
    {
        TextVerdict ITextJudge.Judge(Batch batch, int row)
        {
            WritingRow writing = WritingRow.Of(batch, row, options);
            IReadOnlyList<long> stated = StatedLength.Of(writing.Prompt, options.Reading);
            if (stated.Count != 1)
                return TextVerdict.Drop(stated.Count == 0 ? 0 : 1);
            int written = WrittenLength.Of(writing.Answer).Total;
            if (stated[0] == 0 || written == 0)
                return TextVerdict.Drop(2);
            return LengthScore.Of(stated[0], written) >= options.Threshold ? TextVerdict.Keep : TextVerdict.Drop(3);
        }
    }
}
