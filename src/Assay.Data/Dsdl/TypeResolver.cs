namespace Assay.Data;

/// <summary>Where a type stands, and what its parameters are.</summary>
/// <param name="Place">Where its text starts.</param>
/// <param name="Key">The key that it is the value of.</param>
/// <param name="Owner">The struct around it, or null.</param>
/// <param name="Bound">Domains by parameter; null values while the struct is looked at as a template.</param>
internal sealed record TypeScope(
    Place Place,
    string Key,
    string? Owner,
    IReadOnlyDictionary<string, IReadOnlyList<ClassDomain>?> Bound
)
{
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<ClassDomain>?> NoParameters =
        new Dictionary<string, IReadOnlyList<ClassDomain>?>();
}

/// <summary>Resolves the names of types: built-in types, structs, domains and parameters.</summary>
internal sealed class TypeResolver(IReadOnlyDictionary<string, DsdlDefinition> definitions, DsdlFindings findings)
{
    private const int HeightLimit = 48, // structs within structs; samples are nested deeper still
        InstanceLimit = 10_000;

    private static readonly ClassDomain AnyDomain = new("$", []);
    private readonly Dictionary<string, DsdlStructType?> _instances = [];
    private readonly Dictionary<string, int> _heights = []; // levels of structs, 0 while it is counted
    private bool _isTooMuch,
        _isEndless;

    /// <summary>A parameter of the samples' type that is not bound, or null.</summary>
    public DsdlFinding? Unbound { get; private set; }

    /// <summary>Checks every definition: cycles, then each type, templates with their parameters unbound.</summary>
    public void CheckAll()
    {
        StructDefinition[] structs = [.. definitions.Values.OfType<StructDefinition>()];
        foreach (StructDefinition one in structs)
            HeightOf(one, []);
        if (_isEndless)
            return;
        foreach (StructDefinition one in structs)
            Instantiate(one, one.Parameters.ToDictionary(name => name, _ => (IReadOnlyList<ClassDomain>?)null));
    }

    /// <summary>The type of an expression, or null after an error.</summary>
    public FieldType? Resolve(TypeExpression type, TypeScope scope)
    {
        if (BuiltInTypes.Has(type.Name))
            return BuiltIn(type, scope);
        switch (definitions.GetValueOrDefault(type.Name))
        {
            case StructDefinition found:
                return Bindings(type, found, scope) is { } bound ? Instantiate(found, bound) : null;
            case ClassDomain:
                return Error(
                    scope,
                    type.At,
                    $"expected a type, found the domain '{type.Name}'; write Label[dom={type.Name}]"
                );
            default:
                IEnumerable<string> known = BuiltInTypes.Names.Concat(
                    definitions.Values.OfType<StructDefinition>().Select(one => one.Name)
                );
                return Error(
                    scope,
                    type.At,
                    $"expected a type of the language or a struct, found '{type.Name}', which nothing defines{Hint(type.Name, known)}"
                );
        }
    }

    /// <summary>Levels of structs within a struct, itself included; -1 after an error.</summary>
    private int HeightOf(StructDefinition one, List<string> path)
    {
        if (_heights.TryGetValue(one.Name, out int known) && known != 0)
            return known;
        path.Add(one.Name);
        if (known == 0 && _heights.ContainsKey(one.Name))
        {
            int start = path.IndexOf(one.Name);
            findings.Error(
                one.Place,
                one.Name,
                $"expected structs that do not contain themselves, found the cycle {string.Join(" -> ", path[start..])}"
            );
            path.RemoveAt(path.Count - 1);
            _isEndless = true;
            return -1;
        }
        _heights[one.Name] = 0;
        int height = 1;
        foreach ((_, TypeExpression type) in one.Fields)
        foreach (TypeExpression part in type.All())
        {
            if (definitions.GetValueOrDefault(part.Name) is not StructDefinition inner)
                continue;
            int below = path.Count >= HeightLimit ? HeightLimit : HeightOf(inner, path);
            if (below < 0 || below >= HeightLimit)
            {
                if (below > 0 && !_isEndless)
                    findings.Error(
                        one.Place,
                        one.Name,
                        $"expected at most {HeightLimit} levels of structs within structs, found more"
                    );
                _isEndless = true;
                height = -1;
                break;
            }
            height = Math.Max(height, below + 1);
        }
        path.RemoveAt(path.Count - 1);
        return _heights[one.Name] = height;
    }

