using System.Globalization;
using Assay.Data;
using Assay.Studies;

namespace Assay.Plan.Asymptote;

/// <summary>Says how good a recipe gets when models, ensembles or data grow without limit, and how much data its gain is worth.</summary>
/// <remarks>
/// Source: "Pre-training under infinite compute", arXiv 2509.14786, sections 3 to 5. Recipes are ranked by the asymptote of their losses, not by the loss at one
/// budget; limits are nested (members, then parameters); a loss is turned into data by the law of the standard recipe.
/// </remarks>
[Method("plan/asymptote", Paper = "infinite-compute")]
public sealed class AsymptotePlan(AsymptoteOptions options) : IStudy
{
    private const int Drawn = 6,
        CurvePoints = 81;

    /// <inheritdoc/>
    public Study Run(View data, Work work)
    {
        StudyTable table = StudyTable.Of(data, work.Cancellation);
        string[] by = [.. options.By.Where(table.Has)];
        if (by.Length == 0)
            throw new AssayException(
                $"plan/asymptote: '{data.Dataset.Name}' has none of the columns {string.Join(", ", options.By)}",
                hint: "Name the columns that grow with --by, the innermost first. There are: "
                    + string.Join(", ", table.Names)
                    + "."
            );
        List<(string Recipe, List<NestedLimit.Point> Points)> recipes = Recipes(table, by);
        var limits = recipes
            .Select(recipe =>
                (
                    recipe.Recipe,
                    recipe.Points,
                    Levels: NestedLimit.Of(
                        recipe.Points,
                        by,
                        options.Resamples,
                        work.Random.Child(recipe.Recipe),
                        work.Cancellation
                    )
                )
            )
            .ToArray();
        if (limits.All(recipe => recipe.Levels.Count == 0))
            throw new AssayException(
                $"plan/asymptote: no recipe has three different {string.Join(", or ", by)}",
                hint: "An asymptote needs runs at three sizes at least, four to say anything of its error."
            );
        return Report(limits, Efficiency(recipes, by));
    }

    private List<(string Recipe, List<NestedLimit.Point> Points)> Recipes(StudyTable table, string[] by)
    {
        string[] names = table.Has(options.Recipe)
            ? table.Words(options.Recipe)
            : [.. Enumerable.Repeat("all runs", table.Rows)];
        double[] losses = table.Numbers(options.Loss);
        double[][] columns = [.. by.Select(table.Numbers)];
        OrderedDictionary<string, List<NestedLimit.Point>> recipes = [];
        for (int row = 0; row < table.Rows; row++)
        {
            for (int i = 0; i < by.Length; i++)
                if (!(columns[i][row] > 0))
                    throw table.Wrong(row, by[i], $"'{by[i]}' is {columns[i][row]}", "Expected a positive number.");
            if (!recipes.TryGetValue(names[row], out List<NestedLimit.Point>? points))
                recipes.Add(names[row], points = []);
            int at = row;
            points.Add(
                new(by.Index().ToDictionary(column => column.Item, column => columns[column.Index][at]), losses[row])
            );
        }
        return [.. recipes.Select(recipe => (recipe.Key, recipe.Value))];
    }

    // The standard recipe's best loss for each amount of data, and the law through them.
    private (DataEfficiency Law, Dictionary<double, double> Best)? Efficiency(
        List<(string Recipe, List<NestedLimit.Point> Points)> recipes,
        string[] by
    )
    {
        var standard = recipes.FirstOrDefault(recipe => recipe.Recipe == options.Standard);
        if (standard.Points is null || !by.Contains(options.Data))
            return null;
        Dictionary<double, double> best = Best(standard.Points);
        return best.Count < PowerLaw.Parameters
            ? null
            : (new(PowerLaw.Fit([.. best.Keys], [.. best.Values]).Law), best);
    }

    private Dictionary<double, double> Best(IEnumerable<NestedLimit.Point> points) =>
        points
            .GroupBy(point => point.At[options.Data])
            .OrderBy(group => group.Key)
            .ToDictionary(group => group.Key, group => group.Min(point => point.Loss));

