using Assay.Numerics;

namespace Assay.Learning;

/// <summary>How <see cref="BprRecommender"/> learns.</summary>
public sealed record BprOptions
{
    /// <summary>Numbers of a factor, at least 1. Default: 32.</summary>
    public int Factors { get; init; } = 32;

    /// <summary>Passes over as many draws as there are interactions, at least 1. Default: 60.</summary>
    public int Epochs { get; init; } = 60;

    /// <summary>Step of the descent, positive. Default: 0.05.</summary>
    public double Rate { get; init; } = 0.05;

    /// <summary>Weight of the squares of the factors, 0 or more. Default: 0.01.</summary>
    public double Decay { get; init; } = 0.01;
}

/// <summary>Factors of users and items whose products put items that a user took before items that the user did not.</summary>
/// <remarks>Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback" (2009): stochastic descent on -log sigmoid of the difference of a taken and another item.</remarks>
public sealed class BprRecommender : IRecommender
{
    private readonly double[] _users,
        _items;
    private readonly int _factors;

    private BprRecommender(double[] users, double[] items, int factors) =>
        (_users, _items, _factors) = (users, items, factors);

    /// <summary>Learns the factors, on one thread.</summary>
    /// <param name="interactions">What users took.</param>
    /// <param name="options">How.</param>
    /// <param name="random">Starts, draws.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static BprRecommender Fit(
        Interactions interactions,
        BprOptions options,
        RandomStream random,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Factors);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epochs);
        int f = options.Factors;
        (int User, int Item)[] taken =
        [
            .. Enumerable
                .Range(0, interactions.Users)
                .SelectMany(user => interactions.Of(user).ToArray().Select(item => (user, item))),
        ];
        RandomStream start = random.Child("start"),
            draws = random.Child("draws");
        double[] users = [.. Enumerable.Range(0, interactions.Users * f).Select(_ => 0.1 * start.NextGaussian())],
            items = [.. Enumerable.Range(0, interactions.Items * f).Select(_ => 0.1 * start.NextGaussian())];
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int draw = 0; draw < taken.Length; draw++)
            {
                (int user, int item) = taken[draws.NextInt32(taken.Length)];
                if (interactions.Of(user).Length == interactions.Items)
                    continue; // there is nothing that this user did not take
                int other = draws.NextInt32(interactions.Items);
                while (interactions.Has(user, other))
                    other = draws.NextInt32(interactions.Items);
                Step(users.AsSpan(user * f, f), items.AsSpan(item * f, f), items.AsSpan(other * f, f), options);
            }
        }
        return new(users, items, f);
    }

    /// <inheritdoc/>
    public double[] Scores(int user)
    {
        ReadOnlySpan<double> own = _users.AsSpan(user * _factors, _factors);
        double[] scores = new double[_items.Length / _factors];
        for (int item = 0; item < scores.Length; item++)
            scores[item] = MixedProducts.Dot(own, _items.AsSpan(item * _factors, _factors));
        return scores;
    }

    private static void Step(Span<double> user, Span<double> item, Span<double> other, BprOptions options)
    {
        double difference = MixedProducts.Dot(user, item) - MixedProducts.Dot(user, other),
            slope = Logistic.Sigmoid(-difference),
            rate = options.Rate,
            decay = options.Decay;
        for (int i = 0; i < user.Length; i++)
        {
            (double u, double a, double b) = (user[i], item[i], other[i]);
            user[i] += rate * (slope * (a - b) - decay * u);
            item[i] += rate * (slope * u - decay * a);
            other[i] += rate * (-slope * u - decay * b);
        }
    }
}
