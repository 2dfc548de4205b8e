namespace Assay.Numerics.Tests;

public class AttentionKernelTests
{
    [Theory]
    [InlineData(2, 5, 5, 2, 2, 8, true)]
    [InlineData(1, 7, 7, 4, 2, 16, true)]
    [InlineData(2, 3, 6, 2, 1, 5, true)]
    [InlineData(2, 6, 3, 2, 2, 20, false)]
    [InlineData(1, 13, 18, 3, 3, 24, false)]
    [InlineData(2, 1, 9, 4, 2, 37, true)]
    [InlineData(1, 1, 1, 1, 1, 1, true)]
    [InlineData(1, 26, 26, 1, 1, 3, true)]
    public void AgreesWithDoublesAndDifferences(
        int batch,
        int time,
        int keyTime,
        int heads,
        int keyHeads,
        int dim,
        bool causal
    )
    {
        Case c = new(batch, time, keyTime, heads, keyHeads, dim, causal, []);
        c.CheckForward();
        c.CheckGradients();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PaddedKeysAreNotSeen(bool causal)
    {
        Case c = new(4, 7, 7, 2, 1, 8, causal, [0, 1, 5, 7]);
        c.CheckForward();
        c.CheckGradients();
    }

    [Theory]
    [InlineData(64, 64, 32, true)]
    [InlineData(150, 150, 16, true)]
    [InlineData(150, 800, 20, true)]
    [InlineData(80, 401, 16, false)]
    public void LongContextsAgreeWithDoubles(int time, int keyTime, int dim, bool causal)
    {
        Case c = new(1, time, keyTime, 2, 1, dim, causal, []);
        c.CheckForward();
        (double[] q, double[] k, double[] v) = c.Gradients();
        (float[] dq, float[] dk, float[] dv) = c.Backward(1);
        References.Near(q, dq, 1e-5);
        References.Near(k, dk, 1e-5);
        References.Near(v, dv, 1e-5);
    }

    [Fact]
    public void ThreadsDoNotChangeBits()
    {
        Case c = new(3, 70, 70, 4, 2, 24, true, [70, 33, 1]);
        (float[] one, float[] oneLog) = c.Forward(1);
        (float[] two, float[] twoLog) = c.Forward(2);
        Assert.Equal(one, two);
        Assert.Equal(oneLog, twoLog);
        (float[] dq, float[] dk, float[] dv) = c.Backward(1);
        (float[] dq2, float[] dk2, float[] dv2) = c.Backward(2);
        Assert.Equal(dq, dq2);
        Assert.Equal(dk, dk2);
        Assert.Equal(dv, dv2);
    }

    [Fact]
    public void AFusedProjectionIsReadAndWrittenInPlace()
    {
        const int Batch = 2,
            Time = 9,
            Heads = 4,
            KeyHeads = 2,
            Dim = 8,
            Width = (Heads + 2 * KeyHeads) * Dim;
        float[] fused = References.Normal(Batch * Time * Width, "fused"),
            gradient = new float[fused.Length],
            result = new float[Batch * Time * Heads * Dim],
            seed = References.Normal(result.Length, "seed"),
            log = new float[Batch * Heads * Time];
        HeadLayout queries = HeadLayout.InRows(Batch, Time, Heads, Dim, Width),
            keys = HeadLayout.InRows(Batch, Time, KeyHeads, Dim, Width),
            results = HeadLayout.Dense(Batch, Time, Heads, Dim);
        ReadOnlySpan<float> k = fused.AsSpan(Heads * Dim),
            v = fused.AsSpan((Heads + KeyHeads) * Dim);
        AttentionKernel.Forward(fused, queries, k, v, keys, result, results, log, causal: true);
        AttentionKernel.Backward(
            fused,
            queries,
            k,
            v,
            keys,
            result,
            seed,
            results,
            log,
            gradient,
            gradient.AsSpan(Heads * Dim),
            gradient.AsSpan((Heads + KeyHeads) * Dim),
            causal: true
        );

        Case dense = new(Batch, Time, Time, Heads, KeyHeads, Dim, true, [])
        {
            Q = Part(fused, 0, Heads),
            K = Part(fused, Heads, KeyHeads),
            V = Part(fused, Heads + KeyHeads, KeyHeads),
            Seed = seed,
        };
        Assert.Equal(dense.Forward(1).Result, result);
        (float[] dq, float[] dk, float[] dv) = dense.Backward(1);
        Assert.Equal(dq, Part(gradient, 0, Heads));
        Assert.Equal(dk, Part(gradient, Heads, KeyHeads));
        Assert.Equal(dv, Part(gradient, Heads + KeyHeads, KeyHeads));

        static float[] Part(float[] rows, int head, int heads) =>
            [.. rows.Chunk(Width).SelectMany(row => row.Skip(head * Dim).Take(heads * Dim))];
    }

    [Fact]
    public void ACacheGivesWhatTheWholeSequenceGives()
    {
        const int Time = 40;
        Case whole = new(1, Time, Time, 2, 1, 16, true, []);
        float[] expected = whole.Forward(1).Result;
        HeadLayout all = HeadLayout.Dense(1, Time, 2, 16),
            keys = HeadLayout.Dense(1, Time, 1, 16);
        foreach ((int start, int count) in ((int, int)[])[(0, 7), (7, 1), (8, 31), (39, 1)])
        {
            float[] result = new float[count * 32];
            AttentionKernel.Forward(
                whole.Q.AsSpan(start * 32, count * 32),
                all with
                {
                    Time = count,
                },
                whole.K,
                whole.V,
                keys with
                {
                    Time = start + count,
                },
                result,
                HeadLayout.Dense(1, count, 2, 16),
                new float[2 * count],
                causal: true
            );
            References.Near(References.Double(expected.AsSpan(start * 32, count * 32)), result, 1e-6);
        }
    }

    [Fact]
    public void WiderVectorsAgree()
    {
        Case c = new(1, 45, 45, 2, 1, 40, true, []);
        float[] expected = c.Forward(1).Result,
            result = new float[expected.Length],
            log = new float[2 * 45],
            dq = new float[c.Q.Length],
            dk = new float[c.K.Length],
            dv = new float[c.V.Length];
        AttentionKernel.Forward<Lanes512>(c.Q, c.Queries, c.K, c.V, c.Keys, result, c.Queries, log, true, null, []);
        References.Near(References.Double(expected), result);
        AttentionKernel.Backward<Lanes512>(
            c.Q,
            c.Queries,
            c.K,
            c.V,
            c.Keys,
            result,
            c.Seed,
            c.Queries,
            log,
            dq,
            dk,
            dv,
            true,
            null,
            []
        );
        (float[] q, float[] k, float[] v) = c.Backward(1);
        References.Near(References.Double(q), dq);
        References.Near(References.Double(k), dk);
        References.Near(References.Double(v), dv);
    }

    [Fact]
    public void HugeAndBrokenScoresStayInTheirHead()
    {
        Case c = new(1, 8, 8, 2, 2, 8, true, []);
        c.Q[8] = float.NaN; // head 1 of query 0
        c.K[0] = 1e30f; // head 0 of key 0
        float[] result = c.Forward(2).Result;
        Assert.True(float.IsNaN(result[8]));
        for (int i = 0; i < result.Length; i++)
            if (i / 8 % 2 == 0)
                Assert.True(float.IsFinite(result[i]));
    }

    [Fact]
    public void ShapesAreNamed()
    {
        float[] x = new float[64];
        HeadLayout layout = HeadLayout.Dense(1, 4, 2, 8);
        void Throws(string message, HeadLayout keys, HeadLayout results, int[]? lengths = null, int log = 8) =>
            Assert.Contains(
                message,
                Assert
                    .Throws<ArgumentException>(() =>
                        AttentionKernel.Forward(
                            x,
                            layout,
                            x,
                            x,
                            keys,
                            new float[64],
                            results,
                            new float[log],
                            true,
                            null,
                            lengths ?? []
                        )
                    )
                    .Message
            );
        Throws("[1, 3, 2, 8]", layout with { Time = 3 }, layout with { Time = 3 });
        Throws("4 queries cannot be the last positions of 3 keys", layout with { Time = 3 }, layout);
        Throws("do not fit keys [1, 4, 2, 4]", HeadLayout.Dense(1, 4, 2, 4), layout);
        Throws("needs 80 floats, not 64", layout with { Time = 5 }, layout);
        Throws("Length 5 of sequence 0 is not from 0 to 4", layout, layout, [5]);
        Throws("2 lengths for 1 sequences", layout, layout, [4, 4]);
        Throws("not 7", layout, layout, null, 7);
    }

    private sealed record Case(
        int Batch,
        int Time,
        int KeyTime,
        int Heads,
        int KeyHeads,
        int Dim,
        bool Causal,
        int[] Lengths
    )
    {
        public float[] Q { get; init; } = References.Normal(Batch * Time * Heads * Dim, "q");
        public float[] K { get; init; } = References.Normal(Batch * KeyTime * KeyHeads * Dim, "k");
        public float[] V { get; init; } = References.Normal(Batch * KeyTime * KeyHeads * Dim, "v");
        public float[] Seed { get; init; } = References.Normal(Batch * Time * Heads * Dim, "seed");
        public HeadLayout Queries => HeadLayout.Dense(Batch, Time, Heads, Dim);
        public HeadLayout Keys => HeadLayout.Dense(Batch, KeyTime, KeyHeads, Dim);

        public (float[] Result, float[] LogSumExp) Forward(int threads)
        {
            float[] result = new float[Q.Length],
                log = new float[Batch * Heads * Time];
            using (Workers.Limit(threads))
                AttentionKernel.Forward(Q, Queries, K, V, Keys, result, Queries, log, Causal, null, Lengths);
            return (result, log);
        }

        public (float[] Dq, float[] Dk, float[] Dv) Backward(int threads)
        {
            (float[] result, float[] log) = Forward(threads);
            float[] dq = References.Normal(Q.Length, "garbage"),
                dk = References.Normal(K.Length, "garbage"),
                dv = References.Normal(V.Length, "garbage");
            using (Workers.Limit(threads))
                AttentionKernel.Backward(
                    Q,
                    Queries,
                    K,
                    V,
                    Keys,
                    result,
                    Seed,
                    Queries,
                    log,
                    dq,
                    dk,
                    dv,
                    Causal,
                    null,
                    Lengths
                );
            return (dq, dk, dv);
        }

        public void CheckForward()
        {
            (float[] result, float[] log) = Forward(1);
            double[] logs = new double[log.Length];
            References.Near(Attention(Doubles(Q), Doubles(K), Doubles(V), logs), result, 1e-5);
            for (int i = 0; i < logs.Length; i++)
                if (double.IsFinite(logs[i]))
                    Assert.Equal(logs[i], log[i], 1e-5);
                else
                    Assert.Equal(float.NegativeInfinity, log[i]);
        }

        public void CheckGradients()
        {
            (float[] dq, float[] dk, float[] dv) = Backward(1);
            double[] q = Doubles(Q),
                k = Doubles(K),
                v = Doubles(V);
            References.CheckGradient(dq, Q, Seed, at => Attention(at, k, v));
            References.CheckGradient(dk, K, Seed, at => Attention(q, at, v));
            References.CheckGradient(dv, V, Seed, at => Attention(q, k, at));
        }

        /// <summary>The gradients in doubles, by their formulas over the whole matrix of weights.</summary>
        public (double[] Dq, double[] Dk, double[] Dv) Gradients()
        {
            double[] dq = new double[Q.Length],
                dk = new double[K.Length],
                dv = new double[V.Length],
                q = Doubles(Q),
                k = Doubles(K),
                v = Doubles(V);
            ForEachRow(
                q,
                k,
                (b, h, t, weights) =>
                {
                    double[] above = new double[weights.Length];
                    double mean = 0;
                    int row = Row(b, t, h);
                    for (int j = 0; j < weights.Length; j++)
                    {
                        for (int d = 0; d < Dim; d++)
                        {
                            above[j] += Seed[row + d] * v[KeyRow(b, j, h) + d];
                            dv[KeyRow(b, j, h) + d] += weights[j] * Seed[row + d];
                        }
                        mean += above[j] * weights[j];
                    }
                    for (int j = 0; j < weights.Length; j++)
                    for (int d = 0; d < Dim; d++)
                    {
                        double score = weights[j] * (above[j] - mean) / Math.Sqrt(Dim);
                        dq[row + d] += score * k[KeyRow(b, j, h) + d];
                        dk[KeyRow(b, j, h) + d] += score * q[row + d];
                    }
                }
            );
            return (dq, dk, dv);
        }

        private double[] Attention(double[] q, double[] k, double[] v, double[]? logs = null)
        {
            double[] result = new double[q.Length];
            ForEachRow(
                q,
                k,
                (b, h, t, weights) =>
                {
                    for (int j = 0; j < weights.Length; j++)
                    for (int d = 0; d < Dim; d++)
                        result[Row(b, t, h) + d] += weights[j] * v[KeyRow(b, j, h) + d];
                },
                logs
            );
            return result;
        }

        private void ForEachRow(double[] q, double[] k, Action<int, int, int, double[]> action, double[]? logs = null)
        {
            for (int b = 0; b < Batch; b++)
            for (int h = 0; h < Heads; h++)
            for (int t = 0; t < Time; t++)
            {
                int seen = Causal ? t + 1 + KeyTime - Time : KeyTime;
                if (Lengths.Length > 0)
                    seen = Math.Min(seen, Lengths[b]);
                double[] scores = new double[seen];
                for (int j = 0; j < seen; j++)
                for (int d = 0; d < Dim; d++)
                    scores[j] += q[Row(b, t, h) + d] * k[KeyRow(b, j, h) + d] / Math.Sqrt(Dim);
                double max = scores.DefaultIfEmpty(0).Max(),
                    sum = scores.Sum(score => Math.Exp(score - max));
                if (logs is not null)
                    logs[(b * Heads + h) * Time + t] = max + Math.Log(sum);
                action(b, h, t, [.. scores.Select(score => Math.Exp(score - max) / sum)]);
            }
        }

        private int Row(int b, int t, int h) => ((b * Time + t) * Heads + h) * Dim;

        private int KeyRow(int b, int j, int h) => ((b * KeyTime + j) * KeyHeads + h / (Heads / KeyHeads)) * Dim;

        private static double[] Doubles(float[] x) => References.Double(x);
    }
}
