namespace Assay.Data;

/// <summary>What a <see cref="DsdlToken"/> is.</summary>
internal enum DsdlTokenKind
{
    StartMap,
    EndMap,
    StartList,
    EndList,
    Scalar,
    Alias,
    End,
}

/// <summary>A piece of YAML or JSON as it streams by. Keys are scalars.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Where it starts.</param>
/// <param name="Text">Of a scalar its text, of an alias the anchor's name.</param>
/// <param name="IsPlain">Of a scalar: not quoted.</param>
/// <param name="Anchor">The name that aliases may use, or null.</param>
internal readonly record struct DsdlToken(
    DsdlTokenKind Kind,
    Place Place,
    string Text = "",
    bool IsPlain = false,
    string? Anchor = null
);

/// <summary>The tokens of a file, one at a time in bounded memory.</summary>
internal abstract class DsdlTokens(string file) : IDisposable
{
    /// <summary>The longest scalar (or stretch without one) in characters, and the deepest nesting.</summary>
    public const int ScalarLimit = 16 << 20,
        DepthLimit = 64;

    public string File { get; } = file;

    /// <summary>The next token; <see cref="DsdlTokenKind.End"/> behind the last.</summary>
    /// <exception cref="AssayException">The file cannot be read, or is not what its name says.</exception>
    public abstract DsdlToken Read();

    public abstract void Dispose();

    /// <summary>DsdlTokens of JSON if the name ends so, else of YAML.</summary>
    public static DsdlTokens Of(Stream stream, string file) =>
        Path.GetExtension(file).Equals(".json", StringComparison.OrdinalIgnoreCase)
            ? new JsonTokens(stream, file)
            : new YamlTokens(stream, file);

    /// <summary>The text, if it can stand in a file of text.</summary>
    protected string Checked(string text, Place place)
    {
        for (int i = 0; i < text.Length; i++)
            if (
                text[i] == '\0'
                || char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text, i++))
            )
                throw new AssayException(
                    "expected whole characters, found NUL or half of a surrogate pair",
                    place.At(""),
                    "Write the character itself, or both halves of the escape."
                );
        return text;
    }

    protected AssayException TooLong(Place place) =>
        new(
            $"expected values of at most {ScalarLimit >> 20} million characters, found a longer one",
            place.At(""),
            "Put what is that long into a file of its own, and its path here."
        );
}
