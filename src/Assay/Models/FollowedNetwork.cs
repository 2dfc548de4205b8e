using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Models;

/// <summary>A network that is trained on labelled rows and watched: its outputs for these rows after every epoch.</summary>
internal sealed class FollowedNetwork
{
    private readonly ClassifierOptions _options;
    private readonly Matrix _features;
    private readonly int[] _entries;

    private FollowedNetwork(ClassifierOptions options, LabelledRows rows, IReadOnlyList<string> classes, int[] entries)
    {
        (_options, _features, _entries) = (options, rows.Features!, entries);
        (Labels, Classes) = (rows.Labels, classes);
    }

    /// <summary>The class of each distinct row, ascending.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Reads the rows in view.</summary>
    /// <param name="options">The model is <c>mlp</c> or <c>convnet</c>; how many epochs its schedule has.</param>
    /// <param name="view">Trained on with the repeats of its selection; watched are the distinct rows.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">A column or a value is missing, or there is only one class.</exception>
    public static FollowedNetwork Read(ClassifierOptions options, View view, CancellationToken cancellation)
    {
        int[] distinct = view.DistinctRows.ToArray();
        IReadOnlyList<string> columns =
            options.Features.Count > 0 ? options.Features : NumberColumns.Default(view, options.Label);
        IReadOnlyList<string> classes = LabelledRows.ClassesOf(view, distinct, options.Label, cancellation);
        LabelledRows rows = LabelledRows.Read(view, distinct, options.Label, columns, classes, cancellation);
        return new(options, rows, classes, [.. view.Selection.Rows.Select(row => Array.BinarySearch(distinct, row))]);
    }

    /// <summary>Trains.</summary>
    /// <param name="random">Names the initial weights and the order of the rows.</param>
    /// <param name="stopAfter">Ends the training after so many epochs of the schedule; 0: after all.</param>
    /// <param name="epochEnded">Gets the number of the epoch, from 1, and the outputs (logits): one row for each distinct row.</param>
    /// <param name="stepped">Called after every step, or null.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <exception cref="AssayException">The columns are no image, or the loss became infinite.</exception>
    public void Train(
        RandomStream random,
        int stopAfter,
        Action<int, Matrix> epochEnded,
        Action<TrainingStep>? stepped,
        CancellationToken cancellation
    )
    {
        NetworkClassifier learner = new(
            new()
            {
                Image = _options.Model == "convnet" ? ClassifierFit.ImageOf(_options, _features.Columns) : null,
                Epochs = _options.Epochs,
                StopAfter = stopAfter,
                LearningRate = _options.LearningRate,
            }
        )
        {
            Stepped = stepped,
            Watch = (model, step) =>
            {
                long perEpoch = step.Steps / _options.Epochs;
                if (step.Step % perEpoch == 0)
                    epochEnded((int)(step.Step / perEpoch), model.Outputs(_features));
            },
            Cancellation = cancellation,
        };
        try
        {
            learner.Fit(
                new(_features.Take(_entries), [.. _entries.Select(entry => Labels[entry])], Classes.Count),
                random
            );
        }
        catch (Exception failure) when (failure is ArgumentException or TrainingException)
        {
            throw new AssayException(failure.Message, cause: failure);
        }
    }
}
