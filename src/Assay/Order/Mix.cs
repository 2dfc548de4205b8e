using System.ComponentModel.DataAnnotations;
using Assay.Data;
using Assay.Features;
using Assay.Numerics;

namespace Assay.Order;

/// <summary>Options of <see cref="Mix"/>.</summary>
public sealed record MixOptions
{
    /// <summary>The column that names a row's domain: text, whole numbers or truth values.</summary>
    [Required]
    public string By { get; init; } = "";

    /// <summary>
    /// Shuffle the rows of each domain; of rows that are repeated, all first copies come before all second ones. False keeps them as they
    /// stand. Default: true.
    /// </summary>
    public bool Shuffle { get; init; } = true;
}

/// <summary>Interleaves domains evenly: every stretch of the training sees each domain in the proportion of the whole.</summary>
/// <remarks>
/// Source: the mixing of "A Survey on Data Selection for Language Models", arXiv 2402.16827, section 3.8. How much there is of each domain, <c>select/mix</c> and
/// <c>select/doremi</c> decide. The j-th of the m rows of a domain stands at <c>(j + u) / m</c> of the way, where u in [0, 1) is drawn once for each domain: so the share
/// of a domain with m of n rows in the first t rows differs from t m / n by at most 1 and m / n for each domain, where a shuffle differs by the root of t.
/// </remarks>
[Method("order/mix", Paper = "data-selection-survey")]
public sealed class Mix(MixOptions options) : IOrderer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">A row has no domain.</exception>
    public int[] Order(View view, Work work)
    {
        int[] rows = view.Selection.Rows;
        List<string> keys = LabelledRows.KeysOf(view, view.DistinctRows.ToArray(), options.By, work.Cancellation);
        string[] domains = [.. keys.Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = domains.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[] domainOf = [.. rows.Select(row => places[keys[view.DistinctRows.BinarySearch(row)]])];
        int[] sequence = options.Shuffle ? Shuffled(rows, work.Random) : [.. Enumerable.Range(0, rows.Length)];
        return Of(domainOf, sequence, domains.Length, work.Random);
    }

    /// <summary>Interleaves.</summary>
    /// <param name="domainOf">The domain of each entry, from 0.</param>
    /// <param name="sequence">The entries in the order in which those of one domain are to come: each once.</param>
    /// <param name="domains">Number of domains.</param>
    /// <param name="random">Draws where each domain starts.</param>
    /// <returns>The entries in order.</returns>
    public static int[] Of(ReadOnlySpan<int> domainOf, ReadOnlySpan<int> sequence, int domains, RandomStream random)
    {
        RandomStream phases = random.Child("phases");
        int[] sizes = new int[domains],
            seen = new int[domains];
        double[] phase = new double[domains];
        for (int i = 0; i < domains; i++)
            phase[i] = phases.NextDouble();
        foreach (int domain in domainOf)
            sizes[domain]++;
        double[] at = new double[sequence.Length];
        int[] order = sequence.ToArray();
        for (int i = 0; i < order.Length; i++)
        {
            int domain = domainOf[order[i]];
            at[i] = (seen[domain]++ + phase[domain]) / sizes[domain];
        }
        int[] ranks = [.. Enumerable.Range(0, order.Length).OrderBy(i => at[i])]; // equal ones as they came
        return [.. ranks.Select(i => order[i])];
    }

    // All first copies of rows in random order, then all second ones, and so on.
    private static int[] Shuffled(int[] rows, RandomStream random)
    {
        Dictionary<int, int> copies = [];
        List<List<int>> epochs = [];
        for (int i = 0; i < rows.Length; i++)
        {
            int copy = copies.GetValueOrDefault(rows[i]);
            copies[rows[i]] = copy + 1;
            if (copy == epochs.Count)
                epochs.Add([]);
            epochs[copy].Add(i);
        }
        foreach ((int epoch, List<int> entries) in epochs.Index())
            random
                .Child("shuffle")
                .Child(epoch)
                .Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entries));
        return [.. epochs.SelectMany(entries => entries)];
    }
}
