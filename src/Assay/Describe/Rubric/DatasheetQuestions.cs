namespace Assay.Describe;

/// <summary>A question of the datasheet.</summary>
/// <param name="Section">The section that it stands in.</param>
/// <param name="Key">What the answer is called in the form.</param>
/// <param name="Text">The question.</param>
internal sealed record DatasheetQuestion(string Section, string Key, string Text)
{
    /// <summary>The answers that are allowed; any text if empty.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Whether the answer may be a list.</summary>
    public bool IsList { get; init; }
}

/// <summary>What a datasheet asks.</summary>
/// <remarks>
/// After "Datasheets for Datasets" (Gebru et al., 2018) and the additions of arXiv 2310.15848: how group labels were obtained, which annotations are released,
/// approval, consent, expungement. The wording is our own.
/// </remarks>
internal static class DatasheetQuestions
{
    public const string LabelOrigins = "label-origin",
        Annotations = "annotations",
        Rights = "rights",
        Name = "name",
        Licence = "licence";

    private static readonly string[] s_yesNo = ["yes", "no"],
        s_orNotApplicable = ["yes", "no", "not-applicable"];

    public static IReadOnlyList<DatasheetQuestion> All { get; } =
    [
        new("motivation", Name, "What is the dataset called?"),
        new("motivation", "purpose", "For which task was it made, and which gap was it to fill?"),
        new("motivation", "makers", "Who made it, and for whom?"),
        new("motivation", "funding", "Who paid for it?"),
        new("composition", "row", "What does one row stand for: a person, an event, a document?"),
        new("composition", "people", "Do rows tell of people, or come from them?") { Allowed = s_yesNo },
        new(
            "composition",
            "sample",
            "Is it all there is, or a sample; and if so, how was that drawn and what is it to stand for?"
        ),
        new("composition", "gaps", "What is missing from rows, and why?"),
        new("composition", "splits", "Which splits are meant for what?"),
        new("composition", "noise", "Which errors, noise or repetitions are known?"),
        new("composition", "outside", "On what outside does it depend: links, services, other data?"),
        new("composition", LabelOrigins, "How were group labels obtained?")
        {
            Allowed = ["self-reported", "classifier", "apparent", "none"],
            IsList = true,
        },
        new("collection", "method", "How were the data gathered: by instruments, forms, crawling, people?"),
        new("collection", "collectors", "Who gathered them, and how were they paid?"),
        new("collection", "period", "From when to when?"),
        new("collection", "places", "In which countries or places?"),
        new("collection", "notice", "How were people told that data about them are gathered?"),
        new(Annotations, Privacy.Names, "Are names, faces or numbers that identify people released?")
        {
            Allowed = s_orNotApplicable,
        },
        new(
            Annotations,
            Privacy.Attributes,
            "Are sensitive or protected attributes released (sex, ethnicity, religion, orientation and so on)?"
        )
        {
            Allowed = s_orNotApplicable,
        },
        new(Annotations, Privacy.Accessories, "Are accessories annotated (glasses, headgear, veils)?")
        {
            Allowed = s_orNotApplicable,
        },
        new(
            Annotations,
            Privacy.Objects,
            "Are critical objects annotated or visible (cards, papers, number plates, screens)?"
        )
        {
            Allowed = s_orNotApplicable,
        },
        new(Annotations, Privacy.Location, "Can it be inferred where people live, work or were?")
        {
            Allowed = s_orNotApplicable,
        },
        new(Annotations, Privacy.Medical, "Are medical conditions released?") { Allowed = s_orNotApplicable },
        new(Rights, "approval", "Has an ethics board or another institution approved the collection?")
        {
            Allowed = s_yesNo,
        },
        new(Rights, "approval-evidence", "Where does it say so: a number, a link?"),
        new(Rights, "consent", "Have the people consented to the collection and to this use?") { Allowed = s_yesNo },
        new(Rights, "consent-evidence", "Where does it say so, and what did they consent to?"),
        new(Rights, "expungement", "Can people have their data corrected or removed?") { Allowed = s_yesNo },
        new(Rights, "expungement-evidence", "How: an address, a form, a time limit?"),
        new(Rights, "impact", "Was it looked into what the data may do to the people in them?"),
        new("processing", "cleaning", "What was cleaned, filtered, labelled or changed?"),
        new("processing", "raw", "Are the data kept as they were before?"),
        new("processing", "tools", "With which programs was that done?"),
        new("uses", "used", "What has it been used for?"),
        new("uses", "suited", "What else is it suited for?"),
        new("uses", "unsuited", "What should it not be used for?"),
        new("distribution", Licence, "Under which licence may it be used?"),
        new("distribution", "access", "How does one get it, and who may?"),
        new("distribution", "limits", "Which laws, contracts or embargoes limit its use?"),
        new("maintenance", "keeper", "Who keeps it, and how can they be reached?"),
        new("maintenance", "changes", "How are errors mended and versions told apart?"),
        new("maintenance", "end", "How long are data about people kept?"),
    ];
}
