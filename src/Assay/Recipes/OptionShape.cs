using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Recipes;

/// <summary>What an options record can hold: what the binder, the schema, the catalogue and the cache keys all read.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Known = [];

    private RecordShape(Type type)
    {
        Type = type;
        object defaults = Create();
        NullabilityInfoContext nullability = new();
        // A record's own order is the order of the file; what it inherits comes first.
        Options =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property =>
                    property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
                )
                .Select(property => new Option(property, defaults, nullability)),
        ];
    }

    public Type Type { get; }

    public IReadOnlyList<Option> Options { get; }

    public static RecordShape Of(Type type) => Known.GetOrAdd(type, key => new(key));

    public Option? Find(string name) => Options.FirstOrDefault(option => option.Name == name);

    /// <summary>A copy of a record in which the options that only add pieces are at their defaults.</summary>
    public object WithoutExtent(object record)
    {
        object copy = Create();
        foreach (Option option in Options)
            if (!option.IsExtendable)
                option.Property.SetValue(copy, option.Property.GetValue(record));
        return copy;
    }

    /// <summary>A record with its defaults.</summary>
    public object Create() =>
        Activator.CreateInstance(Type)
        ?? throw new InvalidOperationException($"{Type} has no constructor without parameters.");
}

/// <summary>One key of an options record.</summary>
internal sealed class Option
{
    public Option(PropertyInfo property, object defaults, NullabilityInfoContext nullability)
    {
        Property = property;
        Name =
            property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
            ?? JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);
        Kind = ValueKind.Of(property.PropertyType);
        if (Kind is ValueKind.List { Item: ValueKind.Step } steps && property.IsDefined(typeof(MayMakeRowsAttribute)))
            Kind = steps with { Item = new ValueKind.Step(MayMakeRows: true) };
        IsNullable = nullability.Create(property).WriteState == NullabilityState.Nullable;
        Constraints = [.. property.GetCustomAttributes<ValidationAttribute>()];
        Default = property.GetValue(defaults);
        IsRequired =
            property.IsDefined(typeof(RequiredMemberAttribute))
            || (Constraints.Any(constraint => constraint is RequiredAttribute) && IsUnset(Default));
        DatasetNameAttribute? dataset = property.GetCustomAttribute<DatasetNameAttribute>();
        NamesDataset = dataset is not null;
        MayFollow = dataset?.MayFollow ?? false;
        IsExtendable = property.IsDefined(typeof(ExtendableAttribute));
    }

    public string Name { get; }

    public PropertyInfo Property { get; }

    public ValueKind Kind { get; }

    public bool IsNullable { get; }

    /// <summary>True if it must be written.</summary>
    public bool IsRequired { get; }

    public object? Default { get; }

    public IReadOnlyList<ValidationAttribute> Constraints { get; }

    public bool NamesDataset { get; }

    /// <summary><see cref="DatasetNameAttribute.MayFollow"/>.</summary>
    public bool MayFollow { get; }

    /// <summary>True if pieces of another value are pieces of this one too.</summary>
    public bool IsExtendable { get; }

    /// <summary>[Required] asks for a value only where the default is none.</summary>
    private static bool IsUnset(object? value) =>
        value is null or "" or System.Collections.ICollection { Count: 0 }
        || (value is ValueType && value.Equals(Activator.CreateInstance(value.GetType())));
}

/// <summary>What kind of value an option takes.</summary>
internal abstract record ValueKind
{
    /// <summary>A single value: bool, number, text, enum, or a type that parses itself.</summary>
    public sealed record Scalar(Type Type) : ValueKind;

    /// <summary>A list of values of one kind.</summary>
    public sealed record List(ValueKind Item, Type Type) : ValueKind;

    /// <summary>A map from names to values of one kind.</summary>
    public sealed record Map(ValueKind Item, Type ItemType) : ValueKind;

    /// <summary>A nested options record.</summary>
    public sealed record Record(Type Type) : ValueKind
    {
        public RecordShape Shape => RecordShape.Of(Type);
    }

    /// <summary>A step of a recipe.</summary>
    /// <param name="MayMakeRows">Whether methods that make rows are steps here.</param>
    public sealed record Step(bool MayMakeRows = false) : ValueKind;

    /// <summary>The kind of a property's type.</summary>
    /// <exception cref="InvalidOperationException">Options cannot hold that type: a defect of the options record.</exception>
    public static ValueKind Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(StepSpec))
            return new Step();
        if (type.IsEnum || type == typeof(bool) || type == typeof(string) || ParsesItself(type))
            return new Scalar(type);
        if (type.IsArray)
            return new List(Of(type.GetElementType()!), type);
        if (type.IsGenericType && type.GetGenericArguments() is [Type key, Type value] && key == typeof(string))
            if (type.IsAssignableFrom(typeof(OrderedDictionary<,>).MakeGenericType(key, value)))
                return new Map(Of(value), value);
        if (type.IsGenericType && type.GetGenericArguments() is [Type item])
            if (type.IsAssignableFrom(item.MakeArrayType()) || type == typeof(List<>).MakeGenericType(item))
                return new List(Of(item), type);
        if (type.IsClass && !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null)
            return new Record(type);
        throw new InvalidOperationException($"Options cannot hold a {type}.");
    }

    private static bool ParsesItself(Type type) =>
        type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>));
}
