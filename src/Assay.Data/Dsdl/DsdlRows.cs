using System.Text;
using System.Text.Json;

namespace Assay.Data;

/// <summary>The samples of a dataset in DSDL as rows: fields are columns, labels their names, nested values JSON. Read leniently.</summary>
internal sealed class DsdlRows : IGroupedRows
{
    private const int RowCost = 32;

    private readonly SourceFile _file;
    private readonly SourceOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly DsdlDataset _dataset;

    /// <exception cref="AssayException">The description cannot be used, or the column of text is none.</exception>
    public DsdlRows(SourceFile file, SourceOptions options, CancellationToken cancellation)
    {
        (_file, _options, _cancellation) = (file, options, cancellation);
        _dataset = DsdlDataset.Open(file.FullPath);
        if (
            _dataset.SampleType is DsdlStructType type
            && type.Fields.FirstOrDefault(field => field.Name == options.Text) is { } text
            && !IsText(text.Type)
        )
            throw new AssayException(
                $"expected text in the text column '{text.Name}', found the type {text.Type.Name}",
                new(file.FullPath, Key: text.Name),
                "Name another column with 'text:', or write 'table: true' if the rows need none."
            );
    }

    /// <summary>One: samples stand in a stream.</summary>
    public int Count => 1;

    /// <summary>About so many, as far as a file tells without being read.</summary>
    public long RowsOf(int group) => Math.Max(1, _file.Size / 256);

    public long BytesOf(int group) => _file.Size;

    public void Dispose() { }

    public void Read(int group, IRowSink sink)
    {
        byte[] source = Encoding.UTF8.GetBytes(_file.Name);
        using MemoryStream buffer = new();
        using Utf8JsonWriter json = new(buffer, JsonForm.Options);
        using IEnumerator<DsdlSample> samples = _dataset.Samples(isStrict: false, _cancellation).GetEnumerator();
        for (long ordinal = 0; Next(samples, ordinal, sink); ordinal++)
        {
            DsdlSample sample = samples.Current;
            if (sample.Value is not { } value)
            {
                DsdlFinding fault = sample.Findings.First(finding => finding.IsError);
                sink.Bad.Add(Bad(ordinal, fault.Where, fault.Message));
                continue;
            }
            ReadOnlySpan<byte> whole = Json(value);
            if (whole.Length > _options.MaxRow.Bytes)
                sink.Bad.Add(
                    Bad(
                        ordinal,
                        sample.Where,
                        $"expected a row of at most {_options.MaxRow} bytes (maxRow), found a longer one"
                    )
                );
            else
            {
                RowId id = RowId.Of(whole, source, ordinal);
                int bytes = whole.Length;
                if (value is StructValue fields)
                    foreach ((string name, DsdlValue field) in fields.Fields)
                        Set(sink.Table.Column(name), field);
                else
                    Set(sink.Table.Column(IsText(_dataset.SampleType) ? _options.Text : "value"), value);
                sink.Table.EndRow(id, ordinal);
                sink.RowDone(bytes + RowCost);
            }
        }

        ReadOnlySpan<byte> Json(DsdlValue value)
        {
            buffer.SetLength(0);
            json.Reset();
            value.Write(json);
            json.Flush();
            return buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        }

        void Set(ColumnBuilder column, DsdlValue value)
        {
            switch (value)
            {
                case BoolValue truth:
                    column.Set(truth.Truth);
                    break;
                case IntValue whole:
                    column.Set(whole.Number);
                    break;
                case NumValue number:
                    column.Set(number.Number);
                    break;
                default:
                    if (TextOf(value) is { } text)
                        column.Set(Encoding.UTF8.GetBytes(text));
                    else
                        column.SetJson(Json(value));
                    break;
            }
        }
    }

    /// <summary>Takes the next sample; what breaks the file is one bad row, and the end of it.</summary>
    private bool Next(IEnumerator<DsdlSample> samples, long ordinal, IRowSink sink)
    {
        try
        {
            return samples.MoveNext();
        }
        catch (AssayException failure)
        {
            sink.Bad.Add(
                Bad(
                    ordinal,
                    failure.Where ?? new(_file.FullPath),
                    failure.Message + "; the samples before it can be read"
                )
            );
            return false;
        }
    }

    // The place may be in a file of samples, which the description names.
    private BadRow Bad(long ordinal, Location where, string reason)
    {
        bool isElsewhere = Path.GetFullPath(where.File) != _file.FullPath;
        return BadRow.Of(_file, ordinal, [], isElsewhere ? $"{where}: {reason}" : reason, key: where.Key) with
        {
            Place = isElsewhere ? (0, 0) : ((int)Math.Min(where.Line, int.MaxValue), where.Column),
        };
    }

    private static bool IsText(FieldType type) => type is TextType or MomentType or LabelType or LocatorType;

    private static string? TextOf(DsdlValue value) =>
        value switch
        {
            TextValue text => text.Text,
            LabelValue label => label.Text,
            DateValue date => date.Text,
            TimeValue time => time.Text,
            LocatorValue { Description: null } locator => locator.Text,
            _ => null,
        };
}
