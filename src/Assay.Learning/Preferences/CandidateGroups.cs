namespace Assay.Learning;

/// <summary>Prompts with a few candidate answers each, and how probable a reference policy finds them: a policy that can be computed exactly.</summary>
/// <remarks>
/// Candidates of a prompt stand together. Expectations, divergences, the optimum of a reward with a price on divergence and the best of n draws
/// are sums over candidates here, not estimates: what a method gains is told apart from what sampling loses.
/// <code>
/// CandidateGroups groups = new([3]);                                  // one prompt, three answers, equally probable
/// double[] aligned = groups.Tilted([-0.69, -0.31, -2.13], 1);         // ln of the probabilities
/// </code>
/// </remarks>
public sealed class CandidateGroups
{
    private readonly int[] _starts;

    /// <summary>Groups of candidates.</summary>
    /// <param name="counts">How many candidates each prompt has, each at least 1.</param>
    /// <param name="logReference">ln of the reference's probability of each candidate, up to a constant for each prompt; null: all alike.</param>
    /// <exception cref="ArgumentException">There is no prompt, a prompt has no candidate, or a number is not finite.</exception>
    public CandidateGroups(IReadOnlyList<int> counts, double[]? logReference = null)
    {
        if (counts.Count == 0)
            throw new ArgumentException("There is no prompt.", nameof(counts));
        _starts = new int[counts.Count + 1];
        for (int prompt = 0; prompt < counts.Count; prompt++)
            _starts[prompt + 1] =
                counts[prompt] > 0
                    ? checked(_starts[prompt] + counts[prompt])
                    : throw new ArgumentException($"Prompt {prompt} has no candidate.", nameof(counts));
        Require(logReference ?? new double[Candidates], nameof(logReference));
        LogReference = Normalised(logReference ?? new double[Candidates]);
    }

    /// <summary>Number of prompts.</summary>
    public int Prompts => _starts.Length - 1;

    /// <summary>Number of candidates of all prompts together.</summary>
    public int Candidates => _starts[^1];

    /// <summary>ln of the reference's probability of each candidate; those of a prompt sum to 1.</summary>
    public double[] LogReference { get; }

    /// <summary>The candidates of a prompt.</summary>
    public Range this[int prompt] => _starts[prompt].._starts[prompt + 1];

