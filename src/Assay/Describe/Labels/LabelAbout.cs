namespace Assay.Describe;

/// <summary>What people say of a dataset: the parts of its label that no program can count.</summary>
public sealed record LabelAbout
{
    /// <summary>The dataset's name, as people know it.</summary>
    public string Title { get; init; } = "";

    /// <summary>What it is.</summary>
    public AboutMetadata Metadata { get; init; } = new();

    /// <summary>Where it comes from.</summary>
    public AboutProvenance Provenance { get; init; } = new();

    /// <summary>What columns mean, by their names.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new OrderedDictionary<string, string>();

    /// <summary>What columns measure, by their names, where the guess is wrong: nominal, ordinal, discrete or continuous.</summary>
    public IReadOnlyDictionary<string, VariableKind> Kinds { get; init; } =
        new OrderedDictionary<string, VariableKind>();

    /// <summary>What people may ask of the data.</summary>
    public IReadOnlyList<UseCase> UseCases { get; init; } = [];

    /// <summary>Problems that people know of.</summary>
    public IReadOnlyList<AboutAlert> Alerts { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Title;
}

/// <summary>What a dataset is, in people's words; what is left out stays out of the label.</summary>
public sealed record AboutMetadata
{
    /// <summary>Its file.</summary>
    public string Filename { get; init; } = "";

    /// <summary>Its format.</summary>
    public string Format { get; init; } = "";

    /// <summary>Where it is published.</summary>
    public string Url { get; init; } = "";

    /// <summary>What it is about: healthcare, news.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>What kind of data it is: tabular, text.</summary>
    public string Type { get; init; } = "";

    /// <summary>Under what terms it may be used.</summary>
    public string License { get; init; } = "";

    /// <summary>When it was released.</summary>
    public string Released { get; init; } = "";

    /// <summary>The time that it is about: its begin.</summary>
    public string From { get; init; } = "";

    /// <summary>The time that it is about: its end.</summary>
    public string To { get; init; } = "";

    /// <summary>What it is, in a few sentences.</summary>
    public string Description { get; init; } = "";
}

/// <summary>Where a dataset comes from.</summary>
public sealed record AboutProvenance
{
    /// <summary>Who collected the data.</summary>
    public Party Source { get; init; } = new();

    /// <summary>Who made the dataset of them.</summary>
    public Party Author { get; init; } = new();
}

/// <summary>A person or an organisation.</summary>
public sealed record Party
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its address on the web.</summary>
    public string Url { get; init; } = "";

    /// <summary>Its e-mail address.</summary>
    public string Email { get; init; } = "";
}

/// <summary>A question that someone may ask of the data, or a use that they may be put to.</summary>
public sealed record UseCase
{
    /// <summary>Its name, by which alerts are linked to it.</summary>
    [System.ComponentModel.DataAnnotations.Required]
    public string Name { get; init; } = "";

    /// <summary>What is asked, in a sentence.</summary>
    public string Question { get; init; } = "";

    /// <summary>Columns that it needs: computed alerts about these are linked to it. All columns if there are none.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>False for a use that the data are not meant for.</summary>
    public bool Intended { get; init; } = true;
}

/// <summary>A problem that people know of.</summary>
public sealed record AboutAlert
{
    /// <summary>How bad it is.</summary>
    public Severity Severity { get; init; } = Severity.Medium;

    /// <summary>What it is about.</summary>
    public AlertCategory Category { get; init; } = AlertCategory.Collection;

    /// <summary>What the problem is.</summary>
    [System.ComponentModel.DataAnnotations.Required]
    public string Text { get; init; } = "";

    /// <summary>What to do about it; may be empty.</summary>
    public string Mitigation { get; init; } = "";

    /// <summary>Columns that it is about.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Names of the use cases that it touches.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];
}

/// <summary>How bad a problem is.</summary>
public enum Severity
{
    /// <summary>To be known.</summary>
    Low,

    /// <summary>To be dealt with before the data are used.</summary>
    Medium,

    /// <summary>Results will be wrong if it is not dealt with.</summary>
    High,
}

/// <summary>What a problem is about.</summary>
public enum AlertCategory
{
    /// <summary>Something is not there.</summary>
    Completeness,

    /// <summary>How the data were gathered.</summary>
    Collection,

    /// <summary>What the data consist of.</summary>
    Composition,

    /// <summary>Where they come from.</summary>
    Provenance,

    /// <summary>How they are described.</summary>
    Description,

    /// <summary>Groups of people are treated unequally.</summary>
    Bias,
}