    private DsdlStructType? Instantiate(StructDefinition one, Dictionary<string, IReadOnlyList<ClassDomain>?> bound)
    {
        string key =
            one.Name
            + string.Concat(
                bound.Select(pair =>
                    $" {pair.Key}={(pair.Value is null ? "" : string.Join('|', pair.Value.Select(domain => domain.Name)))}"
                )
            );
        if (_instances.TryGetValue(key, out DsdlStructType? known))
            return known;
        if (_instances.Count >= InstanceLimit)
        {
            if (!_isTooMuch)
                findings.Error(
                    one.Place,
                    one.Name,
                    $"expected at most {InstanceLimit} structs with bound parameters, found more"
                );
            _isTooMuch = true;
            return null;
        }
        List<StructField> fields = [];
        for (int i = 0; i < one.Fields.Count; i++)
        {
            (string name, TypeExpression type) = one.Fields[i];
            TypeScope scope = new(one.FieldPlaces[i], $"{one.Name}.$fields.{name}", one.Name, bound);
            if (Resolve(type, scope) is { } field)
                fields.Add(new(name, field, one.Optional.Contains(name)));
        }
        return _instances[key] = fields.Count == one.Fields.Count ? new(one.Name, fields) : null;
    }

    private Dictionary<string, IReadOnlyList<ClassDomain>?>? Bindings(
        TypeExpression type,
        StructDefinition target,
        TypeScope scope
    )
    {
        Dictionary<string, IReadOnlyList<ClassDomain>?> bound = [];
        bool isWhole = true;
        foreach (TypeArgument argument in type.Arguments)
            if (argument.Key is null || !target.Parameters.Contains(argument.Key))
                isWhole = Fault(
                    argument.At,
                    $"expected {(target.Parameters.Count == 0 ? "no arguments" : string.Join(" or ", target.Parameters.Select(name => name + "=")))} for the struct '{target.Name}', found '{argument}'"
                );
            else if (bound.ContainsKey(argument.Key))
                isWhole = Fault(argument.At, $"expected each argument once, found '{argument.Key}' twice");
            else if (Domains(argument, scope) is { } domains)
                bound.Add(argument.Key, domains.Contains(AnyDomain) ? null : domains);
            else
                isWhole = false;
        if (isWhole && target.Parameters.FirstOrDefault(name => !bound.ContainsKey(name)) is { } missing)
        {
            string message =
                $"expected every parameter of the struct '{target.Name}', found none for '{missing}'; write {target.Name}[{missing}=...]";
            if (scope.Owner is not null)
            {
                Error(scope, type.At, message);
                return null;
            }
            // A description of templates alone is one: only samples need the type.
            Unbound ??= new(scope.Place.Right(type.At).At(scope.Key), message);
            foreach (string parameter in target.Parameters)
                bound.TryAdd(parameter, null);
        }
        return isWhole ? bound : null;

        bool Fault(int at, string message) => Error(scope, at, message) is not null;
    }

    private FieldType? BuiltIn(TypeExpression type, TypeScope scope)
    {
        DeclaredArgument[] known = BuiltInTypes.ArgumentsOf(type.Name);
        GivenArguments given = [];
        for (int i = 0; i < type.Arguments.Count; i++)
        {
            TypeArgument argument = type.Arguments[i];
            DeclaredArgument? declared = argument.Key is null
                ? i == 0
                    ? known.FirstOrDefault(one => one.IsPositional)
                    : null
                : known.FirstOrDefault(one => one.Name == argument.Key);
            if (declared is null)
                return Error(
                    scope,
                    argument.At,
                    $"expected {(known.Length == 0 ? "no arguments" : string.Join(" or ", known.Select(one => one.Name + "=")))} for {type.Name}, found '{argument}'"
                );
            if (given.ContainsKey(declared.Name))
                return Error(scope, argument.At, $"expected each argument once, found '{declared.Name}' twice");
            if (ValueOf(type, declared, argument, scope) is not { } value)
                return null;
            given.Add(declared.Name, value);
        }
        if (known.FirstOrDefault(one => one.IsRequired && !given.ContainsKey(one.Name)) is { } missing)
            return Error(scope, type.At, $"expected {type.Name}[{missing.Name}=...], found no '{missing.Name}'");
        if (type.Name == "Keypoint" && given.Domains[0] is { Skeleton: null } bare && bare != AnyDomain)
            return Error(
                scope,
                type.At,
                $"expected a domain with a skeleton for Keypoint, found '{bare.Name}' without"
            );
        try
        {
            return BuiltInTypes.Make(type.Name, given);
        }
        catch (FormatException failure)
        {
            return Error(scope, type.At, failure.Message);
        }
    }

