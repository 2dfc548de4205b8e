namespace Assay.Data;

/// <summary>What an argument of a built-in type takes.</summary>
internal enum ArgumentKind
{
    Type,
    Domains,
    OneDomain,
    Choice,
    Flag,
    Text,
    Whole,
}

/// <summary>An argument of a built-in type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Choices">The words to choose from; the first is the default.</param>
internal sealed record DeclaredArgument(string Name, ArgumentKind Kind, params string[] Choices)
{
    public bool IsRequired => Kind is ArgumentKind.Type or ArgumentKind.Domains or ArgumentKind.OneDomain;

    /// <summary>Whether it may stand first without its name.</summary>
    public bool IsPositional => Kind is ArgumentKind.Type or ArgumentKind.Domains;
}

/// <summary>The arguments that a type was given, by name.</summary>
internal sealed class GivenArguments : Dictionary<string, object>
{
    public IReadOnlyList<ClassDomain> Domains => (IReadOnlyList<ClassDomain>)this["dom"];

    public string? Text(string name) => this.GetValueOrDefault(name) as string;

    public bool Is(string name, string choice) => Text(name) == choice;
}

/// <summary>The types of the language, with their arguments.</summary>
internal static class BuiltInTypes
{
    private static readonly DeclaredArgument Dom = new("dom", ArgumentKind.OneDomain);

    private static readonly Dictionary<
        string,
        (DeclaredArgument[] Arguments, Func<GivenArguments, FieldType> Make)
    > All = new()
    {
        ["Bool"] = ([], _ => new BoolType()),
        ["Int"] = ([], _ => new IntType()),
        ["Num"] = ([], _ => new NumType()),
        ["Str"] = ([], _ => new TextType("Str")),
        ["Text"] = ([], _ => new TextType("Text")),
        ["Dict"] = ([], _ => new DictType()),
        ["List"] = (
            [new("etype", ArgumentKind.Type), new("ordered", ArgumentKind.Flag)],
            given => new DsdlListType((FieldType)given["etype"], given.GetValueOrDefault("ordered") is true)
        ),
        ["Coord"] = ([], _ => new CoordType("Coord")),
        ["Coord3D"] = ([], _ => new CoordType("Coord3D")),
        ["Interval"] = ([], _ => new CoordType("Interval")),
        ["BBox"] = ([new("mode", ArgumentKind.Choice, "xywh", "xyxy")], given => new BoxType(given.Is("mode", "xyxy"))),
        ["RotatedBBox"] = (
            [
                new("mode", ArgumentKind.Choice, "xywht", "xyxy"),
                new("measure", ArgumentKind.Choice, "radian", "degree"),
            ],
            given => new RotatedBoxType(given.Is("mode", "xyxy"), given.Is("measure", "degree"))
        ),
        ["BBox3D"] = (
            [new("mode", ArgumentKind.Choice, "auto-drive", "indoor")],
            given => new Box3DType(given.Is("mode", "indoor"))
        ),
        ["Polygon"] = ([], _ => new PolygonType()),
        ["Label"] = ([new("dom", ArgumentKind.Domains)], given => new LabelType(given.Domains)),
        ["Keypoint"] = ([Dom], given => new KeypointType(given.Domains[0])),
        ["ImageShape"] = (
            [new("mode", ArgumentKind.Choice, "hw", "wh")],
            given => new ImageShapeType(given.Is("mode", "wh"))
        ),
        ["UniqueID"] = ([new("id_type", ArgumentKind.Text)], given => new TextType("UniqueID", given.Text("id_type"))),
        ["InstanceID"] = (
            [new("id_type", ArgumentKind.Text)],
            given => new TextType("InstanceID", given.Text("id_type") ?? "InstanceID")
        ),
        ["Date"] = ([new("fmt", ArgumentKind.Text)], given => Moment("Date", given)),
        ["Time"] = ([new("fmt", ArgumentKind.Text)], given => Moment("Time", given)),
        ["Image"] = ([], _ => new LocatorType("Image")),
        ["Video"] = ([], _ => new LocatorType("Video")),
        ["Audio"] = ([], _ => new LocatorType("Audio")),
        ["InstanceMap"] = ([], _ => new LocatorType("InstanceMap")),
        ["LabelMap"] = ([Dom], given => new LocatorType("LabelMap") { Domain = given.Domains[0] }),
        ["PointCloud"] = (
            [new("load_dim", ArgumentKind.Whole)],
            given => new LocatorType("PointCloud") { LoadDimensions = given.GetValueOrDefault("load_dim") as int? ?? 3 }
        ),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static bool Has(string name) => All.ContainsKey(name);

    public static DeclaredArgument[] ArgumentsOf(string name) => All[name].Arguments;

    /// <exception cref="FormatException">A text among the arguments is not what it should be.</exception>
    public static FieldType Make(string name, GivenArguments given) => All[name].Make(given);

    private static MomentType Moment(string name, GivenArguments given) =>
        new(name, given.Text("fmt") is { Length: > 0 } format ? TimePattern.Parse(format) : null);
}
