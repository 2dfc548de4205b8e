using System.Text.Json;

namespace Assay.Data;

/// <summary><c>Coord</c>, <c>Coord3D</c> and <c>Interval</c>: a fixed number of numbers.</summary>
/// <param name="name">Which of them.</param>
public sealed class CoordType(string name) : FieldType(name)
{
    private int Count => Name == "Coord3D" ? 3 : 2;

    internal override string Expected =>
        Name == "Interval" ? "2 numbers, the second not below the first" : $"{Count} numbers";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        DsdlReading.Numbers(node) is { } numbers
        && numbers.Length == Count
        && !(Name == "Interval" && numbers[0] > numbers[1])
            ? new CoordValue(numbers)
            : reading.Expected(this, node);
}

/// <summary>Two or three numbers.</summary>
public sealed record CoordValue(IReadOnlyList<double> Numbers) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => JsonForm.Write(json, Numbers);
}

/// <summary><c>BBox</c>: a box along the axes, as <c>[x, y, width, height]</c> or as two corners.</summary>
/// <param name="isCorners">True for mode <c>xyxy</c>.</param>
public sealed class BoxType(bool isCorners) : FieldType("BBox")
{
    /// <summary>True for mode <c>xyxy</c>.</summary>
    public bool IsCorners { get; } = isCorners;

    internal override string Expected =>
        IsCorners
            ? "4 numbers: left, top, right, bottom"
            : "4 numbers: left, top, width, height, the last two not negative";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (DsdlReading.Numbers(node) is not { Length: 4 } box || !IsCorners && (box[2] < 0 || box[3] < 0))
            return reading.Expected(this, node);
        if (IsCorners && (box[2] < box[0] || box[3] < box[1]))
            reading.Warn(node.Place, "the second corner of this box lies left of the first or above it");
        return new BoxValue(box, IsCorners);
    }
}

/// <summary>A box along the axes.</summary>
/// <param name="Numbers">As written.</param>
/// <param name="IsCorners">Whether they are two corners.</param>
public sealed record BoxValue(IReadOnlyList<double> Numbers, bool IsCorners) : DsdlValue
{
    /// <summary>Left edge.</summary>
    public double X => Numbers[0];

    /// <summary>Top edge.</summary>
    public double Y => Numbers[1];

    /// <summary>Width; negative where the corners are the wrong way round.</summary>
    public double Width => IsCorners ? Numbers[2] - Numbers[0] : Numbers[2];

    /// <summary>Height; negative where the corners are the wrong way round.</summary>
    public double Height => IsCorners ? Numbers[3] - Numbers[1] : Numbers[3];

    /// <summary>Width times height.</summary>
    public double Area => Width * Height;

    /// <summary>Left, top, right, bottom.</summary>
    public IReadOnlyList<double> Corners => IsCorners ? Numbers : [X, Y, X + Width, Y + Height];

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => JsonForm.Write(json, Numbers);
}

/// <summary><c>RotatedBBox</c>: <c>[centre x, centre y, width, height, angle]</c>, or four corners.</summary>
/// <param name="isCorners">True for mode <c>xyxy</c>: 8 numbers.</param>
/// <param name="isDegrees">Whether the angle is in degrees; else in radians.</param>
public sealed class RotatedBoxType(bool isCorners, bool isDegrees) : FieldType("RotatedBBox")
{
    /// <summary>True for mode <c>xyxy</c>: 8 numbers.</summary>
    public bool IsCorners { get; } = isCorners;

    /// <summary>Whether the angle is in degrees; else in radians.</summary>
    public bool IsDegrees { get; } = isDegrees;

    internal override string Expected =>
        IsCorners
            ? "8 numbers: x and y of four corners"
            : "5 numbers: x and y of the centre, width, height, angle, width and height not negative";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        DsdlReading.Numbers(node) is { } box
        && box.Length == (IsCorners ? 8 : 5)
        && (IsCorners || box[2] >= 0 && box[3] >= 0)
            ? new RotatedBoxValue(box, IsDegrees)
            : reading.Expected(this, node);
}

/// <summary>A box at an angle.</summary>
/// <param name="Numbers">As written: 5, or 8 for corners.</param>
/// <param name="IsDegrees">Unit of the angle.</param>
public sealed record RotatedBoxValue(IReadOnlyList<double> Numbers, bool IsDegrees) : DsdlValue
{
    /// <summary>
    /// The corners: left top, left bottom, right bottom, right top before the rotation by the angle a around the centre
    /// (x' = x cos a - y sin a, y' = x sin a + y cos a).
    /// </summary>
    public IReadOnlyList<(double X, double Y)> Corners
    {
        get
        {
            if (Numbers.Count == 8)
                return [.. Enumerable.Range(0, 4).Select(i => (Numbers[2 * i], Numbers[2 * i + 1]))];
            (double sin, double cos) = Math.SinCos(IsDegrees ? double.DegreesToRadians(Numbers[4]) : Numbers[4]);
            (double X, double Y) Turned(double x, double y) =>
                (Numbers[0] + x * cos - y * sin, Numbers[1] + x * sin + y * cos);
            (double w, double h) = (Numbers[2] / 2, Numbers[3] / 2);
            return [Turned(-w, -h), Turned(-w, h), Turned(w, h), Turned(w, -h)];
        }
    }

