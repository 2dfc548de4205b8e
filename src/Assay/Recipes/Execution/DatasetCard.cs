using System.Globalization;
using System.Text;
using Assay.Judge;

namespace Assay.Recipes.Execution;

/// <summary>The README of exported data, with the front matter that Hugging Face reads.</summary>
internal static class DatasetCard
{
    public static string Of(Manifest manifest, RunReport run, CandidateReport candidate)
    {
        StringBuilder card = new();
        void Line(string text = "") => card.Append(text).Append('\n');
        Line("---");
        Line("configs:");
        Line("- config_name: default");
        Line("  data_files:");
        foreach (
            ManifestFile file in manifest.Files.Where(file =>
                !file.Path.StartsWith("dropped", StringComparison.Ordinal)
            )
        )
        {
            Line("  - split: " + file.Path[..file.Path.IndexOf('.')]);
            Line("    path: " + file.Path);
        }
        Line("size_categories:");
        Line("- " + SizeCategory(manifest.Files[0].Rows));
        Line("tags:");
        Line("- assay");
        Line("---");
        Line();
        Line($"# {candidate.Name}");
        Line();
        Line(
            $"{Number(manifest.Files[0].Rows)} rows, {Number(candidate.Bytes)} bytes of text, chosen by Assay {manifest.Assay} "
                + $"from {Number(run.Datasets[0].Rows)} rows of {Number(run.Datasets[0].Files)} files (seed {manifest.Seed})."
        );
        Line();
        Line("## Steps");
        Line();
        Line("| step | options | rows in | rows out | main reasons for drops |");
        Line("| --- | --- | ---: | ---: | --- |");
        foreach (StepReport step in run.Steps.Concat(candidate.Steps))
            Line(
                $"| {step.Method} | {Cell(step.Options)} | {Number(step.RowsIn)} | {Number(step.RowsOut)} | "
                    + string.Join(", ", step.Reasons.Take(3).Select(reason => $"{reason.Reason} {Number(reason.Rows)}"))
                    + " |"
            );
        Line();
        Line("## Measurements");
        Line();
        Line("| metric | value | interval | unit |");
        Line("| --- | ---: | --- | --- |");
        foreach (Measurement measurement in candidate.Measurements)
            Line(
                $"| {measurement.Metric} | {Number(measurement.Interval.Mean)} | {Number(measurement.Interval.Low)} to {Number(measurement.Interval.High)} "
                    + $"({measurement.Interval.Confidence:P0}) | {measurement.Unit} |"
            );
        Line();
        Line("## Provenance");
        Line();
        foreach (DatasetReport dataset in run.Datasets)
            Line($"- `{dataset.Name}`: fingerprint `{dataset.Fingerprint}`, {Number(dataset.Rows)} rows");
        Line();
        Line(
            "`manifest.json` holds the recipe, the fingerprints and a hash of every file. Each row's `assay_id` can be"
        );
        Line("traced to its source file and line with `assay explain`.");
        return card.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Number(double value) =>
        value == Math.Floor(value)
            ? value.ToString("N0", CultureInfo.InvariantCulture)
            : value.ToString("G5", CultureInfo.InvariantCulture);

    private static string SizeCategory(long rows) =>
        rows switch
        {
            < 1_000 => "n<1K",
            < 10_000 => "1K<n<10K",
            < 100_000 => "10K<n<100K",
            < 1_000_000 => "100K<n<1M",
            < 10_000_000 => "1M<n<10M",
            < 100_000_000 => "10M<n<100M",
            _ => "100M<n",
        };
}
