using System.Reflection;
using System.Runtime.ExceptionServices;
using Assay.Data;
using Assay.Describe;
using Assay.Studies;

namespace Assay.Recipes;

/// <summary>What is known of a method: its name, its source, its options, and their documentation.</summary>
public sealed class MethodEntry
{
    private readonly ConstructorInfo constructor;
    private readonly Lazy<XmlDocs> docs;
    private readonly Lazy<IReadOnlyList<OptionEntry>> options;

    internal MethodEntry(Type type, MethodAttribute method)
    {
        Type = type;
        Name = method.Name;
        Paper = method.Paper;
        Revision = method.Revision;
        if (Name.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            throw new InvalidOperationException($"{type} is called '{Name}', which is not verb/name.");
        if (type.GetConstructors() is not [var only] || only.GetParameters().Length > 1)
            throw new InvalidOperationException($"{type} needs one public constructor that takes its options.");
        constructor = only;
        OptionsType = only.GetParameters() is [var parameter] ? parameter.ParameterType : typeof(NoOptions);
        Shape = RecordShape.Of(OptionsType);
        docs = new(() => XmlDocs.Of(type.Assembly));
        options = new(() => [.. Shape.Options.Select(option => new OptionEntry(option))]);
    }

    /// <summary><c>verb/name</c>.</summary>
    public string Name { get; }

    /// <summary>The part of the name before the slash.</summary>
    public string Verb => Name[..Name.IndexOf('/')];

    /// <summary>Slug of the paper or source.</summary>
    public string Paper { get; }

    /// <summary>Raised when the same inputs give other outputs than before.</summary>
    public int Revision { get; }

    /// <summary>The class of the method.</summary>
    public Type Type { get; }

    /// <summary>The record of its options.</summary>
    public Type OptionsType { get; }

    /// <summary>True if it is an <see cref="IStudy"/>: a step that asks and changes nothing, and a command of its own.</summary>
    public bool IsStudy => Type.IsAssignableTo(typeof(IStudy));

    /// <summary>What it does, in a sentence.</summary>
    public string Summary => XmlDocs.FirstSentence(docs.Value.Summary(Type));

    /// <summary>Where it comes from and what else there is to know; may be empty.</summary>
    public string Remarks => docs.Value.Remarks(Type);

    /// <summary>Its options, in their order.</summary>
    public IReadOnlyList<OptionEntry> Options => options.Value;

    /// <summary>True if it labels a dataset: a step that describes and changes nothing, and a command of its own.</summary>
    public bool IsDescriber => Type.IsAssignableTo(typeof(IDescriber));

    internal RecordShape Shape { get; }

    /// <summary>Options from changes of their defaults, each <c>key=value</c>; errors call them <c>--key=value</c>.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="files">YAML files that hold the values of options that are records, by their names.</param>
    /// <exception cref="DocumentException">A key or a value does not fit; all that is wrong is in the exception.</exception>
    public object Bind(IReadOnlyList<string> changes, IReadOnlyDictionary<string, string>? files = null)
    {
        DocumentProblems problems = new();
        Overrides overrides = new(problems, "--");
        MapNode root = new(new(new(Name, ""), 0, 0), []);
        foreach (string change in changes)
            root = overrides.Set(root, change);
        RecipeFiles read = new(problems);
        foreach ((string name, string path) in files ?? new Dictionary<string, string>())
            root = root.With(new(root.Mark, name, true), read.LoadMap(path));
        object options = new OptionsBinder(MethodCatalogue.Default, problems).BindRecord(Shape, root, "");
        problems.ThrowIfAny();
        return options;
    }

    /// <summary>Options as one would write them in a recipe: those that are not at their defaults.</summary>
    public string Written(object options) =>
        string.Join(
            ", ",
            Shape
                .Options.Select(option =>
                    (
                        option.Name,
                        Value: Wording.Text(option.Property.GetValue(options)),
                        Default: Wording.Text(option.Default)
                    )
                )
                .Where(option => option.Value != option.Default)
                .Select(option => $"{option.Name}: {option.Value}")
        );

    /// <summary>Makes the method with those options, a record of <see cref="OptionsType"/>.</summary>
    /// <exception cref="AssayException">The method refuses its options.</exception>
    public object Create(object options)
    {
        try
        {
            return constructor.Invoke(constructor.GetParameters().Length == 0 ? [] : [options]);
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }
}

/// <summary>One option of a method, in words.</summary>
public sealed class OptionEntry
{
    internal OptionEntry(Option option)
    {
        Name = option.Name;
        Type = Wording.Type(option.Kind);
        IsList = option.Kind is ValueKind.List;
        IsRecord = option.Kind is ValueKind.Record;
        IsRequired = option.IsRequired;
        NamesDataset = option.NamesDataset;
        MayFollow = option.MayFollow;
        Default = option.IsRequired ? "" : Wording.Text(option.Default);
        Range = Wording.Range(option.Constraints);
        Allowed = Wording.Allowed(option.Kind is ValueKind.List list ? list.Item : option.Kind, option.Constraints);
        Description = XmlDocs.Of(option.Property.DeclaringType!.Assembly).Summary(option.Property);
    }

    /// <summary>The key in YAML.</summary>
    public string Name { get; }

    /// <summary>Its type as a person would say it: <c>whole number</c>, <c>true or false</c>.</summary>
    public string Type { get; }

    /// <summary>True if it takes several values.</summary>
    public bool IsList { get; }

    /// <summary>True if it is a record of options of its own: a YAML file on the command line.</summary>
    public bool IsRecord { get; }

    /// <summary>True if it must be given.</summary>
    public bool IsRequired { get; }

    /// <summary>True if it names another dataset.</summary>
    public bool NamesDataset { get; }

    /// <summary>True if on a command line that dataset may be the second of two paths.</summary>
    public bool MayFollow { get; }

    /// <summary>Its default as written in YAML; empty if there is none.</summary>
    public string Default { get; }

    /// <summary>Its limits, such as <c>0 to 1</c> or <c>at least 1</c>; empty if there are none.</summary>
    public string Range { get; }

    /// <summary>The words that are allowed; empty if any are.</summary>
    public IReadOnlyList<string> Allowed { get; }

    /// <summary>What it means.</summary>
    public string Description { get; }
}

/// <summary>The options of a method that has none.</summary>
public sealed record NoOptions;
