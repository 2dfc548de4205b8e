using System.Runtime.InteropServices;
using Assay.Data;
using Assay.Numerics;

namespace Assay.Value;

/// <summary>The run that rows are scored by.</summary>
/// <param name="Steps">Steps T of plain gradient descent, at least 1.</param>
/// <param name="Rate">Its learning rate eta.</param>
/// <param name="Interval">Rows are looked at before the steps 0, Interval, 2 Interval and so on; at least 1.</param>
public sealed record ControlRun(int Steps, double Rate, int Interval);

/// <summary>Scores rows by Pontryagin's maximum principle: how the target loss over the rest of training answers to each of them.</summary>
/// <remarks>
/// <para>Source: Gu et al., "Data Selection via Optimal Control for Language Models", arXiv 2410.07064. The co-state is
/// lambda_T = grad J(theta_T), and backwards lambda_t = lambda_(t+1) + grad J(theta_t) - eta H_t lambda_(t+1), where H_t is the Hessian of
/// the loss of the batch of step t. It is used for the rows of a step before that step changes it.</para>
/// <para>Vectors are kept in double.</para>
/// </remarks>
public static class OptimalControl
{
    private const string Forward = "training",
        Backward = "co-states",
        Looking = "row gradients",
        Costate = "costate",
        RowStage = "rows-";
    private const int RowsPerPiece = 64;

