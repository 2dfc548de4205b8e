using Assay.Data;
using Assay.Describe;

namespace Assay.Tests.Describe;

public sealed class DatasheetTests
{
    private static readonly DatasheetFigure[] s_measured = [new("rows", "12"), new("subgroups: sex", "a: 5, b: 7")];

    private static string[] Problems(string yaml) =>
        [
            .. Assert
                .Throws<DocumentException>(() => Datasheet.Read("sheet.yaml", yaml))
                .Problems.Select(problem => problem.ToString()),
        ];

    [Fact]
    public void AnEmptyFormIsReadBackEmptyAndAsksEverything()
    {
        string form = Datasheet.Empty.ToYaml("people.csv", s_measured);
        Datasheet read = Datasheet.Read("sheet.yaml", form);
        Assert.Equal(0, read.Answered);
        Assert.Equal(DatasheetQuestions.All.Count, read.Open.Count);
        Assert.Contains($"# Open: {read.Open.Count} of {read.Open.Count} questions: name, purpose", form);
        Assert.Equal(form, read.ToYaml("people.csv", s_measured));
    }

    [Fact]
    public void AnswersComeBackAsTheyWereWritten()
    {
        string[] awkward =
        [
            "yes",
            "#1: it \"was\", [so] they say",
            "1e3",
            "- a",
            "ünï",
            "two\nlines",
            "null",
            "*x",
            "a: b",
            "0x1F",
            "'",
        ];
        foreach (string answer in awkward)
        {
            Datasheet sheet = new(
                new Dictionary<(string, string), IReadOnlyList<string>> { [("uses", "used")] = [answer] }
            );
            Datasheet read = Datasheet.Read("sheet.yaml", sheet.ToYaml("x", []));
            Assert.Equal(answer, read.Answer("uses", "used"));
            Assert.Equal(1, read.Answered);
        }
    }

    [Fact]
    public void AnsweredQuestionsAreNotOpenAndListsAreLists()
    {
        Datasheet sheet = Datasheet.Read(
            "sheet.yaml",
            "datasheet: 1\ncomposition: { label-origin: [self-reported, apparent] }\nrights:\n  consent: Yes\n  approval: false\n  expungement:\n"
        );
        Assert.Equal(3, sheet.Answered);
        Assert.Equal(["self-reported", "apparent"], sheet.Answers("composition", "label-origin"));
        Assert.Equal(
            (Known.Yes, Known.No, Known.Unknown),
            (sheet.Fact("rights", "consent"), sheet.Fact("rights", "approval"), sheet.Fact("rights", "expungement"))
        );
        Assert.DoesNotContain(sheet.Open, question => question.Key == "consent");
        string page = sheet.ToMarkdown("people | more", s_measured);
        Assert.Contains($"3 of {DatasheetQuestions.All.Count} questions are answered.", page);
        Assert.Contains("**How were group labels obtained?**\n\nself-reported, apparent\n", page);
        Assert.Contains("| subgroups: sex | a: 5, b: 7 |", page);
        Assert.Contains("*Not answered.*", page);
    }

    [Fact]
    public void EveryProblemIsToldWithItsLineAndColumn() =>
        Assert.Equal(
            [
                "sheet.yaml:3:3 (key 'rights.consnt'): 'rights' has no question 'consnt'; expected one of approval, approval-evidence, consent, consent-evidence, expungement, expungement-evidence, impact; did you mean 'consent'?",
                "sheet.yaml:4:13 (key 'rights.approval'): 'maybe' is not allowed; expected one of yes, no",
                "sheet.yaml:5:1 (key 'motvation'): a datasheet has no section 'motvation'; expected one of motivation, composition, collection, annotations, rights, processing, uses, distribution, maintenance; did you mean 'motivation'?",
                "sheet.yaml:6:14 (key 'maintenance'): a list does not fit; expected questions and answers",
                "sheet.yaml:7:17 (key 'uses.used'): a map does not fit; expected text, or a list of texts",
                "sheet.yaml:8:24 (key 'composition.people'): a list does not fit; expected one of yes, no",
            ],
            Problems(
                "datasheet: 1\nrights:\n  consnt: yes\n  approval: maybe\nmotvation: {}\nmaintenance: [ a ]\nuses: { used:   { a: b } }\ncomposition: { people: [ yes ] }\n"
            )
        );

    [Theory]
    [InlineData("rights: { consent: yes }", "this is no datasheet; expected a map that begins with 'datasheet: 1'")]
    [InlineData("- a", "this is no datasheet")]
    [InlineData("datasheet: 2", "'2' is no version of datasheets; expected 1")]
    [InlineData("datasheet: 1\nuses: [", "this is not YAML")]
    public void WhatIsNoDatasheetIsRefused(string yaml, string problem) =>
        Assert.Contains(problem, Assert.Single(Problems(yaml)));

    [Fact]
    public void KeysAreUniqueWithinTheirSection() =>
        Assert.Equal(
            DatasheetQuestions.All.Count,
            DatasheetQuestions.All.Select(question => (question.Section, question.Key)).Distinct().Count()
        );
}
