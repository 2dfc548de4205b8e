using Assay.Recipes;
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
    public static async Task RenderAsync(RunReport report, TextWriter output)
    {
        await using HtmlRenderer renderer = new(NoServices.Instance, NullLoggerFactory.Instance);
        await renderer
            .Dispatcher.InvokeAsync(async () =>
            {
                Dictionary<string, object?> parameters = new() { [nameof(Page.Report)] = report };
                var page = await renderer.RenderComponentAsync<Page>(ParameterView.FromDictionary(parameters));
                page.WriteHtmlTo(output);
            })
            .ConfigureAwait(false);
    }

    /// <inheritdoc cref="RenderAsync"/>
    public static void Render(RunReport report, TextWriter output) =>
        RenderAsync(report, output).GetAwaiter().GetResult();

    /// <summary>The components ask for nothing, so there is no container to build.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
