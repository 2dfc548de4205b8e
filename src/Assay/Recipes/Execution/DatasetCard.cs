using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Describe;
using Assay.Judge;

namespace Assay.Recipes.Execution;

/// <summary>The README of exported data: the front matter that Hugging Face reads, and what Assay knows of the data.</summary>
/// <remarks>Nothing of it depends on the machine or the time: the same recipe and data give the same card.</remarks>
internal sealed partial class DatasetCard
{
    private readonly StringBuilder _card = new();
    private readonly Manifest _manifest;
    private readonly RunReport _run;
    private readonly CandidateReport _candidate;
    private readonly ExportOptions _options;
    private readonly View _view;

    private DatasetCard(Manifest manifest, RunReport run, CandidateReport candidate, ExportOptions options, View view)
    {
        _manifest = manifest;
        _run = run;
        _candidate = candidate;
        _options = options;
        _view = view;
    }

    public static string Of(
        Manifest manifest,
        RunReport run,
        CandidateReport candidate,
        ExportOptions options,
        View view
    )
    {
        DatasetCard card = new(manifest, run, candidate, options, view);
        card.Header();
        card.Body();
        return card._card.ToString();
    }

    private long Rows => _manifest.Files.Where(file => !file.IsDropped).Sum(file => file.Rows);

    private void Line(string text = "") => _card.Append(text).Append('\n');

    private void Header()
    {
        AboutOptions about = _options.About;
        Line("---");
        if (about.Name is { } name)
            Line("pretty_name: " + Scalar(name));
        if (about.License is { } license)
            Line("license: " + Scalar(license));
        List("language", about.Language);
        List("task_categories", about.Tasks);
        List("size_categories", [CardVocabulary.SizeOf(Rows)]);
        List("tags", ["assay", .. about.Tags.Where(tag => tag != "assay")]);
        Line("configs:");
        foreach (var config in Configs())
        {
            Line("- config_name: " + config.Key);
            Line("  data_files:");
            foreach (var split in config.GroupBy(file => file.Split))
            {
                Line("  - split: " + Scalar(split.Key));
                Line("    path: " + Scalar(PatternOf([.. split])));
            }
        }
        Line("dataset_info:");
        foreach (var config in Configs())
        {
            Line("- config_name: " + config.Key);
            Features(config.First().IsDropped);
            Line("  splits:");
            foreach (var split in config.GroupBy(file => file.Split))
            {
                Line("  - name: " + Scalar(split.Key));
                Line($"    num_bytes: {split.Sum(file => file.RowBytes)}");
                Line($"    num_examples: {split.Sum(file => file.Rows)}");
            }
            Line($"  download_size: {config.Sum(file => file.Bytes)}");
            Line($"  dataset_size: {config.Sum(file => file.RowBytes)}");
        }
        Line("---");
        Line();
    }

    private IEnumerable<IGrouping<string, ManifestFile>> Configs() =>
        _manifest.Files.GroupBy(file => file.IsDropped ? "dropped" : "default");

    /// <summary>One pattern for files that are numbered, so that the card is as short for a thousand of them.</summary>
    private static string PatternOf(ManifestFile[] files)
    {
        Match first = Numbered().Match(files[0].Path);
        return first.Success ? first.Groups[1].Value + "*" : files[0].Path;
    }

    /// <summary>The columns and their types, where the format holds types; JSON Lines are read by what they hold.</summary>
    private void Features(bool isDropped)
    {
        if (_options.Format is not (ExportFormat.Parquet or ExportFormat.Arrow))
            return;
        Line("  features:");
        foreach (Field field in ExportColumns.Of(_view.Dataset, _options, isDropped))
        {
            Line("  - name: " + Scalar(field.Name));
            Line(
                "    dtype: "
                    + field.Type switch
                    {
                        ColumnType.Bool => "bool",
                        ColumnType.Int64 => "int64",
                        ColumnType.Float64 => "float64",
                        ColumnType.Null => "'null'",
                        _ => "string",
                    }
            );
        }
    }

    private void Body()
    {
        Line("# " + OneLine(_options.About.Name ?? _candidate.Name));
        Line();
        if (_options.About.Description is { } description)
        {
            Line(description.ReplaceLineEndings("\n").Trim());
            Line();
        }
        ManifestFile[] train = [.. _manifest.Files.Where(file => file is { Split: "train", IsDropped: false })];
        Line(
            $"{Number(train.Sum(file => file.Rows))} rows, {Number(_candidate.Bytes)} bytes of text, chosen by Assay {_manifest.Assay} "
                + $"from {Number(_run.Datasets[0].Rows)} rows of {Number(_run.Datasets[0].Files)} file{(_run.Datasets[0].Files == 1 ? "" : "s")} "
                + $"(candidate `{_candidate.Name}`, seed {_manifest.Seed})."
        );
        Line();
        Sources();
        Steps();
        Contents();
        Measurements();
        Reproduce();
    }

    private void Sources()
    {
        Line("## Sources");
        Line();
        Line("| dataset | files | bytes | rows | fingerprint |");
        Line("| --- | ---: | ---: | ---: | --- |");
        foreach (DatasetReport dataset in _run.Datasets)
            Line(
                $"| {Cell(dataset.Name)} | {Number(dataset.Files)} | {Number(dataset.Bytes)} | {Number(dataset.Rows)} | `{dataset.Fingerprint}` |"
            );
        Line();
        foreach (DatasetReport dataset in _run.Datasets.Where(dataset => dataset.Quarantined + dataset.Skipped > 0))
            Line(
                $"- {Number(dataset.Quarantined + dataset.Skipped)} rows of {dataset.Name} could not be read, and were left out."
            );
        Line(
            _options.Ids
                ? "Each row's `assay_id` can be traced to its source file and line with `assay explain`."
                : "Rows carry no ids (`ids: false`)."
        );
        Line();
    }

