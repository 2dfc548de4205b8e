namespace Assay.Value;

/// <summary>A cooperative game: players, and what every set of them is worth. Safe to use from several threads.</summary>
/// <remarks>Players are rows of a table, or groups of rows; the worth of a set is the test score of a model trained on it.</remarks>
public interface IGame
{
    /// <summary>Number of players, at least 1; they are numbered from 0.</summary>
    int Players { get; }

    /// <summary>The worth U0 of the empty set, and of every set that cannot be trained on.</summary>
    double Untrained { get; }

    /// <summary>What a set is worth.</summary>
    /// <param name="players">Distinct players, in any order, which does not matter.</param>
    double Worth(ReadOnlySpan<int> players);

    /// <summary>The worth of all players that passes are compared with, and how uncertain it is.</summary>
    FullWorth Full();

    /// <summary>An empty set that will grow player by player.</summary>
    ICoalition Grow() => new PlainCoalition(this);
}

/// <summary>A set of players that grows. Not for several threads at once.</summary>
public interface ICoalition
{
    /// <summary>How many models were trained for it so far.</summary>
    int Trainings { get; }

    /// <summary>Adds a player, and says what the set is worth now.</summary>
    double Add(int player);
}

/// <summary>The worth of the set of all players.</summary>
/// <param name="Mean">Its mean over resamples of the test set.</param>
/// <param name="Deviation">Its standard deviation over them; 0 if there are none.</param>
public readonly record struct FullWorth(double Mean, double Deviation);

/// <summary>A set of which nothing is kept from one player to the next.</summary>
internal sealed class PlainCoalition(IGame game) : ICoalition
{
    private readonly List<int> _players = [];

    public int Trainings => _players.Count;

    public double Add(int player)
    {
        _players.Add(player);
        return game.Worth(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_players));
    }
}
