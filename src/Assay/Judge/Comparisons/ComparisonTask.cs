using System.IO.Hashing;
using System.Text;
using Assay.Data;
using Assay.Studies;

namespace Assay.Judge;

/// <summary>Two answers to a prompt that somebody is asked to compare.</summary>
/// <param name="Id">Names the task: by its texts, so that the same pair is the same task in every file.</param>
/// <param name="Prompt">What was asked.</param>
/// <param name="A">Who wrote the one answer; not shown to whoever compares.</param>
/// <param name="B">Who wrote the other.</param>
/// <param name="AnswerA">The one answer.</param>
/// <param name="AnswerB">The other.</param>
public sealed record ComparisonTask(string Id, string Prompt, string A, string B, string AnswerA, string AnswerB)
{
    /// <summary>Reads the pairs of a table: <c>prompt, answer_a, answer_b</c> (and <c>a, b</c>); <c>prompt, chosen, rejected</c>; or <c>instruction, output_1, output_2</c>.</summary>
    /// <remarks>Pairs with the same answer twice are left out, and a pair that stands twice is one task.</remarks>
    /// <exception cref="AssayException">The columns have none of these forms, or no pair is left.</exception>
    public static IReadOnlyList<ComparisonTask> Read(StudyTable table)
    {
        (string AnswerA, string AnswerB, string A, string B)[] forms =
        [
            ("answer_a", "answer_b", "a", "b"),
            ("chosen", "rejected", "chosen_model", "rejected_model"),
            ("output_2", "output_1", "generator_2", "generator_1"),
        ];
        string prompt = table.Has("prompt") ? "prompt" : "instruction";
        if (
            !table.Has(prompt)
            || Array.Find(forms, form => table.Has(form.AnswerA) && table.Has(form.AnswerB))
                is not { AnswerA: not null } form
        )
            throw new AssayException(
                "the rows hold no pairs of answers",
                hint: "Expected columns prompt, answer_a, answer_b; prompt, chosen, rejected; or instruction, output_1, output_2. There are: "
                    + string.Join(", ", table.Names)
                    + "."
            );
        string[] prompts = table.Words(prompt),
            answersA = table.Words(form.AnswerA),
            answersB = table.Words(form.AnswerB),
            a = Names(form.A, form.AnswerA),
            b = Names(form.B, form.AnswerB);
        ComparisonTask[] tasks =
        [
            .. Enumerable
                .Range(0, table.Rows)
                .Where(row => answersA[row] != answersB[row])
                .Select(row => Of(prompts[row], a[row], b[row], answersA[row], answersB[row]))
                .DistinctBy(task => task.Id),
        ];
        return tasks.Length > 0
            ? tasks
            : throw new AssayException("every pair has the same answer twice", hint: "There is nothing to compare.");

        string[] Names(string column, string otherwise) =>
            table.Has(column) ? table.Words(column) : [.. Enumerable.Repeat(otherwise, table.Rows)];
    }

    /// <summary>A task with the id of its texts.</summary>
    public static ComparisonTask Of(string prompt, string a, string b, string answerA, string answerB) =>
        new(
            Convert.ToHexStringLower(
                XxHash128.Hash(Encoding.UTF8.GetBytes($"{prompt}\0{a}\0{answerA}\0{b}\0{answerB}"))
            )[..16],
            prompt,
            a,
            b,
            answerA,
            answerB
        );
}
