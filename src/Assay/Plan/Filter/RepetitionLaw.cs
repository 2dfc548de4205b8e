namespace Assay.Plan.Filter;

/// <summary>What repeating rows does to the error.</summary>
public enum RepetitionLaw
{
    /// <summary>A repeated row keeps its place in the count of samples but teaches less: its exponent halves with every half-life.</summary>
    HalfLife,

    /// <summary>A repeated row counts as less than a sample: the number of effective samples saturates.</summary>
    EffectiveData,

    /// <summary>A repeated row is as good as a new one.</summary>
    PowerLaw,
}

/// <summary>Two ways to write the half-life law, which give different numbers.</summary>
public enum LawForm
{
    /// <summary>As the paper has it: scale times a product of powers, and the floor added last.</summary>
    Paper,

    /// <summary>As the official code has it: the scale within the first power, and the floor multiplied by the later ratios.</summary>
    OfficialCode,
}

/// <summary>The error of training on one pool, or on several mixed uniformly, after a number of samples.</summary>
/// <remarks>
/// <para>
/// Source: arXiv 2404.07177, sections 4.1 and 4.2 (Theorem 1). With b_k = b (1/2)^(k / tau) the exponent of a row's showing k + 1, and n_j the
/// samples seen by the end of epoch j, y = a n_1^b_0 prod_j (n_j / n_(j-1))^b_(j-1) + d. In a mixture k counts epochs over the union, a pool's
/// half-life is longer by what the union is larger, and the exponent is the mean over the rows.
/// </para>
/// <para>
/// Pools of unequal size are weighed by their size and repeat by their own share of the union; the paper has equal pools only.
/// The rival law discounts samples: "Scaling data-constrained language models", arXiv 2305.16264, as the official code has it.
/// </para>
/// </remarks>
public static class RepetitionCurve
{
    /// <summary>The error after <paramref name="samples"/> samples of the union of some pools.</summary>
    /// <param name="law">What repetition does.</param>
    /// <param name="form">How the half-life law is written; the others have one form.</param>
    /// <param name="shared">What all pools share.</param>
    /// <param name="pools">The pools, at least one.</param>
    /// <param name="sizes">Rows of each, positive.</param>
    /// <param name="samples">Samples seen, positive; the last epoch may be a part of one.</param>
    /// <returns>The error; it can exceed 1 where the law is used out of its range.</returns>
    /// <exception cref="ArgumentException">A length does not fit, or a number is out of its range.</exception>
    public static double Error(
        RepetitionLaw law,
        LawForm form,
        SharedConstants shared,
        IReadOnlyList<Pool> pools,
        IReadOnlyList<double> sizes,
        double samples
    )
    {
        if (pools.Count == 0 || sizes.Count != pools.Count)
            throw new ArgumentException($"{sizes.Count} sizes for {pools.Count} pools.", nameof(sizes));
        double epoch = 0;
        foreach (double size in sizes)
            epoch += size > 0 ? size : throw new ArgumentException($"A pool has {size} rows.", nameof(sizes));
        if (!(samples > 0) || !double.IsFinite(samples))
            throw new ArgumentException($"{samples} samples have no error.", nameof(samples));
        // Repetition does nothing within the first epoch, and a last epoch without samples has a ratio of 1.
        int epochs = (int)Math.Min(Math.Ceiling(samples / epoch), int.MaxValue);
        return law switch
        {
            RepetitionLaw.PowerLaw => Falling(
                form,
                shared,
                epoch,
                samples,
                1,
                _ => Mean(pools, sizes, epoch, (pool, _) => pool.Utility)
            ),
            RepetitionLaw.HalfLife => Falling(
                form,
                shared,
                epoch,
                samples,
                epochs,
                k => Mean(pools, sizes, epoch, (pool, share) => pool.Utility * Kept(pool, share, k))
            ),
            _ => Discounted(shared, pools, sizes, epoch, samples, epochs),
        };
    }

    private static double Falling(
        LawForm form,
        SharedConstants shared,
        double epoch,
        double samples,
        int epochs,
        Func<int, double> exponent
    )
    {
        double first = epochs == 1 ? samples : epoch;
        double factor = 1,
            seen = first;
        for (int k = 1; k < epochs; k++)
        {
            double next = Math.Min(epoch * (k + 1), samples);
            factor *= Math.Pow(next / seen, exponent(k));
            seen = next;
        }
        double units = first / shared.Unit;
        return form == LawForm.Paper
            ? shared.Scale * Math.Pow(units, exponent(0)) * factor + shared.Floor
            : (Math.Pow(shared.Scale * units, exponent(0)) + shared.Floor) * factor;
    }

    // The scale is within the power, and the floor is added last: the only form that this law has.
    private static double Discounted(
        SharedConstants shared,
        IReadOnlyList<Pool> pools,
        IReadOnlyList<double> sizes,
        double epoch,
        double samples,
        int epochs
    )
    {
        double effective = 0,
            error = 1;
        for (int k = 0; k < epochs; k++)
        {
            double shown = Math.Min(epoch, samples - epoch * k);
            double kept = Mean(pools, sizes, epoch, (pool, share) => Kept(pool, share, k));
            double exponent =
                kept > 0 ? Mean(pools, sizes, epoch, (pool, share) => pool.Utility * Kept(pool, share, k)) / kept : 0;
            double next = effective + shown * kept;
            error *= Math.Pow(k == 0 ? shared.Scale * next / shared.Unit : next / effective, exponent);
            effective = next;
        }
        return error + shared.Floor;
    }

    // What a showing in epoch k is worth of the first. A pool that is a part of the union is seen in more varied company.
    private static double Kept(Pool pool, double share, int k) =>
        k == 0 || double.IsPositiveInfinity(pool.HalfLife) ? 1 : double.Exp2(-k * share / pool.HalfLife);

    private static double Mean(
        IReadOnlyList<Pool> pools,
        IReadOnlyList<double> sizes,
        double epoch,
        Func<Pool, double, double> of
    )
    {
        double sum = 0;
        for (int i = 0; i < pools.Count; i++)
            sum += sizes[i] / epoch * of(pools[i], sizes[i] / epoch);
        return sum;
    }
}
