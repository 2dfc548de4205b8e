using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Plan;

/// <summary>What is learnt from a table of designs: how designs are distributed, and two sets of predictors of their objectives.</summary>
/// <remarks>
/// The first set is what optimisers exploit. The second, on another split of the rows and from other weights, has no part in any search: a
/// proposal that only the first set likes has found its errors.
/// </remarks>
public sealed class DesignNetworks
{
    private const string Stage = "networks";

    private DesignNetworks(
        FlowField flow,
        ObjectivePredictors predictors,
        ObjectivePredictors referees,
        double[] fits
    ) => (Flow, Predictors, Referees, Correlations) = (flow, predictors, referees, fits);

    /// <summary>The generator.</summary>
    public FlowField Flow { get; }

    /// <summary>The predictors that searches use.</summary>
    public ObjectivePredictors Predictors { get; }

    /// <summary>The predictors that no search has seen.</summary>
    public ObjectivePredictors Referees { get; }

    /// <summary>Pearson's correlation of each predictor on rows that it was not fitted on: those of the searches, then the referees.</summary>
    public IReadOnlyList<double> Correlations { get; }

    /// <summary>Trains all networks, each a piece of its own: a killed run trains only those that are missing.</summary>
    /// <exception cref="AssayException">A training diverged.</exception>
    public static DesignNetworks Train(DesignData data, DesignNetworkOptions options, Work work)
    {
        int d = data.Space.Width,
            m = data.M;
        FlowField flow = new(d, options.FlowWidth, work.Random.Child("flow"));
        Mlp[] networks =
        [
            .. Enumerable
                .Range(0, 2 * m)
                .Select(i => ObjectivePredictors.New(d, options.PredictorWidth, work.Random.Child($"predictor-{i}"))),
        ];
        double[] fits = new double[networks.Length];
        work.Make(
            Stage,
            1 + networks.Length,
            (piece, stream) =>
            {
                using Workers.LimitScope limit = Workers.Limit(1); // networks are what is trained at once
                double fit = 0;
                Module network = piece == 0 ? flow : networks[piece - 1];
                RandomStream random = work.Random.Child($"training-{piece}");
                try
                {
                    if (piece == 0)
                        flow.Fit(data.Encoded, options, random, work.Cancellation);
                    else
                        fit = ObjectivePredictors.Fit(
                            networks[piece - 1],
                            data.Encoded,
                            Column(data.Standardised, m, (piece - 1) % m),
                            options,
                            random,
                            work.Cancellation
                        );
                }
                catch (TrainingException failure)
                {
                    throw new AssayException(
                        $"a network could not be trained: {failure.Message}",
                        hint: "Lower 'learning-rate', and look for extreme values among the designs and objectives."
                    );
                }
                stream.Write(MemoryMarshal.AsBytes<double>([fit]));
                stream.Write(MemoryMarshal.AsBytes<float>(network.Snapshot()));
            },
            unit: "networks"
        );
        // Read back, so that a run that goes on has the same bits as one that never stopped.
        for (int piece = 0; piece <= networks.Length; piece++)
        {
            using FileStream stream = work.Pieces.Open(Stage, piece);
            Module network = piece == 0 ? flow : networks[piece - 1];
            double[] fit = new double[1];
            float[] weights = new float[network.ParameterCount];
            stream.ReadExactly(MemoryMarshal.AsBytes(fit.AsSpan()));
            stream.ReadExactly(MemoryMarshal.AsBytes(weights.AsSpan()));
            network.Restore(weights);
            if (piece > 0)
                fits[piece - 1] = fit[0];
        }
        return new(flow, new(networks[..m]), new(networks[m..]), fits);
    }

    private static double[] Column(double[] rows, int width, int column)
    {
        double[] values = new double[rows.Length / width];
        for (int i = 0; i < values.Length; i++)
            values[i] = rows[i * width + column];
        return values;
    }
}
