using System.Text.RegularExpressions;
using Assay.Data;
using Assay.Describe;
using Assay.Judge;
using Assay.Recipes.Execution;

namespace Assay.Recipes;

/// <summary>Checks what no option can know by itself: that the parts of a recipe fit together.</summary>
internal sealed partial class RecipeChecks
{
    private const string Holdout = "select/holdout";

    private readonly Recipe recipe;
    private readonly MapNode root;
    private readonly MethodCatalogue catalogue;
    private readonly DocumentProblems problems;

    /// <summary>Names of the datasets that there are at this point of the recipe.</summary>
    private readonly List<string> datasets;

    // Where a section could not be bound, what refers to it is not held against the recipe.
    private readonly bool datasetsUnsure;
    private readonly bool metricsUnsure;
    private readonly bool candidatesUnsure;

    /// <summary>Prepares the checks.</summary>
    /// <param name="recipe">The recipe, as far as it could be bound.</param>
    /// <param name="root">Its tree, for places.</param>
    /// <param name="catalogue">The methods.</param>
    /// <param name="problems">Where problems go.</param>
    public RecipeChecks(Recipe recipe, MapNode root, MethodCatalogue catalogue, DocumentProblems problems)
    {
        this.catalogue = catalogue;
        this.recipe = recipe;
        this.root = root;
        this.problems = problems;
        datasets = [.. recipe.Data.Keys];
        datasetsUnsure = recipe.Data.Count == 0 || problems.At("data") || HoldoutUnbound();
        metricsUnsure = problems.At("judge");
        candidatesUnsure = problems.At("candidates");
    }

