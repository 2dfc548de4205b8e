using System.Collections.Immutable;
using Assay.Data;

namespace Assay.Recipes.Execution;

/// <summary>Where the data stand between two steps, and the keys of the steps that brought them there.</summary>
/// <param name="View">Rows left, edited texts, signals.</param>
/// <param name="Key">Key of the step that last changed rows or texts.</param>
/// <param name="ValueKeys">Keys of the steps that computed the signals.</param>
/// <param name="Datasets">The other datasets as they stand, with their keys.</param>
/// <param name="Path">Keys of all steps so far, in order: the lineage.</param>
/// <param name="Methods">Names of the methods so far, in order.</param>
internal sealed record Flow(
    View View,
    string Key,
    ImmutableList<string> ValueKeys,
    ImmutableSortedDictionary<string, (View View, string Key)> Datasets,
    ImmutableList<string> Path,
    ImmutableList<string> Methods
);
