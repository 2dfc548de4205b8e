namespace Assay.Cli;

/// <summary>What the process answers with.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int DoneWithQuarantine = 3;
    public const int Cancelled = 130;
}
