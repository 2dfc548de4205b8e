using System.Buffers;

namespace Assay.Learning;

/// <summary>Applies the normalizers of a tokenizer to text.</summary>
internal static class TextNormalizer
{
    /// <summary>The normal form of <paramref name="text"/>: itself where nothing changes, else in one of the buffers.</summary>
    public static ReadOnlySpan<byte> Apply(
        IReadOnlyList<NormalizerStep> steps,
        ReadOnlySpan<byte> text,
        ByteBuffer to,
        ByteBuffer other
    )
    {
        for (int i = 0; i < steps.Count; i++)
        {
            to.Clear();
            if (!TryApply(steps[i], text, to))
                continue;
            text = to.Written;
            (to, other) = (other, to);
        }
        return text;
    }

    private static bool TryApply(NormalizerStep step, ReadOnlySpan<byte> text, ByteBuffer to)
    {
        switch (step.Kind)
        {
            case NormalizerKind.Nfc:
                return Nfc.TryNormalize(text, to);
            case NormalizerKind.Prepend:
                if (text.IsEmpty)
                    return false;
                to.Write(step.ContentBytes);
                to.Write(text);
                return true;
            default:
                return Replace(step, text, to);
        }
    }

    private static bool Replace(NormalizerStep step, ReadOnlySpan<byte> text, ByteBuffer to)
    {
        int found = text.IndexOf(step.PatternBytes);
        if (found < 0)
            return false;
        for (; found >= 0; found = text.IndexOf(step.PatternBytes))
        {
            to.Write(text[..found]);
            to.Write(step.ContentBytes);
            text = text[(found + step.PatternBytes.Length)..];
        }
        to.Write(text);
        return true;
    }
}
