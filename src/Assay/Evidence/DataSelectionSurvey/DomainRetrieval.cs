using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Learning;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>Whether DSIR, told half of a domain's documents, finds the other half among all others.</summary>
internal sealed class DomainRetrieval(Trial trial, SurveyCorpora corpora)
{
    /// <summary>Ways to rank documents by how much they are like the target.</summary>
    public static readonly string[] Arms =
    [
        "dsir",
        "dsir-unsmoothed",
        "dsir-per-token",
        "classifier",
        "nearest",
        "length",
    ];

    /// <summary>Domains of more than thirty documents that are written by people.</summary>
    public static readonly string[] Domains =
    [
        "Wikipedia (en)",
        "PubMed Abstracts",
        "FreeLaw",
        "StackExchange",
        "USPTO Backgrounds",
    ];

    /// <summary>Adds <c>domain/...</c>: precision at the number of documents to be found, over the domains, and each of DSIR's.</summary>
    public void Measure(Figures figures)
    {
        string[] domains = trial.Quick ? Domains[..1] : Domains;
        double[] sums = new double[Arms.Length];
        double base_ = 0;
        foreach ((int at, string domain) in domains.Index())
        {
            trial.Report("domains", at, domains.Length);
            int[] own = [.. Enumerable.Range(0, corpora.Pile.Length).Where(i => corpora.Pile[i].Domain == domain)];
            trial.Random.Child("halves").Child(domain).Shuffle<int>(own);
            HashSet<int> told = [.. own[..(own.Length / 2)]];
            int[] pool = [.. Enumerable.Range(0, corpora.Pile.Length).Where(i => !told.Contains(i))];
            int sought = own.Length - told.Count;
            base_ += sought / (double)pool.Length / domains.Length;

            View view = SurveyCorpora.ViewOf(pool.Select(i => corpora.Pile[i].Text)),
                target = SurveyCorpora.ViewOf(told.Order().Select(i => corpora.Pile[i].Text));
            foreach ((int arm, string name) in Arms.Index())
            {
                double[] scores = Scores(name, view, target, pool, told);
                int[] ranked = [.. Enumerable.Range(0, pool.Length).Where(i => !double.IsNaN(scores[i]))];
                int found = ranked
                    .OrderByDescending(i => scores[i])
                    .Take(sought)
                    .Count(i => corpora.Pile[pool[i]].Domain == domain);
                sums[arm] += found / (double)sought / domains.Length;
                if (arm == 0)
                    figures["domain/dsir/" + domain] = found / (double)sought;
            }
        }
        figures["domain/base"] = base_;
        foreach ((int arm, string name) in Arms.Index())
            figures["domain/" + name] = sums[arm];
    }

    private double[] Scores(string arm, View view, View target, int[] pool, HashSet<int> told)
    {
        DsirOptions dsir = new() { Target = SurveyCorpora.Target, Laplace = 1 };
        return arm switch
        {
            "dsir" => corpora.Value(arm, new DsirWeight(dsir), view, target),
            "dsir-unsmoothed" => corpora.Value(arm, new DsirWeight(dsir with { Laplace = 0 }), view, target),
            "dsir-per-token" => corpora.Value(arm, new DsirWeight(dsir with { Laplace = 0 }), view, target, signal: 1),
            "classifier" => corpora.Value(arm, new Quality(new() { Positive = SurveyCorpora.Target }), view, target),
            "nearest" => Nearest(pool, told),
            _ => [.. pool.Select(i => (double)corpora.Pile[i].Text.Length)],
        };
    }

    // Cosine with the mean of the target, of words weighed by how few documents have them.
    private double[] Nearest(int[] pool, HashSet<int> told)
    {
        SparseMatrix Count(IEnumerable<int> documents) =>
            TextContrast
                .Grams(nGrams: 1)
                .Count(documents.Select(i => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(corpora.Pile[i].Text)));
        SparseMatrix counts = Count(pool);
        TfIdfModel weights = TfIdf.Fit(counts);
        SparseMatrix target = weights.Transform(Count(told.Order())),
            rows = weights.Transform(counts);
        double[] mean = new double[rows.Columns];
        for (int row = 0; row < target.Rows; row++)
            foreach ((int i, int column) in target.ColumnsOf(row).ToArray().Index())
                mean[column] += target.ValuesOf(row)[i];
        double[] scores = new double[rows.Rows];
        for (int row = 0; row < rows.Rows; row++)
            foreach ((int i, int column) in rows.ColumnsOf(row).ToArray().Index())
                scores[row] += rows.ValuesOf(row)[i] * mean[column];
        return scores;
    }
}
