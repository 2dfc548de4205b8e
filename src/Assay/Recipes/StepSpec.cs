using System.Text;
using Assay.Data;

namespace Assay.Recipes;

/// <summary>One step of a recipe: a method and its options.</summary>
public sealed class StepSpec
{
    internal StepSpec(MethodEntry method, object options, MapNode node, TextMark mark, string key)
    {
        Method = method;
        Options = options;
        Node = node;
        Mark = mark;
        Where = new(mark.Source.Path, mark.Line, mark.Column, Key: key);
        StringBuilder written = new();
        node.WriteEntries(written);
        Written = written.ToString();
    }

    /// <summary>A step that stands in no recipe.</summary>
    internal StepSpec(MethodEntry method, object options)
    {
        Method = method;
        Options = options;
        Mark = new(new(method.Name, ""), 0, 0);
        Node = new(Mark, []);
        Written = method.Written(options);
    }

    /// <summary>The method's name, such as <c>select/dedup</c>.</summary>
    public string Name => Method.Name;

    /// <summary>What is known of the method.</summary>
    public MethodEntry Method { get; }

    /// <summary>Its options: a record of the type <see cref="MethodEntry.OptionsType"/>.</summary>
    public object Options { get; }

    /// <summary>Where the step stands in the recipe, with its key: <c>candidates.quad[1].select/quad</c>; null if it stands in none.</summary>
    public Location? Where { get; }

    /// <summary>The options that were given, on one line as in the recipe (<c>method: minhash, threshold: 0.8</c>); may be empty.</summary>
    public string Written { get; }

    /// <summary>The options as YAML, for places in later checks.</summary>
    internal MapNode Node { get; }

    /// <summary>The place of the method's name.</summary>
    internal TextMark Mark { get; }
}
