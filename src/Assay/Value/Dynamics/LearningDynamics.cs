using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Value;

/// <summary>When a network learns each labelled row, and how often it forgets it: signals <c>first-learned</c>, <c>final-learned</c> and <c>forgetting-events</c>.</summary>
/// <remarks>
/// Source: the report of arXiv 2404.17768, after Toneva and others, "An Empirical Study of Example Forgetting during Deep Neural Network Learning"
/// (2019). Epochs count from 1; the network is looked at after each. See <see cref="RowDynamics"/>.
/// </remarks>
[Method("value/learning-dynamics", Paper = "useful")]
public sealed class LearningDynamics(FollowedNetworkOptions options) : IValuer
{
    private const string Stage = "training";

    /// <inheritdoc/>
    /// <exception cref="AssayException">A column or a value is missing, there is only one class, or the columns are no image.</exception>
    public IReadOnlyList<Signal> Value(View view, Work work)
    {
        int n = view.DistinctRows.Length;
        work.Make(
            Stage,
            1,
            (_, stream) =>
            {
                FollowedNetwork network = FollowedNetwork.Read(options.Classifier, view, work.Cancellation);
                RowDynamics dynamics = new(n);
                network.Train(
                    work.Random.Child("network"),
                    stopAfter: 0,
                    (_, outputs) => dynamics.Add(outputs, network.Labels),
                    step => work.Progress?.Report(new(Stage, step.Step, step.Steps, "steps")),
                    work.Cancellation
                );
                foreach (
                    double[] values in (double[][])
                        [dynamics.FirstLearned(), dynamics.FinalLearned(), dynamics.ForgettingEvents()]
                )
                    stream.Write(MemoryMarshal.AsBytes<double>(values));
            },
            unit: "models"
        );
        using FileStream found = work.Pieces.Open(Stage, 0);
        return
        [
            .. ((string[])["first-learned", "final-learned", "forgetting-events"]).Select(name =>
            {
                double[] own = new double[n],
                    all = new double[view.Dataset.RowCount];
                found.ReadExactly(MemoryMarshal.AsBytes(own.AsSpan()));
                Array.Fill(all, double.NaN);
                for (int i = 0; i < n; i++)
                    all[view.DistinctRows[i]] = own[i];
                return new Signal(name, all);
            }),
        ];
    }
}

/// <summary>Counts, epoch by epoch, which rows a network has right.</summary>
/// <param name="rows">Number of rows.</param>
public sealed class RowDynamics(int rows)
{
    private readonly int[] _first = new int[rows],
        _lastWrong = new int[rows],
        _forgotten = new int[rows];
    private readonly bool[] _right = new bool[rows];

    /// <summary>Epochs seen.</summary>
    public int Epochs { get; private set; }

    /// <summary>Adds an epoch by the network's outputs after it; of equal largest outputs the first counts.</summary>
    /// <param name="outputs">One row of outputs for each row.</param>
    /// <param name="labels">The class of each row.</param>
    public void Add(Matrix outputs, IReadOnlyList<int> labels) =>
        Add(row => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(outputs.Row(row)) == labels[row]);

    /// <summary>Adds an epoch.</summary>
    /// <param name="isRight">Whether the network has a row right.</param>
    public void Add(Func<int, bool> isRight)
    {
        Epochs++;
        for (int row = 0; row < rows; row++)
        {
            bool right = isRight(row);
            if (right && _first[row] == 0)
                _first[row] = Epochs;
            if (!right)
                _lastWrong[row] = Epochs;
            if (_right[row] && !right)
                _forgotten[row]++;
            _right[row] = right;
        }
    }

    /// <summary>The first epoch after which a row was right; one more than all epochs if it never was.</summary>
    public double[] FirstLearned() => [.. _first.Select(epoch => epoch > 0 ? (double)epoch : Epochs + 1)];

    /// <summary>The epoch from which on a row was always right; one more than all epochs if it is wrong at the end.</summary>
    public double[] FinalLearned() => [.. _lastWrong.Select(epoch => epoch + 1.0)];

    /// <summary>How often a row that was right became wrong; all epochs, more than any other row can have, if it never was right.</summary>
    public double[] ForgettingEvents() =>
        [.. _forgotten.Select((count, row) => _first[row] > 0 ? (double)count : Epochs)];
}
