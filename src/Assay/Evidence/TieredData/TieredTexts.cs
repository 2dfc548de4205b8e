using System.Text;
using Assay.Data;
using Assay.Features;
using Assay.Judge;
using Assay.Numerics;
using Assay.Order;
using Assay.Select;

namespace Assay.Evidence;

/// <summary>Documents of the Pile and web pages as tiers: L1 is what cleaning and deduplication leave, L2 what a classifier of people's labels likes best, L3 edited prose.</summary>
/// <remarks>
/// A quarter of the pages and a tenth of the Pile's documents are held out before anything else. Pages are scored by five classifiers, each of which has not seen the
/// page; no classifier has seen the Pile. WikiText-2 stands in for refined text: nothing is rewritten.
/// </remarks>
internal sealed class TieredTexts
{
    private const double Kept = 0.2;
    private const int Folds = 5;
    private readonly Trial _trial;
    private readonly int _bytes;

    public TieredTexts(Trial trial, int bytes)
    {
        (_trial, _bytes) = (trial, bytes);
        using SurveyCorpora corpora = new(trial);
        RandomStream random = trial.Random.Child("held-out");
        int[] pages = Shuffle.Of(corpora.Pages.Length, random.Child("pages")),
            pile = Shuffle.Of(corpora.Pile.Length, random.Child("pile"));
        int heldPages = pages.Length / 4,
            heldPile = pile.Length / 10;
        HeldOut =
        [
            .. pages[..heldPages].Select(page => corpora.Pages[page].Text),
            .. pile[..heldPile].Select(document => corpora.Pile[document].Text),
        ];
        HeldOutGood =
        [
            .. pages[..heldPages].Where(page => corpora.Pages[page].IsGood).Select(page => corpora.Pages[page].Text),
        ];
        (bool IsGood, string Text)[] labelled = [.. pages[heldPages..].Select(page => corpora.Pages[page])];
        string[] raw = [.. labelled.Select(page => page.Text), .. pile[heldPile..].Select(i => corpora.Pile[i].Text)];

        View pool = SurveyCorpora.ViewOf(raw);
        Selected cleaned = corpora.Select("clean", new Clean(new()), pool);
        View clean = pool.With(cleaned.Kept, cleaned.Edits);
        Selected single = corpora.Select("dedup", new Dedup(new()), clean);
        double[] scores = Scores(raw, labelled);
        List<(int Row, byte[] Text)> l1 = [];
        clean
            .With(single.Kept)
            .ForEach(single.Kept.Rows, (batch, row) => l1.Add((row, batch.Text(row).ToArray())), trial.Cancellation);
        L1 = [.. l1.Select(document => document.Text)];
        int kept = (int)Math.Round(Kept * L1.Length, MidpointRounding.AwayFromZero);
        L2 =
        [
            .. l1.OrderByDescending(document => scores[document.Row])
                .ThenBy(document => document.Row)
                .Take(kept)
                .Select(document => document.Text),
        ];
        Dropped = (cleaned.Drops.Rows.Length, single.Drops.Rows.Length, raw.Length);
    }

    /// <summary>The documents that cleaning and deduplication left.</summary>
    public byte[][] L1 { get; }

    /// <summary>The best fifth of them.</summary>
    public byte[][] L2 { get; }

    /// <summary>Documents that went by the cleaner, as duplicates, and all there were.</summary>
    public (int Cleaned, int Duplicates, int All) Dropped { get; }

    /// <summary>Documents that nothing is trained on.</summary>
    public IReadOnlyList<string> HeldOut { get; }

    /// <summary>The web pages of them that people found good.</summary>
    public IReadOnlyList<string> HeldOutGood { get; }

    /// <summary>Rows of documents, shuffled.</summary>
    public byte[][] Rows(IEnumerable<byte[]> documents, string name)
    {
        byte[][] rows = DecayTraining.Rows(documents, _bytes, whole: true);
        _trial.Random.Child("rows").Child(name).Shuffle<byte[]>(rows);
        return rows;
    }

    /// <summary>At most so many rows of documents that are measured on.</summary>
    public byte[][] Measured(IReadOnlyList<string> documents, string name) =>
        [.. Rows(documents.Select(Encoding.UTF8.GetBytes), name).Take(_trial.Size(400, 16))];

    /// <summary>As many bytes of L1 as L2 has, in documents in the given order.</summary>
    public byte[][] AsMuchAsL2(IEnumerable<byte[]> documents)
    {
        long left = L2.Sum(document => (long)document.Length);
        List<byte[]> taken = [];
        foreach (byte[] document in documents)
        {
            if (left <= 0)
                break;
            taken.Add(document[..(int)Math.Min(document.Length, left)]);
            left -= document.Length;
        }
        return [.. taken];
    }

    // No page is scored by a classifier that saw its label.
    private static double[] Scores(string[] raw, (bool IsGood, string Text)[] labelled)
    {
        TextContrast Fit(Func<int, bool> from)
        {
            IEnumerable<ReadOnlyMemory<byte>> Texts(bool good) =>
                labelled
                    .Index()
                    .Where(page => from(page.Index) && page.Item.IsGood == good)
                    .Select(page => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(page.Item.Text));
            return TextContrast.Fit(Texts(true), Texts(false));
        }
        TextContrast.TextReader[] readers =
        [
            .. Enumerable.Range(0, Folds).Select(fold => Fit(page => page % Folds != fold).Reader()),
            Fit(_ => true).Reader(),
        ];
        return
        [
            .. raw.Select(
                (text, row) => readers[row < labelled.Length ? row % Folds : Folds].Score(Encoding.UTF8.GetBytes(text))
            ),
        ];
    }
}