    /// <summary>Runs all checks.</summary>
    public void Run()
    {
        CheckData();
        CheckNames("candidates");
        foreach (StepSpec step in recipe.Steps)
        {
            CheckDatasets(step.Method.Shape, step.Options, step.Node, step.Mark, step.Where!.Key!);
            AddHoldout(step);
        }
        foreach ((string name, IReadOnlyList<StepSpec> steps) in recipe.Candidates)
            CheckCandidate(name, steps);
        CheckJudge();
        CheckFrontier();
        CheckExport();
        CheckTiers();
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    private static partial Regex Name { get; }

    /// <summary>True if a step that may have been meant as a holdout could not be bound.</summary>
    private bool HoldoutUnbound()
    {
        if (root.Find("steps")?.Value is not ListNode steps)
            return false;
        return Enumerable
            .Range(0, steps.Items.Count)
            .Any(i =>
                problems.At($"steps[{i}]")
                && steps.Items[i] is MapNode { Entries: [var first, ..] }
                && Nearest.Of(first.Key.Text, [Holdout]) is not null
            );
    }

    private void CheckData()
    {
        CheckNames("data");
        if (root.Find("data") is { Value: MapNode { Entries.Count: 0 } } data)
            problems.Add(
                data.Key.Mark,
                "data",
                "there is no dataset",
                "at least one, such as pool: { path: corpus/*.jsonl }"
            );
    }

    /// <summary>Names stand in metrics (<c>bits-per-byte@target</c>), in <c>--set</c> and in file names.</summary>
    private void CheckNames(string section)
    {
        if (root.Find(section)?.Value is not MapNode map)
            return;
        foreach (YamlEntry entry in map.Entries)
            if (!Name.IsMatch(entry.Key.Text))
                problems.Add(
                    entry.Key.Mark,
                    YamlReader.Join(section, entry.Key.Text),
                    $"{entry.Key.Noun} cannot be a name",
                    "letters, digits, '-' and '_', beginning with a letter or a digit"
                );
            else if (section == "candidates" && entry.Key.Text == ExportOptions.Best)
                problems.Add(
                    entry.Key.Mark,
                    "candidates.best",
                    "'best' cannot be the name of a candidate",
                    hint: "'export: { candidate: best }' means the one that the frontier chooses"
                );
    }

    private void CheckCandidate(string name, IReadOnlyList<StepSpec> steps)
    {
        string key = "candidates." + name;
        if (steps.Count == 0 && !problems.At(key))
            problems.Add(
                (root.Find("candidates")?.Value as MapNode)?.Find(name)?.Key.Mark ?? root.Mark,
                key,
                $"the candidate '{name}' has no steps",
                "at least one, such as select/random: { keep: 30% }"
            );
        foreach (StepSpec step in steps)
            if (step.Name == Holdout)
                problems.Add(
                    step.Mark,
                    step.Where!.Key!,
                    "a candidate cannot set rows aside",
                    hint: "all candidates are judged on the same rows: put it under 'steps:'"
                );
            else
                CheckDatasets(step.Method.Shape, step.Options, step.Node, step.Mark, step.Where!.Key!);
    }

    private void AddHoldout(StepSpec step)
    {
        if (step.Name != Holdout || step.Method.Shape.Find("as") is not { } option)
            return;
        if (option.Property.GetValue(step.Options) is not string { Length: > 0 } name)
            return;
        TextMark mark = step.Node.Find("as")?.Value.Mark ?? step.Mark;
        if (datasets.Contains(name))
            problems.Add(mark, step.Where!.Key + ".as", $"there is already a dataset '{name}'", "a new name");
        else if (!Name.IsMatch(name))
            problems.Add(
                mark,
                step.Where!.Key + ".as",
                $"'{SourceText.Printable(name)}' cannot be a name",
                "letters, digits, '-' and '_', beginning with a letter or a digit"
            );
        else
            datasets.Add(name);
    }

    private void CheckDatasets(RecordShape shape, object options, MapNode node, TextMark mark, string key)
    {
        foreach (Option option in shape.Options)
        {
            object? value = option.Property.GetValue(options);
            YamlNode? written = node.Find(option.Name)?.Value;
            string path = YamlReader.Join(key, option.Name);
            if (option.NamesDataset)
                CheckDatasets(value is string name ? [name] : value as IEnumerable<string> ?? [], written, mark, path);
            else if (option.Kind is ValueKind.Record record && value is not null)
                CheckDatasets(record.Shape, value, written as MapNode ?? new(mark, []), written?.Mark ?? mark, path);
        }
    }

    private void CheckDatasets(IEnumerable<string> names, YamlNode? written, TextMark mark, string key)
    {
        foreach ((int i, string name) in names.Index())
            if (name.Length > 0)
                CheckDataset(name, PlaceOf(written, i, mark), KeyOf(written, i, key));
    }

    private void CheckDataset(string name, TextMark mark, string key)
    {
        if (datasetsUnsure || datasets.Contains(name))
            return;
        problems.Add(
            mark,
            key,
            $"there is no dataset '{SourceText.Printable(name)}' at this point",
            Wording.OneOf(datasets),
            Nearest.Hint(name, datasets) ?? $"add it under 'data:', or make it with {Holdout} above"
        );
    }

    private void CheckJudge()
    {
        if (recipe.Judge is not { } judge)
            return;
        if (recipe.Candidates.Count == 0 && !candidatesUnsure)
            problems.Add(PlaceOf("judge"), "judge", "there are no candidates to judge", "a 'candidates:' section");
        MapNode section = (MapNode)root.Find("judge")!.Value;
        CheckDatasets(RecordShape.Of(judge.GetType()), judge, section, PlaceOf("judge"), "judge");
        YamlNode? metrics = section.Find("metrics")?.Value;
        foreach ((int i, string metric) in judge.Metrics.Index())
            if (metric.Split('@', 2) is [_, var dataset])
                CheckDataset(dataset, PlaceOf(metrics, i, PlaceOf("judge")), KeyOf(metrics, i, "judge.metrics"));
        CheckWithItsMethod("judge", judge);
    }

    /// <summary>Lets the method that takes a section's options refuse them, as it does with those of a step.</summary>
    private void CheckWithItsMethod(string section, object options)
    {
        if (problems.At(section))
            return;
        foreach (MethodEntry method in catalogue.Methods.Where(method => method.OptionsType == options.GetType()))
            try
            {
                method.Create(options);
            }
            catch (AssayException failure)
            {
                problems.Add(PlaceOf(section), section, failure.Message, hint: failure.Hint);
            }
    }

    private void CheckFrontier()
    {
        if (recipe.Frontier is not { } frontier)
            return;
        if (recipe.Candidates.Count == 0 && !candidatesUnsure)
            problems.Add(
                PlaceOf("frontier"),
                "frontier",
                "there are no candidates to compare",
                "a 'candidates:' section"
            );
        if (frontier.Minimise.Count + frontier.Maximise.Count == 0 && !problems.At("frontier"))
            problems.Add(
                PlaceOf("frontier"),
                "frontier",
                "there are no objectives",
                "minimise: or maximise: with metrics"
            );
        CheckObjectives("minimise", frontier.Minimise, []);
        CheckObjectives("maximise", frontier.Maximise, frontier.Minimise);
        CheckWithItsMethod("frontier", frontier);
    }

    private void CheckObjectives(string direction, IReadOnlyList<string> objectives, IReadOnlyList<string> before)
    {
        string[] known = [.. (recipe.Judge?.Metrics ?? []).Union(Metric.Sizes)];
        YamlNode? written = ((MapNode)root.Find("frontier")!.Value).Find(direction)?.Value;
        foreach ((int i, string metric) in objectives.Index())
        {
            TextMark mark = PlaceOf(written, i, PlaceOf("frontier"));
            string key = KeyOf(written, i, "frontier." + direction);
            if (before.Contains(metric) || objectives.Take(i).Contains(metric))
                problems.Add(mark, key, $"'{SourceText.Printable(metric)}' is an objective already");
            else if (!known.Contains(metric) && !metricsUnsure)
                problems.Add(
                    mark,
                    key,
                    $"'{SourceText.Printable(metric)}' is not measured",
                    Wording.OneOf(known),
                    Nearest.Hint(metric, known) ?? "add it to 'judge: { metrics: [...] }'"
                );
        }
    }

    private void CheckTiers()
    {
        if (recipe.Tiers is not { } tiers)
            return;
        foreach (string other in (string[])["steps", "candidates", "judge", "frontier", "export"])
            if (root.Find(other) is not null)
                problems.Add(
                    PlaceOf(other),
                    other,
                    $"a recipe with tiers has no '{other}'",
                    hint: "'assay tiers' runs the gates and writes the rows of each tier; other recipes read them under 'data:'"
                );
        MapNode written = (MapNode)root.Find("tiers")!.Value;
        string[] gates = [.. tiers.Gates().Select(gate => gate.Name)];
        if (gates.Length == 0 && !problems.At("tiers"))
            problems.Add(PlaceOf("tiers"), "tiers", "there is no gate", "steps for L1, L2, L3 or L4");
        foreach ((string name, _, IReadOnlyList<StepSpec> gate) in tiers.Gates())
        foreach ((int i, StepSpec step) in gate.Index())
            if (step.Name == Holdout)
                problems.Add(
                    step.Mark,
                    step.Where!.Key!,
                    "a gate cannot set rows aside",
                    hint: "read them under 'data:'"
                );
            else if (step.Method.Verb == "make" && i > 0)
                problems.Add(
                    step.Mark,
                    step.Where!.Key!,
                    $"'{step.Name}' makes the rows of {name}, and steps before it look at others",
                    "a method that makes rows only at the beginning of a gate"
                );
            else
                CheckDatasets(step.Method.Shape, step.Options, step.Node, step.Mark, step.Where!.Key!);
        int highest = gates.Length == 0 ? 0 : Array.IndexOf(TiersOptions.Names, gates[^1]);
        foreach (string name in TiersOptions.Names[..highest])
            if (!gates.Contains(name) && !tiers.Skip.ContainsKey(name) && !problems.At("tiers." + name))
                problems.Add(
                    PlaceOf("tiers"),
                    "tiers",
                    $"{gates[^1]} has a gate and {name} has none",
                    $"steps for {name}, or the reason why it is left out: skip: {{ {name}: ... }}"
                );
        MapNode? skipped = written.Find("skip")?.Value as MapNode;
        foreach ((string name, string reason) in tiers.Skip)
        {
            TextMark mark = skipped?.Find(name)?.Key.Mark ?? PlaceOf("tiers");
            string key = "tiers.skip." + name;
            if (!TiersOptions.Names[..highest].Contains(name) || gates.Contains(name))
                problems.Add(
                    mark,
                    key,
                    gates.Contains(name)
                        ? $"{name} has a gate and is left out"
                        : $"there is no '{SourceText.Printable(name)}' below the highest tier to leave out",
                    Wording.OneOf(TiersOptions.Names[..highest].Except(gates))
                );
            else if (string.IsNullOrWhiteSpace(reason))
                problems.Add(
                    mark,
                    key,
                    $"nothing says why {name} is left out",
                    "a reason, such as: the pool was selected elsewhere"
                );
        }
        if (tiers.Verify is { } verify && written.Find("verify")?.Value is MapNode section)
            CheckDatasets(RecordShape.Of(verify.GetType()), verify, section, section.Mark, "tiers.verify");
    }

    private void CheckExport()
    {
        if (recipe.Export is not { } export || candidatesUnsure)
            return;
        TextMark mark = ((MapNode)root.Find("export")!.Value).Find("candidate")?.Value.Mark ?? PlaceOf("export");
        IEnumerable<string> names = recipe.Candidates.Keys;
        if (export.Candidate == ExportOptions.Best)
        {
            if (recipe.Candidates.Count > 1 && root.Find("frontier") is null)
                problems.Add(
                    mark,
                    "export.candidate",
                    "without a frontier no candidate is the best",
                    Wording.OneOf(names),
                    "or add a 'frontier:' section"
                );
        }
        else if (!recipe.Candidates.ContainsKey(export.Candidate))
            problems.Add(
                mark,
                "export.candidate",
                $"there is no candidate '{SourceText.Printable(export.Candidate)}'",
                Wording.OneOf([.. names, ExportOptions.Best]),
                Nearest.Hint(export.Candidate, names)
            );
        CheckAbout(export);
    }

    /// <summary>What cards and descriptions are to say must be words that their readers know.</summary>
    private void CheckAbout(ExportOptions export)
    {
        MapNode written = (MapNode)root.Find("export")!.Value;
        MapNode? about = written.Find("about")?.Value as MapNode;
        if (export.About.License is { } license && !CardVocabulary.Licenses.Contains(license))
            problems.Add(
                about!.Find("license")!.Value.Mark,
                "export.about.license",
                $"the Hub knows no licence '{SourceText.Printable(license)}'",
                "one of its identifiers, such as cc-by-4.0, or other",
                Nearest.Hint(license, CardVocabulary.Licenses)
            );
        foreach (string language in export.About.Language.Where(language => !CardVocabulary.IsLanguage(language)))
            problems.Add(
                about!.Find("language")!.Value.Mark,
                "export.about.language",
                $"'{SourceText.Printable(language)}' has not the form of a code of a language",
                CardVocabulary.LanguageForm
            );
        string[] missing = export.Croissant ? [.. CroissantCard.Missing(export.About)] : [];
        if (missing.Length > 0)
            problems.Add(
                (about ?? written).Mark,
                "export.about",
                $"a Croissant description needs {string.Join(", ", missing)}",
                hint: "nobody but you knows; without them it breaks the rules of its specification"
            );
    }

    /// <summary>The place of a section's key.</summary>
    private TextMark PlaceOf(string section) => root.Find(section)?.Key.Mark ?? root.Mark;

    /// <summary>The place of the i-th value of a list that may have been written as a single value, or not at all.</summary>
    private static TextMark PlaceOf(YamlNode? written, int i, TextMark otherwise) =>
        written is ListNode list && i < list.Items.Count ? list.Items[i].Mark : written?.Mark ?? otherwise;

    private static string KeyOf(YamlNode? written, int i, string key) => written is ListNode ? $"{key}[{i}]" : key;
}
