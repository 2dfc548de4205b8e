namespace Assay.Learning;

/// <summary>Scores items for the users that it learned from.</summary>
public interface IRecommender
{
    /// <summary>A score for every item, more for those that suit the user better; items that the user took are scored like others.</summary>
    /// <param name="user">A user of the interactions.</param>
    double[] Scores(int user);

    /// <summary>The items with the highest scores, of equals the lowest first.</summary>
    /// <param name="user">A user of the interactions.</param>
    /// <param name="count">How many, at most.</param>
    /// <param name="isLeftOut">Items that are not to be recommended: those that the user knows.</param>
    /// <returns>Items and their scores, best first.</returns>
    (int[] Items, double[] Scores) Top(int user, int count, Func<int, bool> isLeftOut)
    {
        double[] scores = Scores(user);
        int[] items =
        [
            .. Enumerable
                .Range(0, scores.Length)
                .Where(item => !isLeftOut(item))
                .OrderByDescending(item => scores[item])
                .Take(count),
        ];
        return (items, [.. items.Select(item => scores[item])]);
    }
}
