using System.Reflection;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>All methods that a recipe can name.</summary>
/// <remarks>Reflection happens once, when the catalogue is made; documentation is read when it is first asked for.</remarks>
public sealed class MethodCatalogue
{
    private static readonly Lazy<MethodCatalogue> Ours = new(() => new(typeof(MethodCatalogue).Assembly));
    private readonly Dictionary<string, MethodEntry> byName;

    /// <summary>The catalogue of the classes marked <see cref="MethodAttribute"/> in some assemblies.</summary>
    /// <exception cref="InvalidOperationException">A class is marked but is no method, or two have one name.</exception>
    public MethodCatalogue(params IReadOnlyList<Assembly> assemblies)
        : this(assemblies.SelectMany(assembly => assembly.GetTypes())) { }

    /// <summary>The catalogue of those of the types that are marked.</summary>
    internal MethodCatalogue(IEnumerable<Type> types)
    {
        byName = [];
        foreach (Type type in types)
            if (type.GetCustomAttribute<MethodAttribute>() is { } method)
                if (!byName.TryAdd(method.Name, new(type, method)))
                    throw new InvalidOperationException($"Two methods are called {method.Name}.");
        Methods = [.. byName.Values.OrderBy(method => method.Name, StringComparer.Ordinal)];
    }

    /// <summary>The methods of Assay itself.</summary>
    public static MethodCatalogue Default => Ours.Value;

    /// <summary>All methods, by name.</summary>
    public IReadOnlyList<MethodEntry> Methods { get; }

    /// <summary>The method of that name, or null.</summary>
    public MethodEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>The method of that name.</summary>
    /// <exception cref="AssayException">There is none.</exception>
    public MethodEntry Get(string name) =>
        Find(name)
        ?? throw new AssayException(
            $"there is no method '{name}'",
            hint: Nearest.Hint(name, byName.Keys) ?? "'assay methods' lists them."
        );

    /// <summary>Makes the method of a step, with its options.</summary>
    /// <exception cref="AssayException">The method refuses its options.</exception>
    public object Create(StepSpec step) => step.Method.Create(step.Options);
}
