using Assay.Data;

namespace Assay.Describe;

/// <summary>The values of a field of samples, and of the fields below it.</summary>
public sealed class FieldCounts
{
    private const double RankError = 0.005;

    private readonly string? _media;
    private readonly NumberSketch? _width,
        _height,
        _area;
    private readonly long[][] _labels = [];

    internal FieldCounts(string path, FieldType type, string? media)
    {
        (Path, Type, _media) = (path, type, media);
        switch (type)
        {
            case DsdlStructType fields:
                Below =
                [
                    .. fields.Fields.Select(field => new FieldCounts(
                        path.Length == 0 ? field.Name : $"{path}.{field.Name}",
                        field.Type,
                        media
                    )),
                ];
                break;
            case DsdlListType list:
                Below = [new(path + "[]", list.Element, media)];
                break;
            case LabelType label:
                _labels = [.. label.Domains.Select(domain => new long[domain.Classes.Count])];
                break;
            case BoxType or RotatedBoxType:
                (_width, _height, _area) = (new(RankError, 1), new(RankError, 2), new(RankError, 3));
                break;
        }
    }

    /// <summary>The field: <c>objects[].label</c>; empty for the sample itself.</summary>
    public string Path { get; }

    /// <summary>Its type.</summary>
    public FieldType Type { get; }

    /// <summary>Its fields, or the items of a list.</summary>
    public IReadOnlyList<FieldCounts> Below { get; } = [];

    /// <summary>Number of values.</summary>
    public long Values { get; private set; }

    /// <summary>Of boxes: widths, heights and areas; null for other types and where there is no value.</summary>
    public (Distribution Width, Distribution Height, Distribution Area)? Boxes =>
        Values == 0 || _width is null ? null : (_width.Distribution(), _height!.Distribution(), _area!.Distribution());

    /// <summary>Of paths: those that name no file in the folder of media.</summary>
    public long MissingFiles { get; private set; }

    /// <summary>The first of them.</summary>
    public string? FirstMissing { get; private set; }

    /// <summary>Of labels: each class of each domain in order, with its number of values.</summary>
    public IEnumerable<(ClassDomain Domain, int Index, long Count)> Labels =>
        Type is LabelType label
            ? label.Domains.SelectMany((domain, d) => _labels[d].Select((count, i) => (domain, i + 1, count)))
            : [];

    /// <summary>This and all below.</summary>
    public IEnumerable<FieldCounts> All() => Below.SelectMany(below => below.All()).Prepend(this);

    internal void Add(DsdlValue value)
    {
        Values++;
        switch (value)
        {
            case StructValue fields:
                // Values come in the order of the fields, some of which are missing.
                int at = 0;
                foreach ((string name, DsdlValue field) in fields.Fields)
                {
                    while (fields.Type.Fields[at].Name != name)
                        at++;
                    Below[at++].Add(field);
                }
                break;
            case ListValue list:
                foreach (DsdlValue item in list.Items)
                    Below[0].Add(item);
                break;
            case LabelValue label:
                for (int d = 0; d < _labels.Length; d++)
                    if (((LabelType)Type).Domains[d].Name == label.Domain.Name)
                        _labels[d][label.Index - 1]++;
                break;
            case BoxValue box:
                AddBox(box.Width, box.Height, box.Area);
                break;
            case RotatedBoxValue { Numbers.Count: 5 } box:
                AddBox(box.Numbers[2], box.Numbers[3], box.Area);
                break;
            case RotatedBoxValue box:
                AddBox(Length(box.Corners[0], box.Corners[3]), Length(box.Corners[0], box.Corners[1]), box.Area);
                break;
            case LocatorValue { Alias: null, Domain: null } file when _media is not null:
                if (File.Exists(System.IO.Path.Combine(_media, file.Path)))
                    break;
                MissingFiles++;
                FirstMissing ??= file.Path;
                break;
        }
    }

    private void AddBox(double width, double height, double area)
    {
        _width!.Add(width);
        _height!.Add(height);
        _area!.Add(area);
    }

    private static double Length((double X, double Y) from, (double X, double Y) to) =>
        Math.Sqrt((to.X - from.X) * (to.X - from.X) + (to.Y - from.Y) * (to.Y - from.Y));
}