    private void Steps()
    {
        StepReport[] steps = [.. _run.Steps, .. _candidate.Steps];
        Line("## What was done");
        Line();
        Line("| step | options | rows in | rows out |");
        Line("| --- | --- | ---: | ---: |");
        foreach (StepReport step in steps)
            Line($"| {step.Method} | {Cell(step.Options)} | {Number(step.RowsIn)} | {Number(step.RowsOut)} |");
        Line();
        if (!steps.Any(step => step.Reasons.Count > 0))
            return;
        Line("## What was dropped, and why");
        Line();
        Line("| step | reason | rows |");
        Line("| --- | --- | ---: |");
        foreach (StepReport step in steps)
        foreach (ReasonReport reason in step.Reasons)
            Line($"| {step.Method} | {Cell(reason.Reason)} | {Number(reason.Rows)} |");
        Line();
    }

    private void Contents()
    {
        if (
            _run.Steps.Concat(_candidate.Steps).LastOrDefault(step => step.Label is not null)
            is not { Label: { } label } step
        )
            return;
        Line("## What is in it");
        Line();
        Line($"Of the {Number(label.Rows)} rows that `{step.Method}` saw:");
        Line();
        Line("| column | type | missing | distinct | values |");
        Line("| --- | --- | ---: | ---: | --- |");
        foreach (ColumnLabel column in label.Columns)
            Line(
                $"| {Cell(column.Name)} | {column.Type.ToString().ToLowerInvariant()} | {Number(column.Missing)} | "
                    + $"{(column.Distinct.StandardError > 0 ? "≈ " : "")}{Number(column.Distinct.Value)} | {Cell(ValuesOf(column))} |"
            );
        Line();
    }

    private static string ValuesOf(ColumnLabel column) =>
        column.Numbers is { } numbers ? $"{Number(numbers.Min)} to {Number(numbers.Max)}, mean {Number(numbers.Mean)}"
        : column.Text is { } text ? $"{Number(text.Words.Mean)} words on average, {Number(text.TotalBytes)} bytes"
        : column.TrueShare is { } share ? $"{share.ToString("P1", CultureInfo.InvariantCulture)} true"
        : "";

    private void Measurements()
    {
        if (_run.Candidates.All(candidate => candidate.Measurements.Count == 0))
            return;
        Line("## How it compares");
        Line();
        Line("| candidate | rows | metric | value | interval | unit |");
        Line("| --- | ---: | --- | ---: | --- | --- |");
        foreach (CandidateReport candidate in _run.Candidates)
        foreach (Measurement measurement in candidate.Measurements)
            Line(
                $"| {(candidate.Name == _candidate.Name ? $"**{Cell(candidate.Name)}**" : Cell(candidate.Name))} | {Number(candidate.Rows)} | "
                    + $"{measurement.Metric} | {Number(measurement.Interval.Mean)} | "
                    + $"{Number(measurement.Interval.Low)} to {Number(measurement.Interval.High)} "
                    + $"({measurement.Interval.Confidence.ToString("P0", CultureInfo.InvariantCulture)}) | {measurement.Unit} |"
            );
        Line();
    }

    private void Reproduce()
    {
        Line("## Make it again");
        Line();
        Line(
            $"With Assay {_manifest.Assay}, the data above and this recipe, `assay run recipe.yaml` gives the same bytes; `manifest.json` has a hash of every file."
        );
        foreach (string change in _manifest.Overrides)
            Line($"Changed on the command line: `{OneLine(change)}`.");
        Line();
        int longest = Backticks().Matches(_manifest.Recipe).Select(match => match.Length).DefaultIfEmpty().Max();
        string fence = new('`', Math.Max(3, longest + 1));
        Line(fence + "yaml");
        Line(_manifest.Recipe.ReplaceLineEndings("\n").TrimEnd());
        Line(fence);
        if (_options.About.Citation is not { } citation)
            return;
        Line();
        Line("## Citation");
        Line();
        Line(citation.ReplaceLineEndings("\n").Trim());
    }

    private void List(string key, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
            return;
        Line(key + ":");
        foreach (string item in items)
            Line("- " + Scalar(item));
    }

    /// <summary>Text as YAML takes it for text: plain where that is safe, else in quotes.</summary>
    private static string Scalar(string text) =>
        Plain().IsMatch(text)
        && text.ToLowerInvariant() is not ("yes" or "no" or "on" or "off" or "y" or "n" or "true" or "false" or "null")
            ? text
            : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Cell(string text) => OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);

    private static string OneLine(string text) => SourceText.Printable(text.ReplaceLineEndings(" "), 400);

    private static string Number(double value) =>
        value == Math.Floor(value)
            ? value.ToString("N0", CultureInfo.InvariantCulture)
            : value.ToString("G5", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_./+*<>-]*\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(.*-)\d{5}-of-\d{5}")]
    private static partial Regex Numbered();

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();
}

/// <summary>The columns of exported files, with the types that Parquet gives them.</summary>
internal static class ExportColumns
{
    public static IEnumerable<Field> Of(Dataset dataset, ExportOptions options, bool isDropped)
    {
        string[] added = [.. options.Ids ? ["assay_id"] : (string[])[], .. isDropped ? ["assay_reason"] : (string[])[]];
        return dataset
            .Schema.Where(field => !added.Contains(field.Name))
            .Select(field => field.Name == dataset.TextColumn ? field with { Type = ColumnType.Text } : field)
            .Concat(added.Select(name => new Field(name, ColumnType.Text)));
    }
}
