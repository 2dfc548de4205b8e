namespace Assay.Preferences;

/// <summary>Marks the options of a method that reads preferences (<see cref="PreferenceRows"/>) or prompts: it needs no column of text.</summary>
public interface IReadsPreferences;
