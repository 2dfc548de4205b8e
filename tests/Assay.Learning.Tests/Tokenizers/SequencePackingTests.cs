using Assay.Numerics;

namespace Assay.Learning.Tests;

public class SequencePackingTests
{
    private static List<PackedSequence> Pack(PackingOptions options, params (int[] Ids, float Weight)[] documents) =>
        [.. SequencePacking.Pack(documents.Select(d => ((ReadOnlyMemory<int>)d.Ids, d.Weight)), options)];

    [Fact]
    public void ConcatenatedByHand()
    {
        // Pairs: 1>2 2>9 | 3>4 4>5 5>9, in rows of 3; 9 is the end mark.
        List<PackedSequence> rows = Pack(
            new()
            {
                Length = 3,
                End = 9,
                Padding = 7,
            },
            ([1, 2], 1),
            ([3, 4, 5], 0.5f)
        );
        Assert.Equal(2, rows.Count);
        Assert.Equal([1, 2, 3], rows[0].Inputs);
        Assert.Equal([2, 9, 4], rows[0].Targets);
        Assert.Equal([0, 1, 0], rows[0].Positions);
        Assert.Equal([0, 0, 1], rows[0].Segments);
        Assert.Equal([0L, 0, 1], rows[0].Documents);
        Assert.Equal([1f, 1, 0.5f], rows[0].Weights);
        Assert.Equal([4, 5, 7], rows[1].Inputs);
        Assert.Equal([5, 9, -1], rows[1].Targets);
        Assert.Equal([0, 1, 0], rows[1].Positions);
        Assert.Equal([0, 0, -1], rows[1].Segments);
        Assert.Equal([0.5f, 0.5f, 0], rows[1].Weights);
        Assert.Equal((2, 1), (rows[1].Predictions, rows[1].Pieces));
    }

    [Fact]
    public void FirstFitCutsNoDocumentThatFits()
    {
        // Pairs of the documents: 3, 2, 1, 5 (cut: 4 + 1); rows of 4.
        List<PackedSequence> rows = Pack(
            new() { Length = 4, Kind = PackingKind.FirstFit },
            ([1, 2, 3, 4], 1),
            ([5, 6, 7], 1),
            ([8, 9], 1),
            ([10, 11, 12, 13, 14, 15], 1)
        );
        Assert.Equal(3, rows.Count);
        Assert.Equal([1, 2, 3, 8], rows[0].Inputs);
        Assert.Equal([10, 11, 12, 13], rows[1].Inputs);
        Assert.Equal([5, 6, 14, 0], rows[2].Inputs);
        Assert.Equal([6, 7, 15, -1], rows[2].Targets);
    }

    [Fact]
    public void NoMoreSequencesAreOpenThanAsked()
    {
        SequencePacking packing = new(
            new()
            {
                Length = 10,
                Kind = PackingKind.FirstFit,
                OpenSequences = 2,
            }
        );
        packing.Add(new int[7]); // 6 of 10
        packing.Add(new int[9]); // 8 of 10: the fullest
        Assert.False(packing.TryTake(out _));
        packing.Add(new int[6]); // 5: fits nowhere
        Assert.True(packing.TryTake(out PackedSequence? row));
        Assert.Equal(8, row.Predictions);
    }

    [Theory]
    [InlineData(PackingKind.Concatenate)]
    [InlineData(PackingKind.FirstFit)]
    public void EveryPredictionIsThereOnce(PackingKind kind)
    {
        RandomStream random = new(7, "packing");
        for (int trial = 0; trial < 100; trial++)
        {
            PackingOptions options = new()
            {
                Length = 1 + random.NextInt32(12),
                Kind = kind,
                Begin = random.NextInt32(2) == 0 ? 1000 : null,
                End = random.NextInt32(2) == 0 ? 1001 : null,
                OpenSequences = 1 + random.NextInt32(4),
            };
            (int[] Ids, float Weight)[] documents =
            [
                .. Enumerable
                    .Range(0, random.NextInt32(20))
                    .Select(i =>
                        (
                            Enumerable.Range(0, random.NextInt32(30)).Select(_ => random.NextInt32(1000)).ToArray(),
                            1f + i
                        )
                    ),
            ];
            List<PackedSequence> rows = Pack(options, documents);

            List<(long Document, int Input, int Target, float Weight)> expected = [];
            for (int d = 0; d < documents.Length; d++)
            {
                List<int> ids = [.. documents[d].Ids];
                if (options.Begin is int begin)
                    ids.Insert(0, begin);
                if (options.End is int end)
                    ids.Add(end);
                for (int i = 0; i + 1 < ids.Count; i++)
                    expected.Add((d, ids[i], ids[i + 1], 1f + d));
            }
            // Within a document, its pieces come in order, whichever rows they are in, when pieces of a row are taken together.
            List<(long Document, int Input, int Target, float Weight)> found = [];
            foreach (PackedSequence row in rows)
                for (int t = 0; t < options.Length; t++)
                    if (row.Segments[t] >= 0)
                    {
                        found.Add((row.Documents[t], row.Inputs[t], row.Targets[t], row.Weights[t]));
                        bool continues = t > 0 && row.Segments[t] == row.Segments[t - 1];
                        Assert.Equal(continues ? row.Positions[t - 1] + 1 : 0, row.Positions[t]);
                        Assert.True(!continues || row.Targets[t - 1] == row.Inputs[t]);
                    }
                    else
                        Assert.True(t >= row.Predictions && row.Weights[t] == 0 && row.Targets[t] == -1);
            Assert.Equal(expected.Order(), found.Order());
            if (kind == PackingKind.Concatenate)
            {
                Assert.Equal(expected, found);
                Assert.All(rows.SkipLast(1), row => Assert.Equal(options.Length, row.Predictions));
            }
            else
                foreach (var group in expected.GroupBy(p => p.Document).Where(g => g.Count() <= options.Length))
                    Assert.Single(rows, row => row.Documents.Contains(group.Key));
        }
    }

    [Fact]
    public void DocumentsThatPredictNothingAreCounted()
    {
        SequencePacking packing = new(new() { Length = 3 });
        packing.Add([]);
        packing.Add([5]);
        packing.Add([5, 6]);
        packing.Finish();
        Assert.Equal((3, 2, 1), (packing.Documents, packing.Skipped, packing.Predictions));
        Assert.True(packing.TryTake(out _));
        Assert.False(packing.TryTake(out _));
    }

    [Fact]
    public void BadInputIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequencePacking(new() { Length = 0 }));
        SequencePacking packing = new(new() { Length = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => packing.Add([1, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => packing.Add([1, 2], float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => packing.Add([1, 2], -1));
    }
}