    /// <summary>Area: width times height, of corners by the shoelace formula.</summary>
    public double Area
    {
        get
        {
            if (Numbers.Count == 5)
                return Numbers[2] * Numbers[3];
            double twice = 0;
            for (int i = 0; i < 4; i++)
            {
                (double x, double y) = Corners[i];
                (double nextX, double nextY) = Corners[(i + 1) % 4];
                twice += x * nextY - nextX * y;
            }
            return Math.Abs(twice) / 2;
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => JsonForm.Write(json, Numbers);
}

/// <summary><c>BBox3D</c>: centre, sizes, and the angle around the upright axis, or three angles in mode <c>indoor</c>.</summary>
/// <param name="isIndoor">True for mode <c>indoor</c>: 9 numbers.</param>
public sealed class Box3DType(bool isIndoor) : FieldType("BBox3D")
{
    /// <summary>True for mode <c>indoor</c>: 9 numbers.</summary>
    public bool IsIndoor { get; } = isIndoor;

    internal override string Expected =>
        $"{(IsIndoor ? 9 : 7)} numbers: centre, sizes, {(IsIndoor ? "three angles" : "angle")}, the sizes not negative";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        DsdlReading.Numbers(node) is { } box
        && box.Length == (IsIndoor ? 9 : 7)
        && box[3] >= 0
        && box[4] >= 0
        && box[5] >= 0
            ? new CoordValue(box)
            : reading.Expected(this, node);
}

/// <summary><c>Polygon</c>: rings of points <c>[x, y]</c>.</summary>
public sealed class PolygonType() : FieldType("Polygon")
{
    internal override string Expected => "a list of rings, each a list of points [x, y]";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (node is not DsdlList rings)
            return reading.Expected(this, node);
        List<IReadOnlyList<(double, double)>> read = [];
        for (int r = 0; r < rings.Items.Count; r++)
        {
            if (rings.Items[r] is not DsdlList ring)
                return Fault(rings.Items[r], r);
            (double, double)[] points = new (double, double)[ring.Items.Count];
            for (int p = 0; p < points.Length; p++)
                if (DsdlReading.Numbers(ring.Items[p]) is [var x, var y])
                    points[p] = (x, y);
                else
                    return Fault(ring.Items[p], r, p);
            read.Add(points);
        }
        return new PolygonValue(read);

        DsdlValue? Fault(DsdlNode at, params ReadOnlySpan<int> path)
        {
            foreach (int index in path)
                reading.Keys.Push(index);
            reading.Error(
                at.Place,
                path.Length == 1
                    ? $"expected a ring, which is a list of points [x, y], found {at.Noun}"
                    : $"expected a point [x, y], found {at.Noun}"
            );
            foreach (int _ in path)
                reading.Keys.Pop();
            return null;
        }
    }
}

/// <summary>A polygon of one or more rings.</summary>
public sealed record PolygonValue(IReadOnlyList<IReadOnlyList<(double X, double Y)>> Rings) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (IReadOnlyList<(double X, double Y)> ring in Rings)
        {
            json.WriteStartArray();
            foreach ((double x, double y) in ring)
                JsonForm.Write(json, [x, y]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}

/// <summary><c>ImageShape</c>: height and width in pixels.</summary>
/// <param name="isWidthFirst">True for mode <c>wh</c>.</param>
public sealed class ImageShapeType(bool isWidthFirst) : FieldType("ImageShape")
{
    /// <summary>True for mode <c>wh</c>.</summary>
    public bool IsWidthFirst { get; } = isWidthFirst;

    internal override string Expected =>
        $"2 whole numbers, not negative: {(IsWidthFirst ? "width, height" : "height, width")}";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading) =>
        node
            is DsdlList { Items: [DsdlScalar { Whole: >= 0 and var first }, DsdlScalar { Whole: >= 0 and var second }] }
            ? IsWidthFirst
                ? new ImageShapeValue(second, first, true)
                : new ImageShapeValue(first, second, false)
            : reading.Expected(this, node);
}

/// <summary>The size of an image in pixels.</summary>
/// <param name="Height">Height.</param>
/// <param name="Width">Width.</param>
/// <param name="IsWidthFirst">In which order it is written.</param>
public sealed record ImageShapeValue(long Height, long Width, bool IsWidthFirst) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteNumberValue(IsWidthFirst ? Width : Height);
        json.WriteNumberValue(IsWidthFirst ? Height : Width);
        json.WriteEndArray();
    }
}

/// <summary><c>Keypoint</c>: a point <c>[x, y, visible]</c> for each class of a domain with a skeleton.</summary>
/// <param name="domain">The domain.</param>
public sealed class KeypointType(ClassDomain domain) : FieldType("Keypoint")
{
    /// <summary>The domain whose classes are the points.</summary>
    public ClassDomain Domain { get; } = domain;

    internal override string Expected =>
        $"{Domain.Classes.Count} points [x, y, visible], one for each class of '{Domain.Name}'";

    internal override DsdlValue? Read(DsdlNode node, DsdlReading reading)
    {
        if (node is not DsdlList list || list.Items.Count != Domain.Classes.Count)
            return reading.Expected(this, node);
        (double, double, double)[] points = new (double, double, double)[list.Items.Count];
        for (int i = 0; i < points.Length; i++)
            if (DsdlReading.Numbers(list.Items[i]) is [var x, var y, var visible])
                points[i] = (x, y, visible);
            else
                return reading.Expected(this, node);
        return new KeypointValue(points);
    }
}

/// <summary>Points of a skeleton, in the order of the domain's classes.</summary>
public sealed record KeypointValue(IReadOnlyList<(double X, double Y, double Visible)> Points) : DsdlValue
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach ((double x, double y, double visible) in Points)
            JsonForm.Write(json, [x, y, visible]);
        json.WriteEndArray();
    }
}
