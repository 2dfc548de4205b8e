using Assay.Data;
using Assay.Features;
using Assay.Learning;

namespace Assay.Evidence;

/// <summary>Students of a teacher: rows labelled by a model of 64 human rows, against as many human rows.</summary>
internal static class SyntheticLabels
{
    private const int TeacherRows = 64;

    /// <summary>Accuracies of the teacher and of students of both kinds.</summary>
    public static void Measure(SentenceTasks tasks, int[] sizes, Figures figures, CancellationToken cancellation)
    {
        LogisticRegression learner = new(new() { C = 10 });
        for (int task = 0; task < tasks.Names.Count; task++)
        {
            View train = tasks.ViewOf("train", [.. tasks.Train.Select((rows, i) => i == task ? rows : [])]),
                test = tasks.ViewOf("test", [.. tasks.Test.Select((rows, i) => i == task ? rows : [])]);
            IReadOnlyList<string> classes = LabelledRows.ClassesOf(
                train,
                train.Selection.Rows,
                SentenceTasks.Label,
                cancellation
            );
            LabelledRows rows = Read(train),
                held = Read(test);
            double Accuracy(int[] taken, int[] labels)
            {
                LogisticModel model = learner.Fit(
                    rows.Words!.Take(taken),
                    [.. taken.Select(row => labels[row])],
                    classes.Count
                );
                return ClassificationMetrics.Accuracy(
                    held.Labels,
                    ClassScores.Best(model.Probabilities(held.Words!), classes.Count)
                );
            }
            int[] human = rows.Labels,
                all = [.. Enumerable.Range(0, human.Length)],
                taught = all[..Math.Min(TeacherRows, all.Length)];
            LogisticModel teacher = learner.Fit(
                rows.Words!.Take(taught),
                [.. taught.Select(row => human[row])],
                classes.Count
            );
            int[] synthetic = ClassScores.Best(teacher.Probabilities(rows.Words!), classes.Count);
            string name = tasks.Names[task];
            figures[$"teacher/{name}"] = Accuracy(taught, human);
            // Students begin behind the teacher's rows, so that none sees what the teacher saw.
            foreach (int size in sizes.Where(size => size + taught.Length <= all.Length))
            {
                int[] seen = all[taught.Length..(taught.Length + size)];
                figures[$"human/{name}/{size}"] = Accuracy(seen, human);
                figures[$"synthetic/{name}/{size}"] = Accuracy(seen, synthetic);
            }

            LabelledRows Read(View view) =>
                LabelledRows.Read(view, view.Selection.Rows, SentenceTasks.Label, null, classes, cancellation);
        }
    }
}
