using Assay.Data;
using Assay.Learning;

namespace Assay.Models;

/// <summary>What answers cost a language model, alone and after their prompts.</summary>
/// <param name="Perplexity">exp of the mean loss of a token of the answer alone; NaN of an empty one.</param>
/// <param name="BitsPerByte">Bits of the answer alone over its bytes.</param>
/// <param name="Ratio">
/// Instruction-following difficulty: the mean loss of a token of the answer after its prompt over that without. 1 if the prompt does not help, above 1 if it misleads. NaN of an empty one.
/// </param>
internal readonly record struct InstructionDifficulty(double Perplexity, double BitsPerByte, double Ratio)
{
    /// <summary>Costs of answers.</summary>
    /// <remarks>
    /// Li and others, "From Quantity to Quality" (Cherry), arXiv 2308.12032. A line feed is put between a prompt and its answer, unless white space stands there. A prompt that
    /// leaves no room for its answer loses its beginning.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="prompts">Their prompts; null where there are none, and then no ratio.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static InstructionDifficulty[] Of(
        LanguageModel model,
        IReadOnlyList<byte[]> answers,
        IReadOnlyList<byte[]>? prompts,
        CancellationToken cancellation
    )
    {
        int? start = ModelFolder.StartOf(model.Tokenizer);
        TextCost[] alone = Costs(answers.Select(answer => (ReadOnlyMemory<byte>.Empty, (ReadOnlyMemory<byte>)answer))),
            given = prompts is null
                ? []
                : Costs(
                    answers.Select(
                        (answer, i) => ((ReadOnlyMemory<byte>)Ended(prompts[i]), (ReadOnlyMemory<byte>)answer)
                    )
                );
        return
        [
            .. alone.Select(
                (cost, i) =>
                    new InstructionDifficulty(
                        cost.Tokens == 0 ? double.NaN : cost.Perplexity,
                        cost.Tokens == 0 ? double.NaN : cost.BitsPerByte,
                        prompts is null || cost.Bits == 0 ? double.NaN : given[i].Bits / cost.Bits
                    )
            ),
        ];

        TextCost[] Costs(IEnumerable<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)> texts) =>
            TextCosts.Of(model, [.. texts], start, cancellation);
    }

    private static byte[] Ended(byte[] prompt) =>
        prompt.Length == 0 || Words.Trim(prompt).Length < prompt.Length && prompt[^1] is (byte)'\n' or (byte)' '
            ? prompt
            : [.. prompt, (byte)'\n'];
}
