using System.Diagnostics;
using System.Text;

namespace Assay.Tests.Cli;

/// <summary>Runs the real program in a folder of its own, as a user would.</summary>
internal sealed class Cli : IDisposable
{
    public Cli(string? folder = null) => Folder = folder ?? Directory.CreateTempSubdirectory("assay-cli-").FullName;

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string Path(string relative) => System.IO.Path.Combine(Folder, relative);

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(relative))!);
        File.WriteAllText(Path(relative), text);
    }

    public Process Start(params string[] arguments) => Start(arguments, input: false);

    public Process Start(string[] arguments, bool input)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = input,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(System.IO.Path.Combine(AppContext.BaseDirectory, "Assay.Cli.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public Result Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill();
            Assert.Fail($"assay {string.Join(' ', arguments)} did not end within three minutes");
        }
        return new(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Hashes of all files of a folder, by name: two folders with equal bytes give equal lists.</summary>
    public string[] Bytes(string folder, params string[] except) =>
        [
            .. Directory
                .EnumerateFiles(Path(folder), "*", SearchOption.AllDirectories)
                .Where(file => !except.Contains(System.IO.Path.GetFileName(file)))
                .Order(StringComparer.Ordinal)
                .Select(file =>
                    System.IO.Path.GetRelativePath(Path(folder), file)
                    + " "
                    + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))
                ),
        ];
}

internal sealed record Result(int Code, string Output, string Error);
