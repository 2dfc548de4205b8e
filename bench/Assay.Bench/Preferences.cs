using System.Diagnostics;
using Assay.Learning;
using Assay.Numerics;

namespace Assay.Bench;

/// <summary>Steps of DPO: <c>preferences [models ..] [threads] [seconds=n]</c>; <c>peers/preferences.py</c> takes the same with PyTorch.</summary>
/// <remarks>
/// 16 pairs a step, prompts and completions of 64 tokens each: 32 sequences of 127 places. The reference's log-probabilities are there already, as they are in
/// training. A step draws no data, but has everything else: both forwards, the loss, backward, clipping, AdamW.
/// </remarks>
internal static class Preferences
{
    private const int Pairs = 16,
        Prompt = 64,
        Completion = 64,
        Vocabulary = 259;

    public static void Run(string[] arguments)
    {
        int threads = arguments.Where(a => int.TryParse(a, out _)).Select(int.Parse).FirstOrDefault(Workers.Threads);
        double seconds = arguments
            .Where(a => a.StartsWith("seconds=", StringComparison.Ordinal))
            .Select(a => double.Parse(a["seconds=".Length..]))
            .FirstOrDefault(8);
        string[] names = [.. arguments.Where(a => a.StartsWith("gpt-", StringComparison.Ordinal))];
        using var limit = Workers.Limit(threads);
        Console.WriteLine($"{threads} thread(s), {Pairs} pairs of {Prompt} + {Completion} tokens");
        foreach (string name in names.Length > 0 ? names : ["gpt-250k", "gpt-1m", "gpt-4m"])
            Measure(name, seconds);
    }

    private static void Measure(string name, double seconds)
    {
        RandomStream stream = new(1, "tokens");
        TokenPair[] pairs =
        [
            .. Enumerable
                .Range(0, Pairs)
                .Select(_ => new TokenPair(Tokens(Prompt), Tokens(Completion), Tokens(Completion))),
        ];
        Transformer policy = new(ModelSizes.Of(name, Vocabulary), new RandomStream(1, "model"));
        PairProbabilities reference = PairProbabilities.Of(policy, pairs);
        PreferenceTraining training = new(
            policy,
            pairs,
            reference,
            new(),
            new() { Batch = Pairs, Epochs = 20_000 },
            new(1, "order")
        )
        {
            Stepped = (step, _) => Stop.Seen(step.Step),
        };
        Stop.Begin(seconds);
        try
        {
            training.Run(Stop.Token);
        }
        catch (OperationCanceledException) { }
        double perSecond = 1 / Stop.Median;
        Console.WriteLine(
            $"{name, -10} {policy.ParameterCount, 11:N0} {perSecond, 8:F2} steps/s {perSecond * Pairs, 8:F1} pairs/s"
        );

        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => stream.NextInt32(256))];
    }

    private static class Stop
    {
        private static readonly List<double> Times = [];
        private static CancellationTokenSource _source = new();
        private static double _seconds;
        private static long _begin,
            _last;

        public static CancellationToken Token => _source.Token;

        public static double Median => Times.Order().ElementAt(Times.Count / 2);

        public static void Begin(double seconds)
        {
            Times.Clear();
            _source = new();
            _seconds = seconds;
            _begin = _last = Stopwatch.GetTimestamp();
        }

        public static void Seen(long step)
        {
            double passed = Stopwatch.GetElapsedTime(_last).TotalSeconds;
            _last = Stopwatch.GetTimestamp();
            if (step <= 3)
                _begin = _last; // the first steps fill pools and compile
            else
                Times.Add(passed);
            if (Times.Count >= 3 && Stopwatch.GetElapsedTime(_begin).TotalSeconds > _seconds)
                _source.Cancel();
        }
    }
}
