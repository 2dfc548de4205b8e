using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Assay.Data;
using Assay.Learning;
using Assay.Models;
using Assay.Numerics;

namespace Assay.Select;

/// <summary>Options of <see cref="DoReMi"/>.</summary>
public sealed record DoReMiOptions : ModelOptions
{
    /// <summary>The column that names a row's domain: text, whole numbers or truth values.</summary>
    [Required]
    public string By { get; init; } = "";

    /// <summary>
    /// How much comes out: a share of what is in view, or a count, which may be more than there is (rows are then repeated). Default: 100%.
    /// </summary>
    public Amount Keep { get; init; } = Amount.Share(1);

    /// <summary>What amounts count: rows or bytes of text. The weights are of bytes: with rows, domains of long rows get more. Default: bytes.</summary>
    public Budget Budget { get; init; } = Budget.Bytes;

    /// <summary>How often a domain is gone through at most; what it cannot give, the others give. Default: 4.</summary>
    [Range(1, 1000)]
    public int MaxEpochs { get; init; } = 4;

    /// <summary>How fast weights move, eta. Default: 1.</summary>
    [Range(1e-6, 1000)]
    public double Eta { get; init; } = 1;

    /// <summary>The share of uniform weights mixed in at each step. Default: 0.0001, that of the release; the paper says 0.001.</summary>
    [Range(0, 1)]
    public double Smoothing { get; init; } = 1e-4;
}

/// <summary>
/// Draws rows by domain, by weights that a small model finds: a reference model learns the rows as they are, a proxy then learns under weights that move to the
/// domains in which it is furthest behind the reference.
/// </summary>
/// <remarks>
/// Source: DoReMi (Xie et al., arXiv 2305.10429), as "A Survey on Data Selection for Language Models" (arXiv 2402.16827), section 3.8, has it. Both models are of the
/// size that <c>model</c> names and go through the rows <c>model-epochs</c> times. Reasons: <c>doremi.not_drawn</c>.
/// </remarks>
[Method("select/doremi", Paper = "data-selection-survey")]
public sealed class DoReMi(DoReMiOptions options) : ISelector, IModelUser
{
    /// <inheritdoc/>
    public ModelRequest? Model => options.Request;

    /// <inheritdoc/>
    /// <exception cref="AssayException">A row has no domain, a domain has no text, or the proxy's training failed.</exception>
    public Selected Select(View view, Work work)
    {
        DomainDraw draw = new(view, work, options.By, options.Budget);
        List<TokenStream> texts = [];
        for (int domain = 0; domain < draw.Domains.Count; domain++)
        {
            TokenStream text = new();
            view.ForEach(draw.RowsOf(domain), (batch, row) => text.Add(batch.Text(row)), work.Cancellation);
            if (text.Bytes == 0)
                throw new AssayException(
                    $"the rows of the domain '{draw.Domains[domain]}' have no text",
                    hint: "Drop them first, or name the column that holds the text under 'data:'."
                );
            texts.Add(text);
        }
        if (texts.Count == 0)
            return draw.Draw("doremi", [], options.Keep, options.MaxEpochs);
        using Workers.LimitScope limit = Workers.Limit(Math.Min(256, work.Threads));
        Transformer reference = TrainedModel.Open(work).Transformer(),
            proxy = new(reference.Config, work.Random.Child("weights"));
        DoReMiResult result = new ProxyTraining(options.Request.Options, options.Eta, options.Smoothing)
        {
            Checkpoints = new(Path.Combine(work.Pieces.Folder, "checkpoints")),
            Stepped = (step, steps) => work.Progress?.Report(new("proxy", step, steps, "steps")),
        }.Run(reference, proxy, texts, work.Random, work.Cancellation);
        Selected selected = draw.Draw("doremi", result.Weights, options.Keep, options.MaxEpochs);
        return selected with
        {
            Notes =
            [
                .. selected.Notes!,
                .. draw.Domains.Select(
                    (domain, i) =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{domain}: excess loss {result.Excess[i] / Math.Log(2):0.####} bits a byte, last weight {result.Last[i]:0.####}"
                        )
                ),
            ],
        };
    }

    /// <summary>Finds the weights of domains whose texts are in memory.</summary>
    /// <param name="reference">The reference model, over bytes.</param>
    /// <param name="proxy">A model that is not trained, and is afterwards.</param>
    /// <param name="domains">For each domain its texts in UTF-8, at least a byte.</param>
    /// <param name="training">Length, batch and rate of the proxy's training; an epoch is the bytes of all domains.</param>
    /// <param name="random">Names the order of its sequences.</param>
    /// <param name="eta">How fast weights move.</param>
    /// <param name="smoothing">The share of uniform weights mixed in at each step.</param>
    /// <param name="cancellation">Asks to stop.</param>
    public static DoReMiResult Weights(
        Transformer reference,
        Transformer proxy,
        IReadOnlyList<IReadOnlyList<byte[]>> domains,
        LanguageModelOptions training,
        RandomStream random,
        double eta = 1,
        double smoothing = 1e-4,
        CancellationToken cancellation = default
    )
    {
        List<TokenStream> texts = [];
        foreach (IReadOnlyList<byte[]> domain in domains)
        {
            TokenStream text = new();
            foreach (byte[] row in domain)
                text.Add(row);
            texts.Add(text);
        }
        return new ProxyTraining(training, eta, smoothing).Run(reference, proxy, texts, random, cancellation);
    }
}