    /// <summary>The prompt of a candidate.</summary>
    public int PromptOf(int candidate)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)candidate, (uint)Candidates, nameof(candidate));
        int at = Array.BinarySearch(_starts, candidate);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>Log-probabilities from logits: each prompt's sum to 1.</summary>
    /// <param name="logits">One for each candidate, finite.</param>
    public double[] Normalised(ReadOnlySpan<double> logits)
    {
        Require(logits, nameof(logits));
        double[] found = logits.ToArray();
        for (int prompt = 0; prompt < Prompts; prompt++)
        {
            Span<double> own = found.AsSpan(this[prompt]);
            double largest = double.NegativeInfinity,
                sum = 0;
            foreach (double logit in own)
                largest = Math.Max(largest, logit);
            foreach (double logit in own)
                sum += Math.Exp(logit - largest);
            double total = largest + Math.Log(sum);
            foreach (ref double logit in own)
                logit -= total;
        }
        return found;
    }

    /// <summary>The mean over prompts of what a policy expects.</summary>
    /// <param name="logPolicy">ln of the policy's probabilities; negative infinity where they are 0.</param>
    /// <param name="values">A number for each candidate.</param>
    public double Expected(ReadOnlySpan<double> logPolicy, ReadOnlySpan<double> values)
    {
        Length(logPolicy, nameof(logPolicy));
        Length(values, nameof(values));
        double sum = 0;
        for (int i = 0; i < Candidates; i++)
            if (double.IsFinite(logPolicy[i]))
                sum += Math.Exp(logPolicy[i]) * values[i];
        return sum / Prompts;
    }

    /// <summary>The Kullback-Leibler divergence of a policy from the reference in nats, mean over prompts.</summary>
    /// <param name="logPolicy">ln of the policy's probabilities; negative infinity where they are 0.</param>
    public double Kl(ReadOnlySpan<double> logPolicy)
    {
        Length(logPolicy, nameof(logPolicy));
        double sum = 0;
        for (int i = 0; i < Candidates; i++)
            if (double.IsFinite(logPolicy[i]))
                sum += Math.Exp(logPolicy[i]) * (logPolicy[i] - LogReference[i]);
        return Math.Max(0, sum / Prompts);
    }

    /// <summary>What maximises the expected utility less g times the divergence from the reference: reference x exp(utility / g), normalised.</summary>
    /// <param name="utilities">One for each candidate, finite.</param>
    /// <param name="price">g, above 0, in the utility's unit per nat.</param>
    /// <returns>ln of the probabilities.</returns>
    public double[] Tilted(ReadOnlySpan<double> utilities, double price)
    {
        Require(utilities, nameof(utilities));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(price);
        double[] logits = new double[Candidates];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = LogReference[i] + utilities[i] / price;
        return Normalised(logits);
    }

    /// <summary>The most that a policy can be away from the reference for these utilities: at a price of 0, all on the best.</summary>
    public double LargestKl(ReadOnlySpan<double> utilities)
    {
        Require(utilities, nameof(utilities));
        double sum = 0;
        for (int prompt = 0; prompt < Prompts; prompt++)
        {
            double best = double.NegativeInfinity,
                mass = 0;
            for (int i = _starts[prompt]; i < _starts[prompt + 1]; i++)
            {
                if (utilities[i] > best)
                    (best, mass) = (utilities[i], 0);
                if (utilities[i] == best)
                    mass += Math.Exp(LogReference[i]);
            }
            sum -= Math.Log(mass);
        }
        return sum / Prompts;
    }

    /// <summary>The price at which <see cref="Tilted"/> is <paramref name="kl"/> nats from the reference, mean over prompts: one price for all of them.</summary>
    /// <param name="utilities">One for each candidate, finite.</param>
    /// <param name="kl">Nats, above 0 and below <see cref="LargestKl"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No price leads so far.</exception>
    public double PriceOf(ReadOnlySpan<double> utilities, double kl)
    {
        double most = LargestKl(utilities);
        if (!(kl > 0 && kl < most))
            throw new ArgumentOutOfRangeException(
                nameof(kl),
                kl,
                FormattableString.Invariant($"These utilities lead from 0 to {most:0.000} nats away.")
            );
        double low = 1e-9,
            high = 1;
        while (Kl(Tilted(utilities, high)) > kl)
            high *= 4;
        while (Kl(Tilted(utilities, low)) < kl && low > 1e-280)
            low /= 1e3;
        for (int i = 0; i < 200 && high / low > 1 + 1e-14; i++)
        {
            double middle = Math.Sqrt(low * high);
            if (Kl(Tilted(utilities, middle)) > kl)
                low = middle;
            else
                high = middle;
        }
        return Math.Sqrt(low * high);
    }

    /// <summary>How probable each candidate is to be the best of n draws from the reference: exact, no draw is made.</summary>
    /// <param name="utilities">What is best, finite; of equals each is as probable as the reference has it.</param>
    /// <param name="draws">n, at least 1.</param>
    /// <param name="replace">Whether a candidate can be drawn twice. Without, all must be equally probable, and n counts at most all of a prompt.</param>
    /// <returns>ln of the probabilities; negative infinity where they are 0.</returns>
    /// <exception cref="InvalidOperationException">Without replacement, and the reference is not uniform.</exception>
    public double[] BestOf(ReadOnlySpan<double> utilities, int draws, bool replace = true)
    {
        Require(utilities, nameof(utilities));
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        double[] found = new double[Candidates];
        double[] keys = utilities.ToArray();
        for (int prompt = 0; prompt < Prompts; prompt++)
        {
            int first = _starts[prompt],
                count = _starts[prompt + 1] - first;
            if (
                !replace
                && LogReference
                    .AsSpan(this[prompt])
                    .ContainsAnyExceptInRange(-Math.Log(count) - 1e-9, -Math.Log(count) + 1e-9)
            )
                throw new InvalidOperationException("Draws without replacement are of a uniform reference.");
            int[] ascending = [.. Enumerable.Range(first, count).OrderBy(i => keys[i])];
            double below = 0;
            for (int from = 0, to; from < count; from = to)
            {
                double mass = 0;
                for (to = from; to < count && keys[ascending[to]] == keys[ascending[from]]; to++)
                    mass += Math.Exp(LogReference[ascending[to]]);
                double share = replace
                    ? Math.Pow(Math.Min(1, below + mass), draws) - Math.Pow(below, draws)
                    : AllAmong(to, count, draws) - AllAmong(from, count, draws);
                for (int i = from; i < to; i++)
                    found[ascending[i]] = Math.Log(share * Math.Exp(LogReference[ascending[i]]) / mass);
                below += mass;
            }
        }
        return found;

        // The probability that draws without replacement from all are among some.
        static double AllAmong(int some, int all, int draws)
        {
            draws = Math.Min(draws, all);
            double probability = 1;
            for (int i = 0; i < draws; i++)
                probability *= Math.Max(0, some - i) / (double)(all - i);
            return probability;
        }
    }

    /// <summary>Ids of <paramref name="prompts"/> as groups of their own, and which candidates they were.</summary>
    /// <param name="prompts">Which prompts, in which order; one may repeat.</param>
    public (CandidateGroups Groups, int[] Candidates) Take(IReadOnlyList<int> prompts)
    {
        int[] rows =
        [
            .. prompts.SelectMany(prompt => Enumerable.Range(_starts[prompt], _starts[prompt + 1] - _starts[prompt])),
        ];
        return (
            new(
                [.. prompts.Select(prompt => _starts[prompt + 1] - _starts[prompt])],
                [.. rows.Select(row => LogReference[row])]
            ),
            rows
        );
    }

    private void Length(ReadOnlySpan<double> numbers, string name)
    {
        if (numbers.Length != Candidates)
            throw new ArgumentException($"{numbers.Length} numbers for {Candidates} candidates.", name);
    }

    private void Require(ReadOnlySpan<double> numbers, string name)
    {
        Length(numbers, name);
        foreach (double number in numbers)
            if (!double.IsFinite(number))
                throw new ArgumentException($"A number is {number}.", name);
    }
}