    private Study Report(
        (string Recipe, List<NestedLimit.Point> Points, IReadOnlyList<IReadOnlyList<Limit>> Levels)[] recipes,
        (DataEfficiency Law, Dictionary<double, double> Best)? efficiency
    )
    {
        var all = recipes
            .SelectMany(recipe =>
                recipe.Levels.SelectMany(level => level.Select(limit => (recipe.Recipe, Limit: limit)))
            )
            .ToArray();
        (string Recipe, Limit Limit)[] last =
        [
            .. recipes
                .Where(recipe => recipe.Levels.Count > 0)
                .SelectMany(recipe => recipe.Levels[^1].Select(limit => (recipe.Recipe, limit))),
        ];
        (string bestRecipe, Limit best) = last.MinBy(one => one.Limit.Law.Asymptote);
        List<Panel> panels = [];
        foreach (var level in all.GroupBy(one => one.Limit.Over))
            panels.Add(Curves(level.Key, [.. level]));
        panels.Add(Table(all));
        List<Fact> facts =
        [
            new(
                "Lowest asymptote",
                Digits(best.Law.Asymptote),
                best.Interval is { } interval
                    ? $"{Digits(interval.Low)} to {Digits(interval.High)}; {bestRecipe}"
                    : $"{bestRecipe}; no interval: as many points as parameters"
            ),
            new("Lowest loss measured", Digits(recipes.Min(recipe => recipe.Points.Min(point => point.Loss)))),
        ];
        if (efficiency is { } standard && Multiples(recipes, standard) is { Columns.Count: > 0 } multiples)
        {
            panels.Add(multiples);
            double?[] factors = [.. multiples.Columns[^1].Numbers!];
            if (factors.Any(factor => factor is not null))
            {
                int at = Array.IndexOf(factors, factors.Max());
                facts.Add(
                    new(
                        "Data it is worth",
                        $"{factors[at]!.Value.ToString("0.##", CultureInfo.InvariantCulture)} times",
                        multiples.Columns[0].Words![at]
                    )
                );
            }
        }
        if (JointTable(recipes) is { } joint)
            panels.Add(joint);
        string where = best.At.Count == 0 ? "" : $" at {Words(best)}";
        return new()
        {
            Title = "How far it can go",
            Answer =
                $"As {best.Over} grow without limit{where}, {(bestRecipe == "all runs" ? "the loss" : $"the loss of '{bestRecipe}'")} falls to {Digits(best.Law.Asymptote)}"
                + (last.Length > 1 ? $", the lowest of {last.Length} asymptotes." : "."),
            Facts = facts,
            Panels = panels,
            Notes = [.. Notes(all.Select(one => one.Limit), efficiency is not null, recipes)],
        };
    }

    private CurvePanel Curves(string over, (string Recipe, Limit Limit)[] limits)
    {
        // The lowest ones where there are many.
        (string Recipe, Limit Limit)[] drawn =
        [
            .. limits.OrderBy(one => one.Limit.Law.Asymptote).Take(Drawn).Reverse(),
        ];
        double unit = drawn[0].Limit.Unit,
            low = drawn.Min(one => one.Limit.X[0]),
            high = drawn.Max(one => one.Limit.X[^1]) * 4;
        double[] axis =
        [
            .. Enumerable.Range(0, CurvePoints).Select(i => low * Math.Pow(high / low, i / (CurvePoints - 1.0))),
        ];
        double[] shown = [.. axis.Select(x => x * unit)];
        List<Curve> curves = [];
        foreach ((string recipe, Limit limit) in drawn)
        {
            string name = Name(recipe, limit);
            bool isBest = limit == drawn[^1].Limit;
            (double Low, double High)?[] ends = isBest ? [.. axis.Select(x => limit.EndsOf(law => law.At(x)))] : [];
            curves.Add(
                new(name, shown, [.. axis.Select(limit.Law.At)])
                {
                    Emphasis = isBest ? Emphasis.Main : Emphasis.Plain,
                    Low = ends.Length > 0 && ends[0] is not null ? [.. ends.Select(end => end!.Value.Low)] : null,
                    High = ends.Length > 0 && ends[0] is not null ? [.. ends.Select(end => end!.Value.High)] : null,
                }
            );
            curves.Add(
                new(name + ", measured", [.. limit.X.Select(x => x * limit.Unit)], limit.Losses)
                {
                    Form = CurveForm.Points,
                    Group = name,
                    Emphasis = isBest ? Emphasis.Main : Emphasis.Plain,
                }
            );
        }
        return new()
        {
            Title = $"As {over} grow",
            Note =
                $"Points are {(limits.Any(one => one.Limit.Over == options.By[0]) ? "runs" : "runs or asymptotes of the level before")}, lines the fitted laws up to four times the largest; the dotted line is the lowest asymptote."
                + (limits.Length > drawn.Length ? $" The lowest {drawn.Length} of {limits.Length} are drawn." : ""),
            X = new(over, IsLogarithmic: true),
            Y = new(options.Loss, Better: Better.Less),
            Curves = curves,
            Levels = [new(drawn[^1].Limit.Law.Asymptote, $"asymptote {Digits(drawn[^1].Limit.Law.Asymptote)}")],
        };
    }

