using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Select;

/// <summary>Repeats the labelled rows that a network learns late (USEFUL: upsample early for uniform learning).</summary>
/// <remarks>
/// Source: arXiv 2404.17768. Train a few epochs, split the outputs of each class in two clusters, add every row of the cluster with the larger
/// mean loss once more; then train anew, from the start, on the enlarged set, with any optimiser. See <see cref="SlowRows"/> and <see cref="SeparatingEpoch"/>.
/// </remarks>
[Method("select/useful", Paper = "useful")]
public sealed class Useful(UsefulOptions options) : ISelector
{
    private const string Stage = "outputs";

    // A mean loss so far above that of guessing means a network that is sure of another class: wrong labels rather than slow rows.
    private const double TooSure = 1.5;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column or a value is missing, there is only one class, or the columns are no image.</exception>
    public Selected Select(View view, Work work)
    {
        FollowedNetwork network = FollowedNetwork.Read(options.Classifier, view, work.Cancellation);
        work.Make(Stage, 1, (_, stream) => Write(Separate(network, work), stream), unit: "models");
        (int epoch, Matrix outputs) = Read(work, network.Classes.Count);
        SlowRows slow = SlowRows.Of(outputs, network.Labels, work.Random.Child("clusters"));
        bool[] repeated = Repeated(slow, outputs, network.Labels, work);
        return new(
            Enlarged(view, repeated, options.Factor),
            Drops.None,
            view.Edits,
            Notes: [.. Notes(epoch, slow, repeated, network)]
        );
    }

    /// <summary>The rows with copies of some right behind them.</summary>
    /// <param name="view">What is enlarged.</param>
    /// <param name="repeated">For each distinct row, whether it is repeated.</param>
    /// <param name="factor">How often a repeated row is there, at least 1.</param>
    internal static Selection Enlarged(View view, bool[] repeated, int factor)
    {
        List<int> rows = [];
        List<float> weights = [];
        Selection selection = view.Selection;
        for (int i = 0; i < selection.Count; i++)
        for (int copy = 0; copy < (repeated[view.DistinctRows.BinarySearch(selection.Rows[i])] ? factor : 1); copy++)
        {
            rows.Add(selection.Rows[i]);
            weights.Add(selection.Weights?[i] ?? 1);
        }
        return new([.. rows], selection.Weights is null ? null : [.. weights], selection.IsOrdered);
    }

    private (int Epoch, Matrix Outputs) Separate(FollowedNetwork network, Work work)
    {
        int last =
            options.SeparatingEpoch > 0
                ? Math.Min(options.SeparatingEpoch, options.Epochs)
                : SeparatingEpoch.Horizon(options.Epochs);
        List<Matrix> after = [];
        List<double> errors = [];
        network.Train(
            work.Random.Child("network"),
            last,
            (_, outputs) =>
            {
                if (options.SeparatingEpoch > 0)
                    after.Clear();
                after.Add(outputs);
                errors.Add(Wrong(outputs, network.Labels).Count(wrong => wrong) / (double)outputs.Rows);
            },
            step =>
                work.Progress?.Report(
                    new("training", step.Step, Math.Max(1, step.Steps * last / options.Epochs), "steps")
                ),
            work.Cancellation
        );
        int epoch = options.SeparatingEpoch > 0 ? last : SeparatingEpoch.Of(errors);
        return (epoch, options.SeparatingEpoch > 0 ? after[0] : after[epoch - 1]);
    }

    private bool[] Repeated(SlowRows slow, Matrix outputs, IReadOnlyList<int> labels, Work work)
    {
        switch (options.By)
        {
            case UsefulBy.Clusters:
                return [.. slow.Slow];
            case UsefulBy.Misclassified:
                return Wrong(outputs, labels);
            default:
                int[] order = [.. Enumerable.Range(0, labels.Count)];
                if (options.By == UsefulBy.Random)
                    work.Random.Child("control").Shuffle<int>(order);
                else
                {
                    double[] losses = SlowRows.Losses(outputs, labels);
                    order = [.. order.OrderByDescending(row => losses[row])];
                }
                bool[] repeated = new bool[labels.Count];
                foreach (int row in order.AsSpan(0, slow.Count))
                    repeated[row] = true;
                return repeated;
        }
    }

    private IEnumerable<string> Notes(int epoch, SlowRows slow, bool[] repeated, FollowedNetwork network)
    {
        string Share(int count) => (count / (double)repeated.Length).ToString("P0", CultureInfo.InvariantCulture);
        SlowClass[] split = [.. slow.Classes.Where(found => found.SlowCount > 0)];
        if (split.Length == 0)
        {
            yield return "no class has outputs that differ: nothing is repeated";
            yield break;
        }
        double slowLoss = split.Sum(found => found.SlowCount * found.SlowLoss) / split.Sum(found => found.SlowCount),
            fastLoss = split.Sum(found => found.FastCount * found.FastLoss) / split.Sum(found => found.FastCount);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"after epoch {epoch} of {options.Epochs} {Share(slow.Count)} of the rows are slow, with a mean loss of {slowLoss:0.00} against {fastLoss:0.00}"
        )
            + (
                options.By == UsefulBy.Clusters
                    ? ""
                    : $"; repeated are {Share(repeated.Count(one => one))} by '{options.By.ToString().ToLowerInvariant()}'"
            );
        double guessing = Math.Log(network.Classes.Count);
        string[] sure =
        [
            .. split.Where(found => found.SlowLoss > TooSure * guessing).Select(found => network.Classes[found.Class]),
        ];
        if (sure.Length > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"the slow rows of {sure.Length} classes ({string.Join(", ", sure.Take(5))}{(sure.Length > 5 ? ", ..." : "")}) have a loss far above that of guessing ({guessing:0.00}): they may be mislabelled, and repeating them would hurt"
            );
        if (slowLoss < 0.05 && slowLoss - fastLoss < 0.05)
            yield return "both clusters are learned already: take an earlier 'separating-epoch'";
    }

    private static bool[] Wrong(Matrix outputs, IReadOnlyList<int> labels)
    {
        bool[] wrong = new bool[outputs.Rows];
        for (int row = 0; row < wrong.Length; row++)
            wrong[row] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(outputs.Row(row)) != labels[row];
        return wrong;
    }

    private static void Write((int Epoch, Matrix Outputs) separated, Stream stream)
    {
        stream.Write(BitConverter.GetBytes(separated.Epoch));
        stream.Write(MemoryMarshal.AsBytes(separated.Outputs.Values));
    }

    private static (int, Matrix) Read(Work work, int classes)
    {
        using FileStream stream = work.Pieces.Open(Stage, 0);
        byte[] epoch = new byte[sizeof(int)];
        stream.ReadExactly(epoch);
        float[] values = new float[(stream.Length - epoch.Length) / sizeof(float)];
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return (BitConverter.ToInt32(epoch), new(values, classes));
    }
}
