using System.Globalization;
using System.Text.Json;

namespace Assay.Learning;

/// <summary>
/// The checkpoints of one training run, in one folder: <c>step-0000000100.safetensors</c> and so on. A checkpoint is there
/// whole or not at all, and the oldest go when there are more than are to be kept.
/// </summary>
public sealed class TrainingCheckpoints
{
    private const string Prefix = "step-";
    private const string Suffix = ".safetensors";

    /// <summary>Uses a folder, made if need be; sweeps away what a killed run left unfinished.</summary>
    /// <param name="folder">The folder; it belongs to one run at a time.</param>
    /// <param name="keep">How many checkpoints are kept, the newest; at least 1.</param>
    public TrainingCheckpoints(string folder, int keep = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        (Folder, Keep) = (folder, keep);
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}{AtomicFile.Unfinished}"))
            File.Delete(file);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>How many checkpoints are kept.</summary>
    public int Keep { get; }

    /// <summary>The steps of the checkpoints that are there, ascending.</summary>
    public IReadOnlyList<long> Steps =>
        [
            .. Directory
                .EnumerateFiles(Folder, $"{Prefix}*{Suffix}")
                .Select(file => Path.GetFileName(file)[Prefix.Length..^Suffix.Length])
                .Where(digits => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(digits => long.Parse(digits, CultureInfo.InvariantCulture))
                .Order(),
        ];

    /// <summary>The file of a step, whether it exists or not.</summary>
    public string PathOf(long step) =>
        Path.Combine(Folder, Prefix + step.ToString("D10", CultureInfo.InvariantCulture) + Suffix);

    /// <summary>Saves a checkpoint, then deletes all but the newest.</summary>
    /// <remarks>Equal contents are equal bytes, so two runs can be compared by their files.</remarks>
    /// <param name="step">Steps that were done, at least 0. A checkpoint of the same step is overwritten.</param>
    /// <param name="options">The options of the run, as JSON, for whoever resumes it to compare with their own.</param>
    /// <param name="collect">Adds parameters, states and random streams.</param>
    /// <exception cref="ArgumentException">The options are not JSON, or what was added does not fit together.</exception>
    /// <exception cref="IOException">The disk is full or not writable; the checkpoints before are still there.</exception>
    public void Save(long step, string options, Action<TrainingCheckpointWriter> collect)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        CheckJson(options);
        TrainingCheckpointWriter writer = new();
        collect(writer);
        writer.File.AddMetadata(TrainingCheckpoint.FormatKey, TrainingCheckpoint.Format);
        writer.File.AddMetadata(TrainingCheckpoint.StepKey, step.ToString(CultureInfo.InvariantCulture));
        writer.File.AddMetadata(TrainingCheckpoint.OptionsKey, options);
        writer.File.AddMetadata(
            TrainingCheckpoint.ChecksumKey,
            TrainingCheckpoint.ChecksumOf(writer.File.WriteValues, step, options)
        );
        writer.File.Write(PathOf(step));
        foreach (long old in Steps.Where(other => other != step).Reverse().Skip(Keep - 1))
            File.Delete(PathOf(old));
    }

    /// <summary>Opens the newest checkpoint.</summary>
    /// <param name="onDamaged">
    /// Told of each checkpoint that is damaged, and the one before it is tried; null: a damaged checkpoint is an error.
    /// </param>
    /// <returns>The checkpoint, or null if there is none to go on from.</returns>
    /// <exception cref="SafetensorsException">The newest is damaged and <paramref name="onDamaged"/> is null.</exception>
    public TrainingCheckpoint? OpenNewest(Action<SafetensorsException>? onDamaged = null)
    {
        foreach (long step in Steps.Reverse())
            try
            {
                return TrainingCheckpoint.Open(PathOf(step));
            }
            catch (SafetensorsException damaged) when (onDamaged is not null)
            {
                onDamaged(damaged);
            }
        return null;
    }

    private static void CheckJson(string options)
    {
        try
        {
            JsonDocument.Parse(options).Dispose();
        }
        catch (JsonException wrong)
        {
            throw new ArgumentException($"the options are not JSON: {wrong.Message}", nameof(options), wrong);
        }
    }
}
