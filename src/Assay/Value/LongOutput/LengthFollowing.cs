using Assay.Data;

namespace Assay.Value;

/// <summary>Scores how well each answer keeps to the length that its instruction demands.</summary>
/// <remarks>
/// Source: "Minimum Tuning to Unlock Long Output from LLMs with High Quality Data as the Key", arXiv 2410.10210. Signals: <c>length-following</c> (<see cref="LengthScore"/>, 0 to 100; none where the
/// instruction demands no length, or several), <c>required-length</c> and <c>response-length</c> (<see cref="WrittenLength"/>: words and Chinese characters).
/// </remarks>
[Method("value/length-following", Paper = "long-output")]
public sealed class LengthFollowing(WritingColumns options) : IValuer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no instructions with answers.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        WritingRow.Check(view, options, "value/length-following");
        return RowSignals.Make(
            view,
            work,
            "lengths",
            ["length-following", "required-length", "response-length"],
            () =>
                (batch, row, values) =>
                {
                    WritingRow writing = WritingRow.Of(batch, row, options);
                    long? required = StatedLength.OnlyOf(writing.Prompt, options.Reading);
                    int written = WrittenLength.Of(writing.Answer).Total;
                    values[0] = required > 0 ? LengthScore.Of(required.Value, written) : double.NaN;
                    values[1] = required ?? double.NaN;
                    values[2] = written;
                }
        );
    }
}
