using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Models;

namespace Assay.Train;

/// <summary>Trains language models that differ in their seeds only, and measures what they predict together: the softmax of the mean of their logits.</summary>
/// <remarks>
/// Source: "Pre-training under infinite compute", arXiv 2509.14786, section 4. Initial weights and the order of the text differ together. Member k is the
/// same whatever the number of members. The folder has <c>ensemble.json</c>, each member as train/lm saves it, and, where rows were held out,
/// <c>losses.csv</c> with the bits per byte of the first 1, 2, ... members, as plan/asymptote reads it.
/// </remarks>
[Method("train/ensemble", Paper = "infinite-compute")]
public sealed class EnsembleTrainer(EnsembleOptions options) : ITrainer
{
    private const string Name = "train/ensemble",
        Losses = "losses.csv";

    /// <inheritdoc/>
    public Trained Train(View view, View? heldOut, Work work)
    {
        TokenStream text = CorpusText.Of(Name, view, work.Cancellation);
        TokenStream? held = CorpusText.OfHeldOut(Name, heldOut, work.Cancellation);
        List<LanguageModelFit> fits = [];
        for (int member = 0; member < options.Members; member++)
            fits.Add(
                LanguageModelFit.Of(
                    options,
                    text,
                    work.Random.Child("member").Child(member),
                    new TrainingCheckpoints(Path.Combine(work.Pieces.Folder, $"member-{member + 1}")),
                    step =>
                        work.Progress?.Report(
                            new($"member {member + 1} of {options.Members}", step.Step, step.Steps, "steps")
                        ),
                    cancellation: work.Cancellation
                )
            );
        ModelEnsemble ensemble = new([.. fits.Select(fit => new LanguageModel(fit.Model, TokenStream.Tokenizer))]);
        EnsembleLosses? losses = held is null
            ? null
            : LanguageModelFit.Losses(ensemble.Logits, fits[0].Context, held, work.Cancellation);
        double Bits(double nats) => nats / Math.Log(2) / held!.Bytes;
        return new(
            $"{options.Members} of {options.Model}, {fits[0].Model.ParameterCount:N0} parameters each",
            losses is null
                ? []
                :
                [
                    new("bits-per-byte", Bits(losses.OfLogitMeans[^1])),
                    new("bits-per-byte-of-mean-of-probabilities", Bits(losses.OfProbabilityMeans[^1])),
                    new("bits-per-byte-of-one-member", Bits(losses.OfMembers.Average())),
                ],
            Mean(fits),
            folder =>
            {
                ensemble.Save(folder);
                if (losses is not null)
                    Write(
                        Path.Combine(folder, Losses),
                        [.. losses.OfLogitMeans.Select(Bits)],
                        text,
                        fits[0].Model.ParameterCount
                    );
            }
        );
    }

    // Losses of all members' steps; they have equally many.
    private static TrainingResult Mean(List<LanguageModelFit> fits) =>
        new(
            fits[0].Result.Steps,
            [
                .. Enumerable
                    .Range(0, fits[0].Result.Losses.Count)
                    .Select(i => fits.Average(fit => fit.Result.Losses[i])),
            ],
            [],
            false
        );

    private static void Write(string path, double[] bits, TokenStream text, long parameters) =>
        Pieces.WriteFile(
            path,
            stream =>
            {
                using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
                writer.WriteLine("recipe,members,parameters,tokens,loss");
                for (int i = 0; i < bits.Length; i++)
                    writer.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"ensemble,{i + 1},{parameters},{text.Predictions},{bits[i]:R}"
                        )
                    );
            }
        );
}
