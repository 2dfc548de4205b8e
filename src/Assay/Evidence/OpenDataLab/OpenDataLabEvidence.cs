using System.Text;
using System.Text.Json.Nodes;
using Assay.Data;
using Assay.Describe;
using Assay.Numerics;
using Assay.Order;

namespace Assay.Evidence;

/// <summary>Does one description language, with one loader and one checker, do for five datasets what five readers do?</summary>
public sealed class OpenDataLabEvidence : IExperiment
{
    private static readonly string[] Datasets = ["sentences", "cells", "dialogues", "digits", "purchases"];

    /// <inheritdoc/>
    public string Slug => "opendatalab-dsdl";

    /// <inheritdoc/>
    public string Title => "OpenDataLab: Empowering General Artificial Intelligence with Open Datasets (2024)";

    /// <inheritdoc/>
    public string Protocol =>
        "Five datasets are described in DSDL 0.5.0: sentences with an opinion (4,000 of rt-polarity), a table of 30 numbers (breast cancer), pairs of dialogues with the preferred one "
        + "(1,500 of hh-rlhf), images of digits in files (1,500 of MNIST), purchases of users (Amazon Luxury Beauty). A seed draws rows and their order. Each is checked strictly, "
        + "and read by one loader that knows types only, and by a reader written for its own format; batches of 32 rows are compared byte by byte, and a linear model is trained on both. As a control, one "
        + "sample in 50 (5 at least) is damaged at random (a field dropped, one added, a value of another type), and the checker has to find those and no others. The conformance cases "
        + "(104 values, 45 definitions) are the same for every seed.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Data =>
        ["opendatalab-dsdl", "rt-polarity", "data-shapley", "hh-rlhf", HandwrittenDigits.Folder, "dpfr"];

    /// <inheritdoc/>
    public int Seeds => 5;

