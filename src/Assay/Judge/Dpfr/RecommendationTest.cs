namespace Assay.Judge;

/// <summary>What recommenders are tested on: for each user the items known before, and those that are relevant now.</summary>
/// <remarks>Items are numbered from 0 in the order of their ids, so that a tie that goes to the lower number goes to the lower id.</remarks>
public sealed class RecommendationTest
{
    private readonly int[][] _history,
        _relevant;

    /// <summary>Takes users and items.</summary>
    /// <param name="items">Number of items n: of training, validation and test together.</param>
    /// <param name="length">Length of the lists k, from 1 to less than n.</param>
    /// <param name="history">The items that a user knows, which are not recommended again; at least two users.</param>
    /// <param name="relevant">The items that are relevant for a user, at least one, none of them known.</param>
    /// <exception cref="ArgumentException">Numbers do not fit, or a user has fewer than k items that are not known.</exception>
    public RecommendationTest(
        int items,
        int length,
        IReadOnlyList<IReadOnlyCollection<int>> history,
        IReadOnlyList<IReadOnlyCollection<int>> relevant
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(items, length);
        if (history.Count != relevant.Count || relevant.Count < 2)
            throw new ArgumentException(
                $"{history.Count} histories and {relevant.Count} sets of relevant items: as many of both are needed, two at least."
            );
        (Items, Length) = (items, length);
        _history = [.. history.Select(Sorted)];
        _relevant = [.. relevant.Select(Sorted)];
        for (int user = 0; user < Users; user++)
        {
            if (_relevant[user].Length == 0)
                throw new ArgumentException($"User {user} has no relevant item.");
            if (_relevant[user].Any(item => IsKnown(user, item)))
                throw new ArgumentException($"A relevant item of user {user} is known to that user.");
            if (items - _history[user].Length < length)
                throw new ArgumentException($"User {user} has fewer than {length} items that are not known.");
        }

        int[] Sorted(IReadOnlyCollection<int> of) =>
            of.All(item => item >= 0 && item < items)
                ? [.. of.Distinct().Order()]
                : throw new ArgumentException($"An item is not one of the {items}.");
    }

    /// <summary>Number of items n.</summary>
    public int Items { get; }

    /// <summary>Length of the lists k.</summary>
    public int Length { get; }

    /// <summary>Number of users m.</summary>
    public int Users => _relevant.Length;

    /// <summary>Places in all lists together, k m.</summary>
    public int Slots => Users * Length;

    /// <summary>The items that are relevant for a user, ascending.</summary>
    public ReadOnlySpan<int> Relevant(int user) => _relevant[user];

    /// <summary>The items that a user knows, ascending.</summary>
    public ReadOnlySpan<int> Known(int user) => _history[user];

    /// <summary>Whether an item is relevant for a user.</summary>
    public bool IsRelevant(int user, int item) => Array.BinarySearch(_relevant[user], item) >= 0;

    /// <summary>Whether a user knows an item.</summary>
    public bool IsKnown(int user, int item) => Array.BinarySearch(_history[user], item) >= 0;

    /// <summary>Checks lists: one for each user, of k different items at least.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void Check(IReadOnlyList<int[]> lists)
    {
        if (lists.Count != Users)
            throw new ArgumentException($"{lists.Count} lists do not fit {Users} users.");
        for (int user = 0; user < Users; user++)
        {
            int[] list = lists[user];
            if (list.Length < Length || list.Distinct().Count() != list.Length)
                throw new ArgumentException($"The list of user {user} has not {Length} different items.");
            if (list.Any(item => item < 0 || item >= Items))
                throw new ArgumentException($"The list of user {user} has an item that is not one of the {Items}.");
        }
    }
}