    private static TablePanel Table((string Recipe, Limit Limit)[] all) =>
        new()
        {
            Title = "Laws",
            Note =
                "Loss = scale / (x / unit)^exponent + asymptote. Low and high are a 95 % interval from resampled residuals of the law's own points.",
            Columns =
            [
                TableColumn.Of("recipe", all.Select(one => one.Recipe)),
                TableColumn.Of("over", all.Select(one => one.Limit.Over)),
                TableColumn.Of("at", all.Select(one => Words(one.Limit))),
                TableColumn.Of("points", all.Select(one => (double)one.Limit.X.Count)),
                TableColumn.Of("asymptote", all.Select(one => one.Limit.Law.Asymptote), 4),
                TableColumn.Of("low", all.Select(one => one.Limit.Interval?.Low ?? double.NaN), 4),
                TableColumn.Of("high", all.Select(one => one.Limit.Interval?.High ?? double.NaN), 4),
                TableColumn.Of("scale", all.Select(one => one.Limit.Law.Scale)),
                TableColumn.Of("exponent", all.Select(one => one.Limit.Law.Exponent), 3),
                TableColumn.Of("unit", all.Select(one => one.Limit.Unit)),
                TableColumn.Of(
                    "root mean square",
                    all.Select(one => Math.Sqrt(one.Limit.SumOfSquares / one.Limit.X.Count)),
                    5
                ),
            ],
            Chosen = all.Index().MinBy(one => one.Item.Limit.Law.Asymptote).Index,
        };

    // What each recipe's best loss and best asymptote for an amount of data are worth.
    private TablePanel? Multiples(
        (string Recipe, List<NestedLimit.Point> Points, IReadOnlyList<IReadOnlyList<Limit>> Levels)[] recipes,
        (DataEfficiency Law, Dictionary<double, double> Best) standard
    )
    {
        List<(string Recipe, double Data, string What, double Loss, double? Factor)> rows = [];
        foreach (var recipe in recipes)
        {
            void Add(string what, double data, double loss)
            {
                if (standard.Best.TryGetValue(data, out double own))
                    rows.Add((recipe.Recipe, data, what, loss, standard.Law.Factor(loss, own)));
            }
            foreach ((double data, double loss) in Best(recipe.Points))
                Add("lowest loss", data, loss);
            foreach (Limit limit in recipe.Levels.SelectMany(level => level))
                if (limit.At.TryGetValue(options.Data, out double data) && limit.At.Count == 1)
                    Add($"asymptote over {limit.Over}", data, limit.Law.Asymptote);
        }
        return rows.Count == 0
            ? null
            : new()
            {
                Title = "What it is worth in data",
                Note =
                    $"How many times more data '{options.Standard}' would need to reach the loss, by the law of its own best losses. Empty where it never would.",
                Columns =
                [
                    TableColumn.Of("recipe", rows.Select(row => row.Recipe)),
                    TableColumn.Of(options.Data, rows.Select(row => row.Data)),
                    TableColumn.Of("what", rows.Select(row => row.What)),
                    TableColumn.Of("loss", rows.Select(row => row.Loss), 4),
                    TableColumn.Of("times the data", rows.Select(row => row.Factor ?? double.NaN), 2),
                ],
            };
    }

