using System.Globalization;
using System.Text;

namespace Assay.Evidence;

/// <summary>docs/evidence.md: made from the records, never by hand.</summary>
public static class EvidencePage
{
    /// <summary>The page.</summary>
    /// <param name="records">The recorded runs.</param>
    public static string Of(IEnumerable<EvidenceRecord> records)
    {
        StringBuilder page = new();
        void Line(string text = "") => page.Append(text).Append('\n');
        EvidenceRecord[] all = [.. records.OrderBy(record => record.Slug, StringComparer.Ordinal)];
        Line("# Evidence");
        Line();
        Line(
            "Does what the papers claim show on real data, at the scale of two cores and minutes? This page is made from the"
        );
        Line(
            "recorded runs in [evidence/](evidence) by `assay replicate --record docs`; nothing in it is written by hand."
        );
        Line(
            "Intervals are Student's, 95 %, over seeds unless said otherwise; rules were fixed before the recorded runs. What was"
        );
        Line(
            "changed or added after smaller runs is in [the notes](evidence-notes.md). A claim that did not replicate here may"
        );
        Line("still hold at the paper's scale.");
        Line();
        Line("```");
        Line("assay replicate --all --data DATA");
        Line("assay replicate delt --data DATA --seeds 10");
        Line("```");
        Line();
        Line(
            "`DATA` holds a folder for each name in the column *data*; [data.md](data.md) says what is in them and where it comes from."
        );
        Line();
        Line("| experiment | data | seeds | minutes | claims | replicated | not replicated | inconclusive |");
        Line("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (EvidenceRecord record in all)
            Line(
                $"| [{record.Slug}](#{record.Slug}) | {string.Join(", ", record.Data)} | {record.Seeds} | {Minutes(record)} | {record.Findings.Count} | "
                    + string.Join(" | ", Enum.GetValues<Verdict>().Select(verdict => Count(record, verdict)))
                    + " |"
            );
        foreach (EvidenceRecord record in all)
        {
            Line();
            Line($"## {record.Slug}");
            Line();
            Line($"*{record.Title}.* {record.Protocol}");
            Line();
            Line("| claim | paper | ours | verdict | rule |");
            Line("| --- | --- | --- | --- | --- |");
            foreach (Finding finding in record.Findings)
                Line(
                    $"| {Cell(finding.Claim)} | {Cell(finding.Paper)} | {Cell(finding.Ours)} | **{Words(finding.Verdict)}** | {Cell(finding.Rule)} |"
                );
            Line();
            Line(
                $"{record.Seeds} seeds, {Minutes(record)} minutes of computing ({record.Machine}). Every figure of every seed: [evidence/{record.Slug}.json](evidence/{record.Slug}.json)."
            );
        }
        return page.ToString();
    }

    /// <summary>A verdict as one says it.</summary>
    public static string Words(Verdict verdict) =>
        verdict switch
        {
            Verdict.Replicated => "replicated",
            Verdict.NotReplicated => "not replicated",
            _ => "inconclusive",
        };

    private static int Count(EvidenceRecord record, Verdict verdict) =>
        record.Findings.Count(finding => finding.Verdict == verdict);

    private static string Minutes(EvidenceRecord record) =>
        (record.Seconds / 60).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
