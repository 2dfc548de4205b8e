using System.Text;
using Assay.Data;
using Assay.Select;
using Assay.Value;

namespace Assay.Evidence;

/// <summary>What a model learns of WikiText from equal bytes of a mixed pool, chosen in different ways.</summary>
/// <param name="trial">The seed.</param>
/// <param name="corpora">The pool's documents.</param>
/// <param name="bytes">Bytes to choose; 0 for those of the survey.</param>
internal sealed class ChosenText(Trial trial, SurveyCorpora corpora, int bytes = 0)
{
    /// <summary>Ways to choose; the last has what is wanted itself.</summary>
    public static readonly string[] Arms =
    [
        "random",
        "heuristics",
        "classifier",
        "dsir",
        "perplexity",
        "dedup",
        "target",
    ];

    private const int DocumentBytes = 2000,
        RowBytes = 128,
        Batch = 16;

    private readonly int _bytes = bytes > 0 ? bytes : trial.Size(300_000, 20_000);

    /// <summary>Adds <c>loss/...</c>: nats a byte on held-out WikiText.</summary>
    public void Measure(Figures figures)
    {
        string[] texts =
        [
            .. corpora.Pile.Select(document => document.Text),
            .. corpora.Pages.Select(page => page.Text),
        ];
        View pool = SurveyCorpora.ViewOf(texts.Select(Start)),
            target = SurveyCorpora.ViewOf(TextDomains.Lines(trial, "wikipedia").Where(line => line.Length > 1));
        byte[][] evaluation = TextPool.Held(
            trial,
            trial.Random.Child("evaluation"),
            trial.Size(300, 16),
            RowBytes,
            second: true
        );
        foreach ((int at, string arm) in Arms.Index())
        {
            trial.Report("chosen text", at, Arms.Length);
            byte[][] rows = arm == "target" ? Wikipedia() : Rows(Choose(arm, pool, target));
            trial.Random.Child("order").Shuffle<byte[]>(rows);
            ByteModel model = ByteModel.New(trial.Random.Child("weights"));
            model.Train(rows, trial.Size(200, 5), Batch, cancellation: trial.Cancellation);
            figures["loss/" + arm] = model.Loss(evaluation, trial.Cancellation);
            figures["rows/" + arm] = rows.Length;
        }
    }

    /// <summary>What an arm chooses of a pool.</summary>
    public View Choose(string arm, View pool, View target)
    {
        RandomSample random = new(new() { Keep = Amount.Count(_bytes), Budget = Budget.Bytes });
        View Kept(ISelector selector, View from)
        {
            Selected selected = corpora.Select(arm, selector, from, target);
            return from.With(selected.Kept, selected.Edits);
        }
        View By(IValuer valuer, string signal, bool lowest = false)
        {
            View valued = pool.With(signals: [new(signal, corpora.Value(arm, valuer, pool, target))]);
            return Kept(
                new Top(
                    new()
                    {
                        By = signal,
                        Keep = Amount.Count(_bytes),
                        Budget = Budget.Bytes,
                        Lowest = lowest,
                    }
                ),
                valued
            );
        }
        return arm switch
        {
            "heuristics" => Kept(random, Kept(new Heuristics(new() { Preset = [Preset.Fineweb] }), pool)),
            "classifier" => By(new Quality(new() { Positive = SurveyCorpora.Target }), "quality"),
            "dsir" => Kept(
                new Dsir(
                    new()
                    {
                        Target = SurveyCorpora.Target,
                        Keep = Amount.Count(_bytes),
                        Budget = Budget.Bytes,
                    }
                ),
                pool
            ),
            "perplexity" => By(new Perplexity(new() { From = SurveyCorpora.Target }), "perplexity", lowest: true),
            "dedup" => Kept(random, Kept(new Dedup(new()), pool)),
            _ => Kept(random, pool),
        };
    }

    // As many bytes of what is wanted, from the file that the methods were told as their target.
    private byte[][] Wikipedia()
    {
        byte[][] rows = [.. TextDomains.Rows(trial, "wikipedia", RowBytes)];
        trial.Random.Child("target").Shuffle<byte[]>(rows);
        return rows[..(_bytes / RowBytes)];
    }

    private byte[][] Rows(View chosen)
    {
        using MemoryStream text = new();
        chosen.ForEach(
            chosen.Selection.Rows,
            (batch, row) =>
            {
                text.Write(batch.Text(row));
                text.WriteByte((byte)'\n');
            },
            trial.Cancellation
        );
        byte[] bytes = text.ToArray();
        return [.. bytes.Chunk(RowBytes).Where(row => row.Length == RowBytes)];
    }

    // Documents are cut, so that none is a large part of the budget.
    private static string Start(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(DocumentBytes, utf8.Length);
        while (length > 0 && length < utf8.Length && (utf8[length] & 0xC0) == 0x80)
            length--;
        return Encoding.UTF8.GetString(utf8.AsSpan(0, length));
    }
}
