using System.Text;
using Assay.Data;
using Assay.Describe;
using Assay.Studies;

namespace Assay.Tests.Describe;

public sealed class DsdlCheckTests
{
    private const string Head = """
        $dsdl-version: '0.5.0'
        meta: {}
        defs:
          A: {$def: class_domain, classes: [dog, cat]}
          B: {$def: class_domain, classes: [red, dog]}
          Thing:
            $def: struct
            $fields: {kind: 'Label[dom=[A, B]]', box: 'BBox[mode=xyxy]', turned: 'RotatedBBox[mode=xyxy]'}
            $optional: [box, turned]
          S: {$def: struct, $fields: {things: 'List[Thing]', image: Image}}
        data:
          sample-type: S
          samples:

        """;

    private static DsdlCheck Check(string samples, bool isStrict = true, string? media = null) =>
        DsdlCheck.Of(DsdlDataset.Parse(Encoding.UTF8.GetBytes(Head + samples)), isStrict, media);

    [Fact]
    public void Samples_labels_and_boxes_are_counted()
    {
        DsdlCheck check = Check(
            """
                - {image: a.jpg, things: [{kind: 'A::dog', box: [0, 0, 2, 3]}, {kind: 'B::2'}, {kind: 'A::1', turned: [0, 0, 0, 4, 3, 4, 3, 0]}]}
                - {image: a.jpg, things: [{kind: 'A::cat', box: [1, 0, 0, 3]}]}
                - {image: a.jpg, things: [{kind: 'A::cow'}, {kind: dog, odd: 1}]}
                - {image: a.jpg, things: []}

            """
        );
        Assert.Equal((4, 2, 1, 1), (check.Samples, check.Normal, check.WithWarnings, check.WithErrors));
        Assert.Equal(
            [("things[].kind", 2L, 0L), ("things[].odd", 1L, 0L), ("things[].box", 0L, 1L)],
            check
                .Faults.OrderByDescending(fault => fault.Errors)
                .Select(fault => (fault.Field, fault.Errors, fault.Warnings))
        );
        Assert.Equal([1L, 2L, 2L, 2L], check.Findings.Select(finding => finding.Sample));
        FieldCounts kind = check.Root.All().Single(field => field.Path == "things[].kind");
        Assert.Equal(
            [("A", "dog", 2L), ("A", "cat", 1L), ("B", "red", 0L), ("B", "dog", 1L)],
            kind.Labels.Select(label => (label.Domain.Name, label.Domain.Classes[label.Index - 1], label.Count))
        );
        FieldCounts box = check.Root.All().Single(field => field.Path == "things[].box");
        Assert.Equal((2, 6, -3), (box.Boxes!.Value.Area.Count, box.Boxes.Value.Area.Max, box.Boxes.Value.Area.Min));
        FieldCounts turned = check.Root.All().Single(field => field.Path == "things[].turned");
        Assert.Equal(
            (3, 4, 12),
            (turned.Boxes!.Value.Width.Max, turned.Boxes.Value.Height.Max, turned.Boxes.Value.Area.Max)
        );
    }

    [Fact]
    public void Leniently_the_same_samples_have_fewer_faults()
    {
        const string samples = "    - {things: [{kind: 'A::dog', odd: 1}]}\n";
        Assert.Equal(1, Check(samples).WithErrors);
        DsdlCheck lenient = Check(samples, isStrict: false);
        Assert.Equal((0, 1), (lenient.WithErrors, lenient.WithWarnings));
        Assert.Contains("'image' of 'S'", lenient.Findings.Single().Finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_not_there_are_counted()
    {
        string folder = Directory.CreateTempSubdirectory("assay-media-").FullName;
        File.WriteAllText(Path.Combine(folder, "a.jpg"), "");
        DsdlCheck check = Check(
            "    - {image: a.jpg, things: []}\n    - {image: b.jpg, things: []}\n    - {image: $disk/c.jpg, things: []}\n",
            media: folder
        );
        Directory.Delete(folder, recursive: true);
        FieldCounts image = check.Root.All().Single(field => field.Path == "image");
        Assert.Equal((1, "b.jpg"), (image.MissingFiles, image.FirstMissing));
        TablePanel fields = (TablePanel)DsdlPanels.Study(check).Panels.Single(panel => panel.Title == "Fields");
        Assert.Contains(fields.Columns, column => column.Name == "files not found");
    }

    [Fact]
    public void A_description_without_samples_is_in_order()
    {
        Study study = DsdlPanels.Study(Check("    []\n"));
        Assert.Equal("The description is in order; there are no samples.", study.Answer);
    }
}
