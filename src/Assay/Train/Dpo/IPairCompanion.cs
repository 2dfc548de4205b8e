using Assay.Data;
using Assay.Learning;
using Assay.Preferences;
using Assay.Studies;

namespace Assay.Train;

/// <summary>A further loss of the rows that pairs come from, trained together with the loss of the pairs.</summary>
internal interface IPairCompanion
{
    /// <summary>Gets what it is trained on, before the first step.</summary>
    void Prepare(Transformer policy, ITokenizer tokenizer, int context, IReadOnlyList<PreferencePair> pairs, View view);

    /// <summary>Factors on the losses of the pairs, or null for ones.</summary>
    IReadOnlyList<double>? Weights { get; }

    /// <summary>The mean loss of some pairs, with its graph.</summary>
    Tensor Loss(int[] rows);

    /// <summary>Adds what is to be said of it.</summary>
    Study AddTo(Study study);
}
