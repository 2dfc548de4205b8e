using System.Text;
using Assay.Data;
using Assay.Judge;
using Assay.Studies;
using Assay.Tests.Studies;

namespace Assay.Tests;

public class DpfrStudyTests
{
    private static readonly DpfrOptions Short = new() { Length = 2, Depth = 4 };

    [Fact]
    public void Interactions_alone_are_enough()
    {
        Study study = new Dpfr(Short).Run(StudyTables.Of(Groups()));
        TablePanel ranking = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Ranking");
        Assert.Equal(16, ranking.Columns[0].Length); // four recommenders, each plain and re-ranked in three ways
        double?[] distances = [.. ranking.Columns[1].Numbers!];
        Assert.Equal(distances.Order(), distances);
        Assert.Equal(17, study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Measures").Columns.Count);
        Assert.Contains("closest to the reference", study.Answer);
        Assert.Equal(Json(study), Json(new Dpfr(Short).Run(StudyTables.Of(Groups()), threads: 1)));
        Assert.NotEqual(Json(study), Json(new Dpfr(Short).Run(StudyTables.Of(Groups()), seed: 8)));
    }

    [Fact]
    public void Lists_are_judged_as_they_stand()
    {
        // Users a and b, items 1..4; a knows 1, b knows 2.
        View interactions = StudyTables.Of("user,item,part\na,1,train\nb,2,valid\na,3,test\nb,3,test\nb,4,test"),
            lists = StudyTables.Of("model,user,item\nx,a,3\nx,a,2\nx,b,1\nx,b,4\ny,a,2\ny,a,4\ny,b,3\ny,b,1");
        Study study = new Dpfr(Short with { Lists = "lists" }).Run(interactions, others: [("lists", lists)]);
        TablePanel measures = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Measures");
        int x = measures.Columns[0].Words!.ToList().IndexOf("x");
        Assert.Equal(.5, measures.Columns[1].Numbers![x]); // P: 1 of 2, 1 of 2
        Assert.Equal((1 + .25) / 2, measures.Columns[2].Numbers![x]); // MAP: 1, and 1/2 over 2
        Assert.Equal((1 + .5) / 2, measures.Columns[3].Numbers![x]);
        Assert.Equal(2, measures.Columns[0].Length); // no longer lists, no re-ranking
    }

    [Fact]
    public void One_object_holds_all()
    {
        const string history = "[[1],[2],[]]",
            test = "[[3],[3,4],[9]]",
            models =
                """{"x":{"top25":[[3,2,4],[1,4,3],[9,1,2]],"top25_scores":[[3,2,1],[2,1,0],[5,4,3]]},"y":{"rec_items_top10":[[2,4],[3,1],[1,2]]}}""";
        Study study = new Dpfr(Short).Run(Object(history, test, models));
        TablePanel measures = study.Panels.OfType<TablePanel>().First(panel => panel.Title == "Measures");
        Assert.Equal(["x", "x+BC", "x+CM", "x+GS", "y"], measures.Columns[0].Words!.Order());
        int x = measures.Columns[0].Words!.ToList().IndexOf("x");
        Assert.Equal(3 / 6.0, measures.Columns[1].Numbers![x]);
        Assert.Contains(study.Facts, fact => fact.Note == "10 items, lists of 2"); // n_items, some of which occur nowhere

        Says("as many users", history, "[[3]]", models);
        Says("as many scores", history, test, """{"x":{"top25":[[3,2],[1,4],[9,1]],"top25_scores":[[3],[2],[5]]}}""");
        Says("not recommendation lists", history, test, """{"x":{"lists":[]}}""");
        Says("not recommendation lists", history, "7", models);
        Says("the list of 'x' for the 1. user", history, test, """{"x":{"top25":[[3],[1],[9]]}}""");

        static void Says(string what, string history, string test, string models) =>
            Assert.Contains(
                what,
                Assert.Throws<AssayException>(() => new Dpfr(Short).Run(Object(history, test, models))).Message
            );
        static View Object(string history, string test, string models) =>
            new(
                Rows.Of(
                    1,
                    1,
                    (builder, _) =>
                    {
                        builder.Column("n_items").Set(10L);
                        builder.Column("history").SetJson(Encoding.UTF8.GetBytes(history));
                        builder.Column("test").SetJson(Encoding.UTF8.GetBytes(test));
                        builder.Column("models").SetJson(Encoding.UTF8.GetBytes(models));
                    }
                )
            );
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        string plain = "user,item\na,1\na,2\nb,1\nb,3";
        Says("no column 'who'", plain, Short with { User = "who" });
        Says("3 items, and lists of 10", plain, new());
        Says("no user or no item", "user,item\na,1\n,2\nb,3", Short);
        Says("no recommender 'best'", Groups(), Short with { Models = ["best"] });
        Says("no recommender to judge", Groups(), Short with { Models = [] });
        Says("users with relevant items", "user,item,part\na,1,test\na,2,train\nb,3,train\nb,4,train", Short);
        Says("no interaction beside", "user,item,part\na,1,test\na,2,test\nb,3,test\nb,4,test", Short);
        View lists = StudyTables.Of("model,user,item\nx,a,3\nx,a,2\nx,b,1");
        Says("which interactions are the test", plain, Short with { Lists = "lists" }, lists);
        Says(
            "the list of 'x'",
            "user,item,part\na,1,train\nb,2,train\na,3,test\nb,3,test",
            Short with
            {
                Lists = "lists",
            },
            lists
        );
    }

    [Fact]
    public void What_a_user_knew_is_no_test()
    {
        Study study = new Dpfr(Short with { Models = ["popularity"], Rerank = false }).Run(
            StudyTables.Of(
                "user,item,part\na,1,train\na,1,test\na,2,test\nb,3,train\nb,1,test\nc,1,train\nc,2,train\nc,3,train\nc,4,train\nc,5,test\nd,5,train"
            )
        );
        Assert.Contains(
            study.Notes,
            note => note == "Test interactions left out, since the user knew the item before: 1."
        );
        Assert.Contains(study.Notes, note => note == "Users left out, since fewer than 2 items are new to them: 1.");
    }

    private static void Says(string what, string csv, DpfrOptions options, View? lists = null) =>
        Assert.Contains(
            what,
            Assert
                .Throws<AssayException>(() =>
                    new Dpfr(options).Run(StudyTables.Of(csv), others: lists is null ? [] : [("lists", lists)])
                )
                .Message
        );

    // Users of two tastes, twelve items.
    private static string Groups()
    {
        Random random = new(4);
        StringBuilder csv = new("user,item\n");
        for (int user = 0; user < 30; user++)
            foreach (
                int item in Enumerable
                    .Range(0, 12)
                    .Where(item => random.NextDouble() < (item % 2 == user % 2 ? 0.6 : 0.15))
            )
                csv.Append($"u{user},{item}\n");
        return csv.ToString();
    }

    private static string Json(Study study) => System.Text.Json.JsonSerializer.Serialize(study);
}
