using Assay.Data;

namespace Assay.Train;

/// <summary>Trains a policy on preference pairs and on why the one answer is better: any preference loss, and the likelihood of each pair's rationale.</summary>
/// <remarks>
/// Source: "Data-Centric Human Preference with Rationales for Direct Preference Alignment", arXiv 2407.14477: RDPO with <c>loss: dpo</c>, RORPO with <c>orpo</c>, RSimPO with
/// <c>simpo</c>. The rationale answers a question that holds the prompt and both answers (see <see cref="Preferences.RationaleTokens"/>). RORPO's likelihood of chosen answers is the mean of
/// each row's mean over tokens here, and the mean over the batch's tokens in the paper's code.
/// </remarks>
[Method("train/rdpo", Paper = "rationales")]
public sealed class RdpoTrainer(RdpoOptions options) : ITrainer
{
    /// <inheritdoc/>
    /// <exception cref="AssayException">The rows hold no pairs or no rationale, the loss cannot use them, or the model cannot be read.</exception>
    public Trained Train(View view, View? heldOut, Work work) =>
        new DpoTrainer(options) { Companion = new RationaleCompanion(options, work.Random.Child("rationales")) }.Train(
            view,
            heldOut,
            work
        );
}
