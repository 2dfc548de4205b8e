using Assay.Data;

namespace Assay.Select;

/// <summary>
/// Draws rows by domain: as many of each as weights say, some several times. Weights are given, or come from the domains' sizes by a
/// temperature.
/// </summary>
/// <remarks>
/// Source: "A Survey on Data Selection for Language Models", arXiv 2402.16827, section 3.8. It decides how often each row is gone through, not the
/// order: that is <c>order/mix</c>. Reasons: <c>mix.not_drawn</c>, <c>mix.no_weight</c>.
/// </remarks>
[Method("select/mix", Paper = "data-selection-survey")]
public sealed class Mix : ISelector
{
    private readonly MixOptions _options;

    /// <summary>Takes the options.</summary>
    /// <exception cref="AssayException">They contradict each other, or a weight is negative or not finite.</exception>
    public Mix(MixOptions options)
    {
        if (options.Alpha is not null && options.Weights is not null)
            throw new AssayException(
                "select/mix has both 'alpha' and 'weights'",
                hint: "Give weights for domains, or alpha to have them from the domains' sizes."
            );
        foreach ((string domain, double weight) in options.Weights ?? new Dictionary<string, double>())
            if (!(weight >= 0 && double.IsFinite(weight)))
                throw new AssayException(
                    $"select/mix: the weight of '{domain}' is {weight}",
                    hint: "Weights are finite numbers of at least 0."
                );
        _options = options;
    }

    /// <inheritdoc/>
    /// <exception cref="AssayException">A row has no domain, or a domain has no weight.</exception>
    public Selected Select(View view, Work work)
    {
        DomainDraw draw = new(view, work, _options.By, _options.Budget);
        double[] weights = _options.Weights is { } given
            ? WeightsOf(draw.Domains, given)
            : Mixture.Temperature(draw.Sizes, _options.Alpha ?? 1);
        return draw.Draw("mix", weights, _options.Keep, _options.MaxEpochs);
    }

    private double[] WeightsOf(IReadOnlyList<string> domains, IReadOnlyDictionary<string, double> given)
    {
        foreach (string domain in domains)
            if (!given.ContainsKey(domain))
                throw new AssayException(
                    $"'weights' says nothing of the domain '{domain}'",
                    hint: $"Give it a weight, 0 to leave it out. The column '{_options.By}' has: {string.Join(", ", domains)}."
                );
        foreach (string name in given.Keys)
            if (!domains.Contains(name))
                throw new AssayException(
                    $"'weights' names the domain '{name}', which no row in view has",
                    hint: $"The column '{_options.By}' has: {string.Join(", ", domains)}."
                );
        double[] weights = [.. domains.Select(domain => given[domain])];
        return weights.Any(weight => weight > 0)
            ? weights
            : throw new AssayException("all weights are 0", hint: "Give at least one domain a weight above 0.");
    }
}
