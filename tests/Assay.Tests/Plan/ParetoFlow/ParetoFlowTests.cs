using System.Text;
using Assay.Data;
using Assay.Numerics;
using Assay.Plan;
using Assay.Studies;

namespace Assay.Tests;

public class ParetoFlowTests
{
    private static readonly ParetoFlowOptions Small = new()
    {
        Minimise = ["cost"],
        Maximise = ["strength"],
        Count = 20,
        Weights = 20,
        Steps = 60,
        Networks = new()
        {
            FlowWidth = 16,
            FlowEpochs = 5,
            PredictorWidth = 32,
            PredictorEpochs = 40,
            Batch = 16,
        },
        Search = new() { Population = 20, Generations = 20 },
    };

    /// <summary>Thickness costs and strengthens; of three materials 'steel' is the best.</summary>
    private static View Table(int rows = 200, double thickness = 10, bool constant = false, bool broken = false)
    {
        RandomStream random = new(2, "table");
        return new(
            Rows.Of(
                rows,
                50,
                (builder, row) =>
                {
                    double thick = thickness * random.NextDouble(),
                        length = random.NextDouble();
                    int material = random.NextInt32(3);
                    builder.Column("thick").Set(thick);
                    builder.Column("length").Set(length);
                    builder
                        .Column("material")
                        .Set(
                            (ReadOnlySpan<byte>)(
                                material switch
                                {
                                    0 => "wood"u8,
                                    1 => "steel"u8,
                                    _ => "glass"u8,
                                }
                            )
                        );
                    builder.Column("cost").Set(constant ? 1 : thick + 5 * length);
                    if (broken && row == 3)
                        builder.Column("strength").SetMissing();
                    else
                        builder.Column("strength").Set(thick * (material == 1 ? 3 : 1) - length);
                }
            )
        );
    }

    private static Study Run(ParetoFlowOptions options, View data, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        return new Assay.Plan.ParetoFlow(options).Run(
            data,
            new(pieces) { Random = new(1, "study"), Threads = threads }
        );
    }

    [Fact]
    public void ItProposesDesignsInTheTablesOwnTerms()
    {
        ParetoFlowOptions options = Small with { Bounds = new Dictionary<string, double[]> { ["thick"] = [0, 12] } };
        Study study = Run(options, Table());
        Assert.StartsWith(study.Facts[0].Name == "Try" ? "Try the " : "Keep the best rows", study.Answer);
        PointsPanel plane = Assert.IsType<PointsPanel>(study.Panels[0]);
        Assert.Equal(["data", "ParetoFlow", "NSGA-II", "MOEA/D"], plane.Clouds.Select(cloud => cloud.Name));
        Assert.Equal(Better.Less, plane.X.Better);
        Assert.Equal(Better.More, plane.Y.Better);
        Assert.Equal(200, plane.Clouds[0].X.Count);
        TablePanel[] tables = [.. study.Panels.OfType<TablePanel>()];
        Assert.Equal("Proposals compared", tables[0].Title);
        foreach (TablePanel table in tables[1..])
        {
            TableColumn Of(string name) => table.Columns.Single(column => column.Name == name);
            Assert.InRange(Of("thick").Length, 1, 20);
            Assert.All(Of("thick").Numbers!, value => Assert.InRange(value!.Value, 0, 12));
            Assert.All(Of("length").Numbers!, value => Assert.InRange(value!.Value, 0, 1));
            Assert.All(Of("material").Words!, word => Assert.Contains(word, (string[])["wood", "steel", "glass"]));
            Assert.NotNull(Of("cost").Numbers);
            Assert.NotNull(Of("strength (unseen)").Numbers);
        }
        // Strength is in the user's direction: the search finds strong designs, and they are of steel.
        TablePanel genetic = tables.Single(table => table.Title == "Designs of NSGA-II");
        int strongest = genetic
            .Columns.Single(column => column.Name == "strength")
            .Numbers!.Index()
            .MaxBy(entry => entry.Item)
            .Index;
        Assert.Equal("steel", genetic.Columns.Single(column => column.Name == "material").Words![strongest]);
        Assert.InRange(genetic.Columns.Single(column => column.Name == "strength").Numbers![strongest]!.Value, 20, 40);
    }

    [Fact]
    public void ThreadsChangeNothing() =>
        Assert.Equal(Written(Run(Small, Table(), threads: 1)), Written(Run(Small, Table(), threads: 2)));

    [Fact]
    public void ThreeObjectivesHaveThreePlanes()
    {
        Study study = Run(Small with { Minimise = ["cost", "length"], Designs = ["thick", "material"] }, Table());
        Assert.Equal(3, study.Panels.OfType<PointsPanel>().Count());
    }

    [Fact]
    public void NumbersThatNameCategoriesAreCategories()
    {
        Study study = Run(
            Small with
            {
                Designs = ["grade", "thick"],
                Categories = ["grade"],
            },
            new(
                Rows.Of(
                    60,
                    50,
                    (builder, row) =>
                    {
                        builder.Column("grade").Set((long)(row % 4));
                        builder.Column("thick").Set(row * 0.1);
                        builder.Column("cost").Set(row % 7 + row % 4);
                        builder.Column("strength").Set(row * (1 + row % 4));
                    }
                )
            )
        );
        TablePanel designs = study.Panels.OfType<TablePanel>().Last();
        Assert.All(
            designs.Columns.Single(column => column.Name == "grade").Words!,
            word => Assert.Contains(word, (string[])["0", "1", "2", "3"])
        );
    }

    [Fact]
    public void WhatAUserCanMendIsSaid()
    {
        void Says(string what, ParetoFlowOptions options, View? data = null) =>
            Assert.Contains(what, Assert.Throws<AssayException>(() => Run(options, data ?? Table())).ToString());
        Says("two objectives at least", Small with { Maximise = [] });
        Says("'cost' is named twice", Small with { Maximise = ["cost"] });
        Says("no column 'price'", Small with { Minimise = ["price"] });
        Says("both a design and an objective", Small with { Designs = ["thick", "cost"] });
        Says("'colour' is no column of designs", Small with { Categories = ["colour"] });
        Says(
            "not a lower and an upper one",
            Small with
            {
                Bounds = new Dictionary<string, double[]> { ["thick"] = [3, 1] },
            }
        );
        Says(
            "outside of its bounds [0, 5]",
            Small with
            {
                Bounds = new Dictionary<string, double[]> { ["thick"] = [0, 5] },
            }
        );
        Says(
            "categories, which have no bounds",
            Small with
            {
                Bounds = new Dictionary<string, double[]> { ["material"] = [0, 5] },
            }
        );
        Says("150 different values", Small with { Categories = ["thick"] }, Table(150));
        Says("'cost' has the same value in all rows", Small, Table(constant: true));
        Says("10 different rows", Small, Table(10));
        Says("'strength' is not a finite number", Small, Table(broken: true));
    }

    [Fact]
    public void ItStopsWhenAsked()
    {
        using Pieces pieces = Pieces.Temporary();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Assay.Plan.ParetoFlow(Small).Run(Table(), new(pieces) { Cancellation = new(true) })
        );
    }

    private static string Written(Study study)
    {
        StringBuilder text = new(study.Answer);
        foreach (TableColumn column in study.Panels.OfType<TablePanel>().SelectMany(table => table.Columns))
            text.AppendJoin(' ', column.Words ?? [.. column.Numbers!.Select(number => $"{number:R}")]);
        return text.ToString();
    }
}
