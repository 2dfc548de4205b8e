namespace Assay.Learning;

/// <summary>Which users took which items: what recommenders learn from. Checked once, when made.</summary>
public sealed class Interactions
{
    private readonly int[][] _itemsOf;

    /// <summary>Takes the items of each user.</summary>
    /// <param name="itemsOf">For each user, ascending items from 0, each once; a user may have none.</param>
    /// <param name="items">Number of items.</param>
    /// <exception cref="ArgumentException">There is no interaction at all, or an item is out of range or order.</exception>
    public Interactions(int[][] itemsOf, int items)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        foreach ((int user, int[] own) in itemsOf.Index())
            for (int i = 0; i < own.Length; i++)
                if ((uint)own[i] >= (uint)items || (i > 0 && own[i] <= own[i - 1]))
                    throw new ArgumentException($"User {user} has item {own[i]} out of range or order.");
        (_itemsOf, Items, Count) = (itemsOf, items, itemsOf.Sum(own => own.Length));
        if (Count == 0)
            throw new ArgumentException("There is no interaction to learn from.");
    }

    /// <summary>Number of users.</summary>
    public int Users => _itemsOf.Length;

    /// <summary>Number of items.</summary>
    public int Items { get; }

    /// <summary>Number of interactions.</summary>
    public int Count { get; }

    /// <summary>The items of a user, ascending.</summary>
    public ReadOnlySpan<int> Of(int user) => _itemsOf[user];

    /// <summary>Whether a user took an item.</summary>
    public bool Has(int user, int item) => Array.BinarySearch(_itemsOf[user], item) >= 0;

    /// <summary>The users of each item, ascending.</summary>
    internal int[][] UsersOf()
    {
        List<int>[] users = [.. Enumerable.Range(0, Items).Select(_ => new List<int>())];
        for (int user = 0; user < Users; user++)
            foreach (int item in _itemsOf[user])
                users[item].Add(user);
        return [.. users.Select(of => of.ToArray())];
    }
}
