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
        Backward = "row gradients",
        Costate = "costate",
        RowStage = "rows-";
    private const int RowsPerPiece = 64;

    /// <summary>Runs forward, and backwards over the rows; what a killed run has finished is not made again.</summary>
    /// <param name="model">The model and its rows.</param>
    /// <param name="start">Its parameters before the run.</param>
    /// <param name="run">How long and how fast.</param>
    /// <param name="work">Threads, pieces, progress.</param>
    /// <exception cref="AssayException">The run diverged.</exception>
    public static ControlTrace Trace(IControlledModel model, ReadOnlySpan<double> start, ControlRun run, Work work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Interval, 1);
        int last = (run.Steps - 1) / run.Interval * run.Interval,
            pieces = (model.Rows + RowsPerPiece - 1) / RowsPerPiece;
        bool IsDone(int step) =>
            work.Pieces.Has(Costate, step)
            && Enumerable.Range(0, pieces).All(piece => work.Pieces.Has(RowStage + step, piece));
        if (!IsDone(0))
            Backwards(model, start, run, work, pieces);
        return Read(model.Rows, run, work, last, pieces);
    }

    private static void Backwards(
        IControlledModel model,
        ReadOnlySpan<double> start,
        ControlRun run,
        Work work,
        int pieces
    )
    {
        Trajectory trajectory = Trajectory.Run(
            model,
            start,
            run.Steps,
            run.Rate,
            done => work.Progress?.Report(new(Forward, done, run.Steps, "steps")),
            work.Cancellation
        );
        double[] costate = new double[model.Parameters],
            product = new double[model.Parameters];
        // The earliest step whose co-state is there: rows of all later steps are done.
        int first = run.Steps - 1;
        for (int step = 0; step < run.Steps && first == run.Steps - 1; step += run.Interval)
            if (work.Pieces.Has(Costate, step))
                first = step;
        if (work.Pieces.Has(Costate, first))
            ReadCostate(work, first, costate);
        else
            model.TargetGradient(trajectory.After(run.Steps), costate);
        for (int step = first; step >= 0; step--)
        {
            work.Cancellation.ThrowIfCancellationRequested();
            double[] at = trajectory.After(step).ToArray();
            if (step % run.Interval == 0)
            {
                if (!work.Pieces.Has(Costate, step))
                    work.Pieces.Write(
                        Costate,
                        step,
                        stream =>
                        {
                            stream.Write(MemoryMarshal.AsBytes<double>([Norm(costate)]));
                            stream.Write(MemoryMarshal.AsBytes<double>(costate));
                        }
                    );
                Rows(model, run, work, pieces, step, at, costate);
            }
            if (step == 0)
                break; // nobody asks for the co-state of the start
            model.BatchHessian(step, at, costate, product);
            for (int i = 0; i < costate.Length; i++)
                costate[i] -= run.Rate * product[i];
            model.TargetGradient(at, product);
            for (int i = 0; i < costate.Length; i++)
                costate[i] += product[i];
        }
    }

    private static void Rows(
        IControlledModel model,
        ControlRun run,
        Work work,
        int pieces,
        int step,
        double[] at,
        double[] costate
    )
    {
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
                work.Progress?.Report(new(Backward, Interlocked.Add(ref done, count), total, "rows"));
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
            using (FileStream stream = work.Pieces.Open(Costate, step))
                stream.ReadExactly(MemoryMarshal.AsBytes(costates.AsSpan(i, 1)));
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

    private static void ReadCostate(Work work, int step, double[] costate)
    {
        using FileStream stream = work.Pieces.Open(Costate, step);
        stream.Position = sizeof(double);
        stream.ReadExactly(MemoryMarshal.AsBytes(costate.AsSpan()));
    }

    private static double Norm(double[] vector)
    {
        double sum = 0;
        foreach (double value in vector)
            sum += value * value;
        return Math.Sqrt(sum);
    }
}
