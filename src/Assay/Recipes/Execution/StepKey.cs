using System.IO.Hashing;
using System.Text;

namespace Assay.Recipes.Execution;

/// <summary>
/// The name under which a step's result is stored: a hash of everything that the result depends on. Threads, memory and
/// paths are not among it.
/// </summary>
internal static class StepKey
{
    /// <summary>Hashes the parts, each with its length, so that no two lists of parts run together.</summary>
    public static string Of(params IEnumerable<string> parts)
    {
        XxHash128 hash = new();
        foreach (string part in parts)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(part);
            hash.Append(BitConverter.GetBytes(utf8.Length));
            hash.Append(utf8);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