    /// <summary>Runs forward, backwards, and over the rows; what a killed run has finished is not made again.</summary>
    /// <param name="model">The model and its rows.</param>
    /// <param name="start">Its parameters before the run.</param>
    /// <param name="run">How long and how fast.</param>
    /// <param name="work">Threads, pieces, progress.</param>
    /// <exception cref="AssayException">The run diverged, or is too fast for the curvature on its way.</exception>
    public static ControlTrace Trace(IControlledModel model, ReadOnlySpan<double> start, ControlRun run, Work work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Interval, 1);
        int last = (run.Steps - 1) / run.Interval * run.Interval,
            pieces = (model.Rows + RowsPerPiece - 1) / RowsPerPiece;
        bool isDone =
            work.Pieces.Has(Costate, 0)
            && Enumerable.Range(0, pieces).All(piece => work.Pieces.Has(RowStage + 0, piece));
        if (!isDone)
        {
            Trajectory trajectory = Trajectory.Run(
                model,
                start,
                run.Steps,
                run.Rate,
                done => work.Progress?.Report(new(Forward, done, run.Steps, "steps")),
                work.Cancellation
            );
            Costates(model, trajectory, run, work);
            for (int step = last; step >= 0; step -= run.Interval)
                Rows(model, run, work, pieces, step, trajectory.After(step).ToArray());
        }
        return Read(model.Rows, run, work, last, pieces);
    }

    // One for each step at which rows are looked at. Cheap beside the rows, so that a run that is too fast is noticed before them.
    private static void Costates(IControlledModel model, Trajectory trajectory, ControlRun run, Work work)
    {
        double[] costate = new double[model.Parameters],
            product = new double[model.Parameters];
        // Goes on from the earliest that is there.
        int first = Enumerable
            .Range(0, (run.Steps - 1) / run.Interval + 1)
            .Select(look => look * run.Interval)
            .FirstOrDefault(step => work.Pieces.Has(Costate, step), run.Steps);
        double most;
        if (first < run.Steps)
            most = ReadCostate(work, first, costate).Most;
        else
        {
            model.TargetGradient(trajectory.After(run.Steps), costate);
            most = Norm(costate);
            Keep(run.Steps - 1);
        }
        for (int step = Math.Min(first, run.Steps - 1); step > 0; step--)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> at = trajectory.After(step);
            model.BatchHessian(step, at, costate, product);
            for (int i = 0; i < costate.Length; i++)
                costate[i] -= run.Rate * product[i];
            model.TargetGradient(at, product);
            most += Norm(product);
            for (int i = 0; i < costate.Length; i++)
                costate[i] += product[i];
            CheckStable(Norm(costate), most, step, run);
            Keep(step - 1);
            work.Progress?.Report(new(Backward, run.Steps - step, run.Steps, "steps"));
        }

        void Keep(int step)
        {
            if (step % run.Interval == 0)
                work.Pieces.Write(
                    Costate,
                    step,
                    stream =>
                    {
                        stream.Write(MemoryMarshal.AsBytes<double>([Norm(costate), most]));
                        stream.Write(MemoryMarshal.AsBytes<double>(costate));
                    }
                );
        }
    }

    // Steps that do not overshoot shrink what they are given, so that a co-state is no longer than the gradients that it is made of.
    private static void CheckStable(double norm, double most, int step, ControlRun run)
    {
        const double allowance = 1.1; // for rounding, and for a little curvature that is negative
        if (!(norm <= allowance * most))
            throw new AssayException(
                $"the run that rows are scored by is not stable: seen from step {step} of {run.Steps}, "
                    + FormattableString.Invariant(
                        $"its steps overshoot, and blow the co-state up to {norm:G3} where the target's gradients add up to {most:G3}"
                    ),
                hint: $"Lower its learning rate, which is {run.Rate}: it has to stay below 2 over the sharpest curvature, or scores are noise."
            );
    }

    private static void Rows(IControlledModel model, ControlRun run, Work work, int pieces, int step, double[] at)
    {
        double[] costate = new double[model.Parameters];
        ReadCostate(work, step, costate);
        long last = (run.Steps - 1) / run.Interval,
            total = (last + 1) * model.Rows,
            done = (last - step / run.Interval) * model.Rows;
        work.Each(
            pieces,
            piece =>
            {
                int first = piece * RowsPerPiece,
                    count = Math.Min(RowsPerPiece, model.Rows - first);
                if (!work.Pieces.Has(RowStage + step, piece))
                    work.Pieces.Write(
                        RowStage + step,
                        piece,
                        stream =>
                        {
                            // Pieces are what runs in parallel.
                            using Workers.LimitScope limit = Workers.Limit(1);
                            double[] norms = new double[count],
                                products = new double[count];
                            model.RowGradients(first, at, costate, norms, products);
                            stream.Write(MemoryMarshal.AsBytes<double>(norms));
                            stream.Write(MemoryMarshal.AsBytes<double>(products));
                        }
                    );
                work.Progress?.Report(new(Looking, Interlocked.Add(ref done, count), total, "rows"));
            }
        );
    }

    private static ControlTrace Read(int rows, ControlRun run, Work work, int last, int pieces)
    {
        int steps = last / run.Interval + 1;
        double[] costates = new double[steps];
        double[][] norms = new double[steps][],
            products = new double[steps][];
        for (int i = 0; i < steps; i++)
        {
            int step = last - i * run.Interval;
            costates[i] = ReadCostate(work, step, []).Norm;
            (norms[i], products[i]) = (new double[rows], new double[rows]);
            for (int piece = 0; piece < pieces; piece++)
            {
                int first = piece * RowsPerPiece,
                    count = Math.Min(RowsPerPiece, rows - first);
                using FileStream stream = work.Pieces.Open(RowStage + step, piece);
                stream.ReadExactly(MemoryMarshal.AsBytes(norms[i].AsSpan(first, count)));
                stream.ReadExactly(MemoryMarshal.AsBytes(products[i].AsSpan(first, count)));
            }
        }
        return new(run.Rate, costates, norms, products);
    }

    // Its length, that of the gradients it is made of, and as much of it as there is room for.
    private static (double Norm, double Most) ReadCostate(Work work, int step, Span<double> costate)
    {
        using FileStream stream = work.Pieces.Open(Costate, step);
        Span<double> lengths = stackalloc double[2];
        stream.ReadExactly(MemoryMarshal.AsBytes(lengths));
        stream.ReadExactly(MemoryMarshal.AsBytes(costate));
        return (lengths[0], lengths[1]);
    }

    private static double Norm(double[] vector)
    {
        double sum = 0;
        foreach (double value in vector)
            sum += value * value;
        return Math.Sqrt(sum);
    }
}