    private TablePanel? JointTable(
        (string Recipe, List<NestedLimit.Point> Points, IReadOnlyList<IReadOnlyList<Limit>> Levels)[] recipes
    )
    {
        const string parameters = "parameters";
        List<(string Recipe, JointLaw Law, double Error, double ParameterUnit, double DataUnit)> fits = [];
        foreach (var recipe in recipes)
        {
            if (!recipe.Points[0].At.ContainsKey(parameters) || !recipe.Points[0].At.ContainsKey(options.Data))
                continue;
            double[] sizes = [.. recipe.Points.Select(point => point.At[parameters])],
                data = [.. recipe.Points.Select(point => point.At[options.Data])];
            if (recipe.Points.Count < 6 || sizes.Distinct().Count() < 2 || data.Distinct().Count() < 2)
                continue;
            (JointLaw law, double sum) = JointLaw.Fit(
                [.. sizes.Select(size => size / sizes.Min())],
                [.. data.Select(amount => amount / data.Min())],
                [.. recipe.Points.Select(point => point.Loss)]
            );
            fits.Add((recipe.Recipe, law, Math.Sqrt(sum / recipe.Points.Count), sizes.Min(), data.Min()));
        }
        return fits.Count == 0
            ? null
            : new()
            {
                Title = "Parameters and data at once",
                Note =
                    "The usual joint law, for comparison: what too few parameters and too few data add, at the least of each, over one asymptote.",
                Columns =
                [
                    TableColumn.Of("recipe", fits.Select(fit => fit.Recipe)),
                    TableColumn.Of("asymptote", fits.Select(fit => fit.Law.Asymptote), 4),
                    TableColumn.Of("by parameters", fits.Select(fit => fit.Law.ParameterScale), 4),
                    TableColumn.Of("exponent", fits.Select(fit => fit.Law.ParameterExponent), 3),
                    TableColumn.Of("by data", fits.Select(fit => fit.Law.DataScale), 4),
                    TableColumn.Of("exponent of data", fits.Select(fit => fit.Law.DataExponent), 3),
                    TableColumn.Of("root mean square", fits.Select(fit => fit.Error), 5),
                ],
            };
    }

    private IEnumerable<string> Notes(
        IEnumerable<Limit> limits,
        bool hasEfficiency,
        (string Recipe, List<NestedLimit.Point> Points, IReadOnlyList<IReadOnlyList<Limit>> Levels)[] recipes
    )
    {
        if (limits.Any(limit => limit.X.Count <= PowerLaw.Parameters))
            yield return "A law through three points meets them exactly, so nothing is known of its error: a fourth size says whether to believe it.";
        if (limits.Any(limit => limit.Law.Scale == 0 || limit.Law.Exponent == 0))
            yield return "Some losses do not fall with size: their 'asymptote' is a mean, and the recipe overfits or is not tuned at the larger sizes.";
        if (limits.Any(limit => limit.Law.Asymptote == 0 && limit.Law.Scale > 0))
            yield return "Some asymptotes are at the bound 0: the sizes are too near each other to tell a floor from a slow fall.";
        yield return "An asymptote is the least certain number of its law, and holds for the recipe as it was tuned at each size: tune weight decay, rate and epochs at every size before comparing.";
        if (hasEfficiency)
            yield return "Multiples of data extrapolate the standard recipe's law to the right, and explode near its asymptote.";
        else if (recipes.Length > 1)
            yield return $"There are no multiples of data: they need the recipe '{options.Standard}' at three amounts of '{options.Data}' at least.";
    }

    private static string Name(string recipe, Limit limit) =>
        string.Join(", ", new[] { recipe == "all runs" ? "" : recipe, Words(limit) }.Where(part => part.Length > 0))
            is { Length: > 0 } name
            ? name
            : "all runs";

    private static string Words(Limit limit) =>
        string.Join(
            ", ",
            limit.At.Select(at => $"{at.Key} {at.Value.ToString("0.####", CultureInfo.InvariantCulture)}")
        );

    private static string Digits(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