    private object? ValueOf(TypeExpression type, DeclaredArgument declared, TypeArgument argument, TypeScope scope)
    {
        string? word = argument.Value switch
        {
            QuotedText quoted => quoted.Text,
            NestedType { Type.Arguments.Count: 0 } name => name.Type.Name,
            _ => null,
        };
        switch (declared.Kind)
        {
            case ArgumentKind.Type:
                return argument.Value is NestedType nested ? Resolve(nested.Type, scope) : Expected("a type");
            case ArgumentKind.Domains:
                return Domains(argument, scope);
            case ArgumentKind.OneDomain:
                IReadOnlyList<ClassDomain>? domains = Domains(argument, scope);
                return domains is { Count: > 1 } ? Expected("one domain") : domains;
            case ArgumentKind.Choice:
                return word is not null && declared.Choices.Contains(word)
                    ? word
                    : Expected(string.Join(" or ", declared.Choices));
            case ArgumentKind.Flag:
                return word switch
                {
                    "true" or "True" => true,
                    "false" or "False" => false,
                    _ => Expected("true or false"),
                };
            case ArgumentKind.Whole:
                return argument.Value is WholeNumber { Value: > 0 } number
                    ? number.Value
                    : Expected("a positive number");
            default:
                return word ?? Expected("a text");
        }

        object? Expected(string what) =>
            Error(scope, argument.At, $"expected {what} as '{declared.Name}' of {type.Name}, found '{argument.Value}'");
    }

    private IReadOnlyList<ClassDomain>? Domains(TypeArgument argument, TypeScope scope)
    {
        IReadOnlyList<string> names;
        switch (argument.Value)
        {
            case TypeParameter parameter:
                if (scope.Bound.TryGetValue(parameter.Name, out IReadOnlyList<ClassDomain>? bound))
                    return bound ?? [AnyDomain];
                Error(
                    scope,
                    argument.At,
                    scope.Owner is null
                        ? $"expected a domain, found the parameter '{parameter}', and there is no struct around it"
                        : $"expected a parameter that '{scope.Owner}' declares in $params, found '{parameter}'{Hint(parameter.Name, scope.Bound.Keys)}"
                );
                return null;
            case NestedType { Type.Arguments.Count: 0 } name:
                names = [name.Type.Name];
                break;
            case QuotedText quoted:
                names = [quoted.Text];
                break;
            case NameList list:
                names = list.Names;
                break;
            default:
                Error(scope, argument.At, $"expected a domain, found '{argument.Value}'");
                return null;
        }
        List<ClassDomain> domains = [];
        foreach (string name in names)
            if (definitions.GetValueOrDefault(name) is not ClassDomain domain)
            {
                Error(
                    scope,
                    argument.At,
                    $"expected a domain, found '{name}', which {(definitions.ContainsKey(name) ? "is a struct" : "nothing defines")}{Hint(name, definitions.Values.OfType<ClassDomain>().Select(one => one.Name))}"
                );
                return null;
            }
            else if (!domains.Contains(domain))
                domains.Add(domain);
        return domains;
    }

    private FieldType? Error(TypeScope scope, int at, string message)
    {
        findings.Error(scope.Place.Right(at), scope.Key, message);
        return null;
    }

    private static string Hint(string word, IEnumerable<string> known) =>
        Nearest.Hint(word, known) is { } hint ? "; " + hint : "";
}
