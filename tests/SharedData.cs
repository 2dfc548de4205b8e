namespace Assay.Tests;

/// <summary>Reference data that may stand beside the checkout in ../shared/data; a clone alone does without it.</summary>
internal static class SharedData
{
    /// <summary>The path of a reference file; skips the running test, with the reason, where it is absent.</summary>
    public static string Path(string relative)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "shared", "data", relative);
            if (File.Exists(path) || Directory.Exists(path))
                return path;
        }
        Assert.Skip($"needs ../shared/data/{relative} beside the checkout");
        return "";
    }
}
