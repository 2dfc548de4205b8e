using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Judge;

/// <summary>Finds the smallest learning rate at which a proxy still leaves the frequencies of single tokens or classes behind.</summary>
internal sealed class RateTrial(IProxy proxy, double reduce, Metric metric, string candidate)
{
    private const string Stage = "rate";
    private const double Fallback = 10;

    /// <summary>Trains at the usual rate and the reduced one; at a tenth of the usual one if the reduced one is too small.</summary>
    /// <param name="view">The candidate.</param>
    /// <param name="sample">Rows of it.</param>
    /// <param name="part">Rows of the target.</param>
    /// <param name="run">What a training at a share of the usual rate works with.</param>
    /// <param name="work">Keeps the losses.</param>
    public RateChoice Choose(View view, Subsample sample, TargetPart part, Func<double, ProxyRun> run, Work work)
    {
        double start = proxy.LossOfFrequencies(view, sample, part, run(1));
        List<(double Share, double Loss)> losses = [];
        void Try(params double[] shares)
        {
            int first = losses.Count;
            work.Make(
                $"{Stage}-{first}",
                shares.Length,
                (piece, stream) =>
                {
                    using Workers.LimitScope limit = Workers.Limit(
                        Math.Max(1, work.Threads / Math.Min(work.Threads, shares.Length))
                    );
                    ProxyRun own = run(shares[piece]);
                    double loss = proxy.Train(view, sample, own).Measure(proxy.Loss, part, work.Cancellation);
                    stream.Write(MemoryMarshal.AsBytes<double>([loss]));
                    own.Forget();
                },
                unit: "models"
            );
            for (int piece = 0; piece < shares.Length; piece++)
            {
                double[] loss = new double[1];
                using FileStream stream = work.Pieces.Open($"{Stage}-{first}", piece);
                stream.ReadExactly(MemoryMarshal.AsBytes(loss.AsSpan()));
                losses.Add((shares[piece], loss[0]));
            }
        }
        Try(1, 1 / reduce);
        bool Suits() => RateChoice.LeavesTheStart(start, losses[0].Loss, losses[^1].Loss);
        if (!Suits() && reduce > Fallback && losses[0].Loss < start)
            Try(1 / Fallback);
        return new(Suits() ? losses[^1].Share : 1, start, losses, metric.Name, candidate);
    }
}
