using System.Collections;

namespace Assay.Evidence;

/// <summary>What one seed came to: finite numbers by name, such as <c>loss/folding</c>, in the order in which they were added.</summary>
public sealed class Figures : IEnumerable<KeyValuePair<string, double>>
{
    private readonly OrderedDictionary<string, double> _values = [];

    /// <summary>One figure.</summary>
    /// <exception cref="ArgumentException">The number is not finite.</exception>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public double this[string name]
    {
        get => _values[name];
        set =>
            _values[name] = double.IsFinite(value)
                ? value
                : throw new ArgumentException($"The figure '{name}' is {value}.", nameof(name));
    }

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>True if there is a figure of that name.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _values.GetEnumerator();

    /// <summary>Adds a figure, for collection initialisers.</summary>
    public void Add(string name, double value) => this[name] = value;

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
