using Assay.Recipes;
using Assay.Recipes.Execution;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Assay.Reports;

/// <summary>The report of a run as one HTML file that needs nothing else: no script, no font, no network.</summary>
public static class ReportPage
{
    /// <summary>Writes the page. The same report gives the same bytes.</summary>
    /// <param name="report">What the run has to say.</param>
    /// <param name="output">Receives the HTML; write it to the file as UTF-8.</param>
    public static Task RenderAsync(RunReport report, TextWriter output) =>
        RenderAsync<Page>(new() { [nameof(Page.Report)] = report }, output);

    /// <inheritdoc cref="RenderAsync(RunReport, TextWriter)"/>
    public static void Render(RunReport report, TextWriter output) =>
        RenderAsync(report, output).GetAwaiter().GetResult();

    /// <summary>Writes the page of a valuation. The same report gives the same bytes.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="output">Receives the HTML; write it to the file as UTF-8.</param>
    public static void Render(ValueReport report, TextWriter output) =>
        RenderAsync<ValuePage>(new() { [nameof(ValuePage.Report)] = report }, output).GetAwaiter().GetResult();

    /// <summary>Writes the page of a study. The same report gives the same bytes.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="output">Receives the HTML; write it to the file as UTF-8.</param>
    public static void Render(StudyReport report, TextWriter output) =>
        RenderAsync<StudyPage>(new() { [nameof(StudyPage.Report)] = report }, output).GetAwaiter().GetResult();

    /// <summary>Writes the page of a label. The same report gives the same bytes.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="output">Receives the HTML; write it to the file as UTF-8.</param>
    public static void Render(LabelReport report, TextWriter output) =>
        RenderAsync<LabelPage>(new() { [nameof(LabelPage.Report)] = report }, output).GetAwaiter().GetResult();

    private static async Task RenderAsync<TPage>(Dictionary<string, object?> parameters, TextWriter output)
        where TPage : IComponent
    {
        await using HtmlRenderer renderer = new(NoServices.Instance, NullLoggerFactory.Instance);
        await renderer
            .Dispatcher.InvokeAsync(async () =>
            {
                var page = await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters));
                page.WriteHtmlTo(output);
            })
            .ConfigureAwait(false);
    }

    /// <summary>The components ask for nothing, so there is no container to build.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