    /// <inheritdoc/>
    public Figures Measure(Trial trial)
    {
        Figures figures = [];
        string folder = Directory.CreateTempSubdirectory("assay-dsdl-").FullName;
        try
        {
            int done = 0;
            foreach (DescribedData data in DescribedData.All(trial, folder))
            {
                Compare(data, folder, trial, figures);
                trial.Report("datasets", ++done, Datasets.Length);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        (int cases, int ours, int sdk) = ConformanceCases.Run(trial.Path("opendatalab-dsdl", "conformance.json"));
        figures["cases"] = cases;
        figures["cases/ours-otherwise"] = ours;
        figures["cases/sdk-otherwise"] = sdk;
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Finding> Conclude(Trials trials)
    {
        double Sum(string figure) => Datasets.Sum(name => trials[$"{name}/{figure}"].Sum());
        Finding None(string claim, string paper, double wrong, string ours, string rule) =>
            new(claim, paper, ours, wrong == 0 ? Verdict.Replicated : Verdict.NotReplicated, rule);
        return
        [
            None(
                "Five datasets of different kinds can be described without a new primitive type",
                "one language for all modalities and tasks",
                Sum("strict-errors"),
                $"{Sum("strict-errors"):0} of {Sum("samples"):0} samples with errors in the strict check, over all seeds",
                "no sample of any seed has an error in the strict check"
            ),
            None(
                "One loader gives what a reader of each format gives",
                "one loader for every dataset",
                Sum("batches-differ") + Sum("coefficients-differ"),
                $"{Sum("batches-differ"):0} of {Sum("batches"):0} batches differ in a bit, {Sum("coefficients-differ"):0} of {5 * trials.Count} linear models in a coefficient; accuracy "
                    + string.Join(", ", Datasets.Select(name => $"{name} {trials.Text(name + "/accuracy", "0.00")}")),
                "no batch and no coefficient of any seed differs in a bit"
            ),
            None(
                "The JSON and the YAML form of a dataset say the same",
                "YAML or JSON",
                Sum("forms-differ"),
                $"{Sum("forms-differ"):0} of {Sum("samples"):0} samples differ after writing as YAML and reading back",
                "no sample of any seed differs"
            ),
            None(
                "The checker finds damaged samples, and no others (control)",
                "-",
                Sum("damage/missed") + Sum("damage/false"),
                $"{Sum("damage/missed"):0} of {Sum("damage"):0} damaged samples missed, {Sum("damage/false"):0} sound ones reported",
                "of no seed is one missed or a sound one reported"
            ),
            None(
                "Values and definitions are accepted and refused as the guide says",
                $"the official SDK decides {trials["cases/sdk-otherwise"][0]:0} of {trials["cases"][0]:0} cases otherwise",
                trials["cases/ours-otherwise"].Sum(),
                $"{trials["cases/ours-otherwise"][0]:0} of {trials["cases"][0]:0} cases otherwise",
                "every case has the verdict of the guide"
            ),
        ];
    }

    private static void Compare(DescribedData data, string folder, Trial trial, Figures figures)
    {
        string name = data.Name,
            path = Path.Combine(folder, name + ".yaml"),
            samples = Path.Combine(folder, "samples.json");
        File.WriteAllText(path, data.Description);
        File.WriteAllText(samples, data.SampleFile());
        DsdlDataset dataset = DsdlDataset.Open(path);
        DsdlCheck check = DsdlCheck.Of(dataset, cancellation: trial.Cancellation);
        figures[name + "/samples"] = check.Samples;
        figures[name + "/strict-errors"] = check.WithErrors + check.WithWarnings;

        FeatureRow[] generic = [.. GenericLoader.Read(dataset, folder)];
        int[] order = Shuffle.Of(data.Rows.Count, trial.Random.Child("order"));
        byte[][] ours = LinearBatches.Of(generic, order),
            theirs = LinearBatches.Of(data.Rows, order);
        figures[name + "/batches"] = theirs.Length;
        figures[name + "/batches-differ"] = theirs
            .Zip(ours)
            .Count(pair => !pair.First.AsSpan().SequenceEqual(pair.Second));
        (double[] coefficients, double accuracy) = LinearBatches.Train(generic, order, data.Classes);
        (double[] expected, _) = LinearBatches.Train(data.Rows, order, data.Classes);
        figures[name + "/coefficients-differ"] = coefficients.AsSpan().SequenceEqual(expected) ? 0 : 1;
        figures[name + "/accuracy"] = accuracy;

        using MemoryStream yaml = new();
        DsdlWriter.Write(
            yaml,
            asJson: false,
            dataset.Description with
            {
                SamplePath = null,
            },
            dataset.Samples().Select(sample => sample.Value!)
        );
        figures[name + "/forms-differ"] = dataset
            .Samples()
            .Zip(DsdlDataset.Parse(yaml.ToArray()).Samples())
            .Count(pair => pair.First.Value!.ToJson() != pair.Second.Value?.ToJson());

        RandomStream random = trial.Random.Child("damage");
        int[] damaged = Shuffle.Of(data.Rows.Count, random)[..Math.Max(5, data.Rows.Count / 50)];
        File.WriteAllText(
            samples,
            data.SampleFile((i, sample) => damaged.Contains(i) ? Damaged(sample, random) : sample)
        );
        HashSet<long> found = [.. dataset.Samples().Where(sample => sample.HasErrors).Select(sample => sample.Index)];
        figures[name + "/damage"] = damaged.Length;
        figures[name + "/damage/missed"] = damaged.Count(i => !found.Contains(i));
        figures[name + "/damage/false"] = found.Count(i => !damaged.Contains((int)i));
    }

    private static JsonObject Damaged(JsonObject sample, RandomStream random)
    {
        string[] fields = [.. sample.Select(field => field.Key)];
        string field = fields[random.NextInt32(fields.Length)];
        switch (random.NextInt32(3))
        {
            case 0:
                sample.Remove(field);
                break;
            case 1:
                sample["surplus"] = 1;
                break;
            default:
                // Neither text nor a number, a class nor a list.
                sample[field] = true;
                break;
        }
        return sample;
    }
}
