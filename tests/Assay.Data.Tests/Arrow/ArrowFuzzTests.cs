using Apache.Arrow;
using Apache.Arrow.Ipc;
using Assay.Data;

namespace Assay.Tests;

/// <summary>Arrow files and streams with random damage (<see cref="FileFuzz"/>).</summary>
public sealed class ArrowFuzzTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_are_refused_or_read()
    {
        RecordBatch every = ArrowPeer.EveryType(),
            few = ArrowPeer.Batch(("text", ArrowPeer.Texts("a", null, "b")), ("n", ArrowPeer.Numbers(1, 2, 3)));
        byte[][] seeds =
        [
            .. from batch in (RecordBatch[])[every, few, .. every.Arrays.Select((a, i) => ArrowPeer.Batch(("text", a)))]
            from isStream in (bool[])[false, true]
            from codec in (CompressionCodecType?[])[null, CompressionCodecType.Lz4Frame, CompressionCodecType.Zstd]
            select ArrowPeer.Write([batch, batch], isStream, codec),
        ];
        FileFuzz.Run(_folder, SourceFormat.Arrow, seeds, (sound, random) => [.. FileFuzz.Damage(sound, random)]);
    }
}
