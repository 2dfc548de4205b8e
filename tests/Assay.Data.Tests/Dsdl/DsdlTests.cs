using System.Text;
using System.Text.Json.Nodes;
using Assay.Data;
using FsCheck;
using FsCheck.Fluent;

namespace Assay.Tests;

public sealed class DsdlTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-dsdl-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static DsdlDataset Parse(string text, string name = "d.yaml") =>
        DsdlDataset.Parse(Encoding.UTF8.GetBytes(text), name);

    private static string Fault(string text, string name = "d.yaml")
    {
        AssayException failure = Assert.ThrowsAny<AssayException>(() =>
        {
            foreach (DsdlSample sample in Parse(text, name).Samples())
                if (sample.HasErrors)
                    throw new AssayException(sample.Findings[0].Message, sample.Findings[0].Where);
        });
        return failure.ToString();
    }

    private static string With(string fields, string samples, string definitions = "") =>
        $"$dsdl-version: '0.5.0'\nmeta: {{}}\ndefs:\n  S: {{$def: struct, $fields: {fields}}}\n{definitions}data:\n  sample-type: S\n  samples: {samples}\n";

    private static string Everything(DsdlDataset dataset) =>
        string.Join(
            '\n',
            dataset
                .Samples()
                .Select(sample => sample.HasErrors ? string.Join('\n', sample.Findings) : sample.Value!.ToJson())
                .Prepend(dataset.GlobalInfo()?.Value?.ToJson() ?? "")
                .Prepend(dataset.Description.ToJson().ToJsonString())
        );

    [Fact]
    public void What_is_written_reads_back_the_same_in_both_forms() =>
        Prop.ForAll(
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                seed =>
                {
                    string json = new RandomDescription(seed).Draw().ToJsonString();
                    DsdlDataset first = Parse(json, "d.json");
                    string expected = Everything(first);
                    Assert.DoesNotContain(first.Samples(), sample => sample.HasErrors);
                    // JSON is YAML.
                    Assert.Equal(expected, Everything(Parse(json)));
                    foreach (string name in (string[])["d.json", "d.yaml"])
                    {
                        using MemoryStream bytes = new();
                        DsdlWriter.Write(
                            bytes,
                            name == "d.json",
                            first.Description,
                            first.Samples().Select(sample => sample.Value!),
                            first.GlobalInfo()?.Value
                        );
                        Assert.Equal(expected, Everything(DsdlDataset.Parse(bytes.ToArray(), name)));
                    }
                }
            )
            .Holds();

    [Theory]
    [InlineData("List[etype=T[a=$x, b=[C, D]], ordered=true]")]
    [InlineData("Date[fmt=\"%Y-%m-%d\"]")]
    [InlineData("Label[[A, B]]")]
    [InlineData("PointCloud[load_dim=4]")]
    public void Types_print_as_they_are_written(string type) =>
        Assert.Equal(type, TypeExpression.Parse(type.Replace(",", " ,").Replace("=", " = ")).ToString());

    [Theory]
    [InlineData("", "character 1: expected the name of a type, found the end")]
    [InlineData("List[", "character 6: expected")]
    [InlineData("List[]", "character 6: expected an argument, found ']'")]
    [InlineData("Int]", "there is no '[' for this ']'")]
    [InlineData("Date[fmt=\"%Y]", "expected a second '\"'")]
    [InlineData("Label[dom=$]", "expected the name of a parameter")]
    [InlineData("Polygon/BBox", "no unions")]
    [InlineData("A[b=[]]", "expected the name of a domain, found ']]'")]
    public void A_broken_type_is_refused_where_it_breaks(string type, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<AssayException>(() => TypeExpression.Parse(type)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Errors_name_file_line_column_key_and_what_was_expected()
    {
        Assert.Equal(
            "d.yaml:9:20 (key 'data.samples[1].b[2]'): expected a whole number, found the text 'x'",
            Fault(With("{b: 'List[Int]'}", "\n    - {b: [1]}\n    - {b: [1, 2.0, x]}"))
        );
        Assert.Equal(
            "d.json:2:4 (key 'data.samples[0].b'): expected a number, found the text '1'",
            Fault(
                """
                {"$dsdl-version":"0.5.0","meta":{},"defs":{"S":{"$def":"struct","$fields":{"b":"Num"}}},"data":{"samples":[{"b":
                ☃ "1"}],"sample-type":"S"}}
                """.Replace("☃", "  "),
                "d.json"
            )
        );
    }

    [Fact]
    public void All_errors_of_a_description_are_reported_at_once()
    {
        DocumentException failure = Assert.Throws<DocumentException>(() =>
            Parse(With("{a: Foo, b: 'Label[dom=Bar]', 2c: Int, d: 'BBox[mode=cxcy]', e: 'Date[fmt=\"%Q\"]'}", "[]"))
        );
        Assert.Equal(
            ["found 'Foo'", "found 'Bar'", "2c", "xywh or xyxy", "'%Q'"],
            failure.Problems.Select(error =>
                Array.Find(["found 'Foo'", "found 'Bar'", "2c", "xywh or xyxy", "'%Q'"], error.What.Contains)
            )
        );
        Assert.All(failure.Problems, error => Assert.Equal((4, true), ((int)error.Where.Line, error.Where.Column > 1)));
    }

    [Theory]
    [InlineData("{a: Str}", "[{a: No}, {a: 2020-12-29}, {a: 007}, {a: 'true'}]", "No 2020-12-29 007 true")]
    [InlineData("{a: Bool}", "[{a: No}, {a: yes}, {a: True}, {a: 1}, {a: 0.0}]", "false true true true false")]
    [InlineData("{a: Int}", "[{a: 1.0}, {a: -3}, {a: 1e3}]", "1 -3 1000")]
    [InlineData("{a: Date}", "[{a: 2020-12-29}]", "2020-12-29")]
    [InlineData("{a: Time}", "[{a: 15:32}]", "15:32")]
    public void Scalars_stay_text_until_a_type_asks(string fields, string samples, string values) =>
        Assert.Equal(
            values.Split(' '),
            Parse(With(fields, samples))
                .Samples()
                .Select(sample => ((StructValue)sample.Value!)["a"]!.ToJson().Trim('"'))
        );

    [Theory]
    [InlineData("{a: Str}", "[{a: 12}]", "text that looks so needs quotes")]
    [InlineData("{a: Str}", "[{a: true}]", "found the truth value true")]
    [InlineData("{a: Str}", "[{a: ~}]", "expected text, found nothing")]
    [InlineData("{a: Int}", "[{a: yes}]", "found the truth value yes")]
    [InlineData("{a: Int}", "[{a: 010}]", "found the text '010'")]
    [InlineData("{a: Int}", "[{a: 1e30}]", "expected a whole number")]
    [InlineData("{a: Num}", "[{a: .nan}]", "expected a number")]
    [InlineData("{a: Num}", "[{a: 1e999}]", "expected a number")]
    [InlineData("{a: Image}", "[{a: $alias}]", "expected a path, $alias/path, ::domain::id")]
    [InlineData("{a: Image}", "[{a: {$descr: {}}}]", "'$loc'")]
    [InlineData("{a: Int}", "[{b: 1}]", "expected a field of 'S', found 'b'")]
    [InlineData("{a: Int}", "[{}]", "expected the field 'a' of 'S', found none")]
    [InlineData("{a: Int}", "[5]", "expected a map of the fields of 'S', found the number 5")]
    [InlineData("{a: Int}", "[{a: 1, a: 2}]", "expected each key once, found 'a' twice")]
    [InlineData("{a: Int}", "[{a: !!python/object 1}]", "with the tag")]
    [InlineData("{a: Int}", "[{a: *x}]", "no anchor '&x'")]
    [InlineData("{a: Int}", "[{a: 1}]\n--- x", "expected one YAML document")]
    public void Bad_samples_say_what_is_wrong(string fields, string samples, string message) =>
        Assert.Contains(message, Fault(With(fields, samples)), StringComparison.Ordinal);

    [Fact]
    public void Nested_structs_are_always_required_and_optional_fields_are_not()
    {
        const string inner = "  T: {$def: struct, $fields: {x: Int}}\n";
        string text = With("{t: T, l: 'List[T]'}, $optional: [t, l]", "[{t: {x: 1}}, {l: []}]", inner);
        bool[] errors = [.. Parse(text).Samples().Select(sample => sample.HasErrors)];
        Assert.Equal(new bool[] { false, true }, errors);
        DsdlSample lenient = Parse(text).Samples(isStrict: false).Last();
        Assert.False(lenient.HasErrors);
        Assert.Contains("'t' of 'S'", Assert.Single(lenient.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Corners_the_wrong_way_round_are_a_warning()
    {
        DsdlSample sample = Parse(With("{b: 'BBox[mode=xyxy]'}", "[{b: [10, 20, 5, 5]}]")).Samples().Single();
        Assert.Equal(75, ((BoxValue)((StructValue)sample.Value!)["b"]!).Area);
        Assert.False(Assert.Single(sample.Findings).IsError);
    }

    [Fact]
    public void Imports_are_found_in_their_order_and_overwriting_warns()
    {
        const string one = "$dsdl-version: '0.5.0'\nS: {$def: struct, $fields: {a: Int}}\n",
            two = "$dsdl-version: '0.5.0'\n$import: [one]\ndefs:\n  S: {$def: struct, $fields: {a: Str}}\n";
        string main = Write(
            "set/data.yaml",
            "$dsdl-version: '0.5.0'\n$import: [one, sub/two]\nmeta: {}\ndata: {sample-type: S, samples: [{a: x}]}\n"
        );
        Write("set/one.yaml", one);
        Write(
            "defs/sub/two.json",
            "{\"$dsdl-version\": \"0.5.0\", \"S\": {\"$def\": \"struct\", \"$fields\": {\"a\": \"Str\"}}}"
        );
        DsdlDataset read = DsdlDataset.Open(main);
        Assert.Contains("one.yaml, line 2", Assert.Single(read.Warnings).Message, StringComparison.Ordinal);
        Assert.False(read.Samples().Single().HasErrors);

        // With a folder of libraries nothing else is looked at.
        string only = Path.Combine(_folder, "libraries");
        Write("libraries/one.yaml", one);
        Assert.Contains("sub/two", Assert.Throws<DocumentException>(() => DsdlDataset.Open(main, only)).Message);
        Write("libraries/sub/two.yaml", two);
        Assert.Equal(2, DsdlDataset.Open(main, only).Warnings.Count);

        Write("libraries/one.yaml", "$dsdl-version: '0.5.0'\n$import: [one]\n");
        Assert.Contains(
            "import themselves",
            Assert.Throws<DocumentException>(() => DsdlDataset.Open(main, only)).Message
        );
    }

    [Fact]
    public void Samples_and_the_global_object_may_stand_in_other_files()
    {
        string main = Write(
            "data.yaml",
            "$dsdl-version: '0.5.0'\nmeta: {}\ndata:\n  sample-type: Int\n  sample-path: samples\n  global-info-type: Str\n  global-info-path: info.yaml\n"
        );
        Assert.Contains(
            "sample-path",
            Assert.Throws<AssayException>(() => DsdlDataset.Open(main).Samples().Any()).Message
        );
        Write("samples/b.json", "{\"other\": [[1], {\"a\": 2}], \"samples\": [3, \"x\"]}");
        Write("samples/a.yaml", "x: &x 1\nsamples:\n- *x\n- 2\n");
        Write("samples/note.txt", "no samples");
        Write("info.yaml", "global-info: all\n");
        DsdlDataset read = DsdlDataset.Open(main);
        Assert.Equal("1 2 3 ", string.Join(' ', read.Samples().Select(sample => sample.Value?.ToJson())));
        Assert.Equal("\"all\"", read.GlobalInfo()!.Value!.ToJson());
        DsdlFinding wrong = read.Samples().Last().Findings.Single();
        Assert.Equal((1, 43, "samples[1]"), (wrong.Where.Line, wrong.Where.Column, wrong.Where.Key));
        Write("samples/c.json", "{\"sample\": []}");
        Assert.Contains("the key 'samples'", Assert.Throws<AssayException>(() => read.Samples().Count()).Message);
    }

    [Fact]
    public void Samples_before_their_type_and_anchors_across_them_are_read()
    {
        DsdlDataset read = Parse(
            "data:\n  samples:\n  - &first {a: 1}\n  - *first\n  - {<<: *first, b: 2}\n  sample-type: S\n$dsdl-version: '0.5.0'\nmeta: {m: *first}\n"
                + "defs: {S: {$def: struct, $fields: {a: Int, b: Int}, $optional: [b]}}"
        );
        Assert.Equal(
            ["""{"a":1}""", """{"a":1}""", """{"a":1,"b":2}"""],
            read.Samples().Select(sample => sample.Value!.ToJson())
        );
        Assert.Equal("""{"m":{"a":1}}""", read.Description.Meta.ToJsonString());
    }

    [Fact]
    public void Defects_of_the_official_parser_are_none_of_ours()
    {
        // A struct called S is no part of Str, and no cycle; a cycle says its way.
        Assert.Single(
            Parse(With("{a: Str, t: T}", "[{a: x, t: {s: y}}]", "  T: {$def: struct, $fields: {s: Str}}\n")).Samples()
        );
        Assert.Contains(
            "the cycle S -> T -> S",
            Fault(With("{t: 'List[T]'}", "[]", "  T: {$def: struct, $fields: {s: S}}\n")),
            StringComparison.Ordinal
        );
        // Nor is one called like a mode.
        Assert.Single(
            Parse(
                    "$dsdl-version: '0.5.0'\nmeta: {}\ndefs: {xyxy: {$def: struct, $fields: {b: 'BBox[mode=xyxy]'}}}\n"
                        + "data: {sample-type: xyxy, samples: [{b: [1, 2, 3, 4]}]}\n"
                )
                .Samples()
        );
        // Of two brackets the first does not end the arguments.
        const string two =
            "  T: {$def: struct, $params: [a, c], $fields: {x: 'Label[dom=$a]', y: 'Label[dom=$c]'}}\n"
            + "  A: {$def: class_domain, classes: [p]}\n  B: {$def: class_domain, classes: [q]}\n";
        DsdlSample sample = Parse(With("{t: 'T[a=[A,B], c=B]'}", "[{t: {x: 'B::q', y: q}}]", two)).Samples().Single();
        Assert.Empty(sample.Findings);
        // A pattern alone decides over a date; a label is never a fraction, nor of another domain.
        Assert.False(Parse(With("{d: 'Date[fmt=\"%d/%m/%Y\"]'}", "[{d: 29/12/2020}]")).Samples().Single().HasErrors);
        Assert.Contains(
            "expected a class of 'A'",
            Fault(With("{l: 'Label[A]'}", "[{l: 1.0}]", two)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "expected a domain of this field ('A'), found 'B'",
            Fault(With("{l: 'Label[A]'}", "[{l: 'B::q'}]", two)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Hostile_files_are_refused_within_bounds()
    {
        StringBuilder bomb = new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Contains("aliases written out", Fault(bomb.ToString()), StringComparison.Ordinal);
        Assert.Contains("refers to what it stands in", Fault("a: &a [*a]"), StringComparison.Ordinal);
        Assert.Contains("levels of nesting", Fault(new string('[', 200_000)), StringComparison.Ordinal);
        Assert.Contains(
            "levels of nesting",
            Fault(string.Concat(Enumerable.Repeat("{a: ", 5000))),
            StringComparison.Ordinal
        );
        Assert.Contains("levels of nesting", Fault(new string('[', 200_000), "d.json"), StringComparison.Ordinal);
        Assert.Contains("not JSON", Fault("{\"a\": 01}", "d.json"), StringComparison.Ordinal);
        Assert.Contains("a longer one", Fault("a: \"" + new string('x', 17 << 20)), StringComparison.Ordinal);
        Assert.Contains(
            "a longer one",
            Fault("[\"" + new string('x', 34 << 20) + "\"]", "d.json"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "levels of types",
            Fault(With($"{{a: '{string.Concat(Enumerable.Repeat("List[", 100))}'}}", "[]")),
            StringComparison.Ordinal
        );
        // A chain of structs, each twice in the one before, and one that only the parameters make endless.
        string chain = string.Concat(
            Enumerable.Range(0, 3000).Select(i => $"  C{i}: {{$def: struct, $fields: {{a: C{i + 1}, b: C{i + 1}}}}}\n")
        );
        Assert.Contains(
            "levels of structs",
            Fault(With("{c: C0}", "[]", chain + "  C3000: {$def: struct, $fields: {a: Int}}\n")),
            StringComparison.Ordinal
        );
        string short_ = string.Concat(
            Enumerable
                .Range(0, 30)
                .Select(i =>
                    $"  C{i}: {{$def: struct, $params: [p, q, r], $fields: {{a: 'C{i + 1}[p=$q, q=$r, r=$p]', b: 'C{i + 1}[p=$p, q=[A,B], r=$q]'}}}}\n"
                )
        );
        Assert.Empty(
            Parse(
                    With(
                        "{c: 'C0[p=A, q=B, r=A]'}",
                        "[]",
                        short_
                            + "  C30: {$def: struct, $params: [p, q, r], $fields: {a: Int}}\n  A: {$def: class_domain, classes: [x]}\n  B: {$def: class_domain, classes: [y]}\n"
                    )
                )
                .Samples()
        );
        Assert.Contains(
            "no file is looked at here",
            Fault("$dsdl-version: '0.5.0'\n$import: [/etc/passwd]\n"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Broken_files_only_ever_fail_as_files_that_a_user_can_mend()
    {
        int files = int.Parse(Environment.GetEnvironmentVariable("ASSAY_FUZZ_FILES") ?? "4000");
        Random random = new(5);
        string[] seeds =
        [
            new RandomDescription(3).Draw().ToJsonString(),
            With(
                "{a: 'List[etype=Label[dom=D], ordered=true]', b: BBox}",
                "\n  - a: &x [p, 1]\n    b: [1, 2, 3, 4]\n  - {a: *x, b: |\n    text\n    }",
                "  D: {$def: class_domain, classes: [p, q]}\n"
            ),
        ];
        for (int i = 0; i < files; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(seeds[i % 2]);
            for (int edits = random.Next(1, 6); edits > 0; edits--)
            {
                int at = random.Next(bytes.Length);
                bytes = random.Next(3) switch
                {
                    0 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(20))..], 32],
                    1 => [.. bytes[..at], (byte)"[]{}:,*&!#\n\"' -|>%@$\0\xff"[random.Next(22)], .. bytes[at..]],
                    _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
                };
            }
            try
            {
                foreach (DsdlSample _ in DsdlDataset.Parse(bytes, i % 4 < 2 ? "d.yaml" : "d.json").Samples()) { }
            }
            catch (AssayException failure)
            {
                Assert.NotEmpty(failure.Message);
            }
        }
    }
}
