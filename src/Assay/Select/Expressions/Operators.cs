namespace Assay.Select;

/// <summary>Evaluates comparisons, logic and membership; what is compared with null is unknown.</summary>
internal static class Operators
{
    /// <summary>Arithmetic on two numbers.</summary>
    public static NumberOf Arithmetic(string symbol, NumberOf left, NumberOf right) =>
        symbol switch
        {
            "+" => row => left(row) + right(row),
            "-" => row => left(row) - right(row),
            "*" => row => left(row) * right(row),
            "/" => row => left(row) / right(row),
            _ => row => left(row) % right(row),
        };

    /// <summary>Compares two numbers.</summary>
    public static TruthOf Compare(string symbol, NumberOf left, NumberOf right)
    {
        Func<int, bool> test = Test(symbol);
        return row =>
        {
            double a = left(row),
                b = right(row);
            return double.IsNaN(a) || double.IsNaN(b)
                ? null
                : test(
                    a < b ? -1
                    : a > b ? 1
                    : 0
                );
        };
    }

    /// <summary>Compares two texts by their bytes, which is the order of their code points.</summary>
    public static TruthOf Compare(string symbol, TextOf left, TextOf right)
    {
        Func<int, bool> test = Test(symbol);
        return row =>
        {
            ReadOnlySpan<byte> a = left(row, out bool isNull);
            if (isNull)
                return null;
            ReadOnlySpan<byte> b = right(row, out isNull);
            return isNull ? null : test(a.SequenceCompareTo(b));
        };
    }

    /// <summary>Whether two truth values are the same.</summary>
    public static TruthOf Same(bool expected, TruthOf left, TruthOf right) =>
        row => left(row) is { } a && right(row) is { } b ? a == b == expected : null;

    /// <summary>A test of two texts.</summary>
    public static TruthOf Test(TextOf left, TextOf right, Func<ReadOnlySpan<byte>, ReadOnlySpan<byte>, bool> test) =>
        row =>
        {
            ReadOnlySpan<byte> a = left(row, out bool isNull);
            if (isNull)
                return null;
            ReadOnlySpan<byte> b = right(row, out isNull);
            return isNull ? null : test(a, b);
        };

    /// <summary>All or any of the terms, in three-valued logic: unknown unless the known terms settle it.</summary>
    public static TruthOf Logic(bool isAnd, TruthOf[] terms) =>
        row =>
        {
            bool? result = isAnd;
            foreach (TruthOf term in terms)
            {
                bool? value = term(row);
                if (value == !isAnd)
                    return value;
                if (value is null)
                    result = null;
            }
            return result;
        };

    /// <summary>Whether a number is one of the given ones.</summary>
    public static TruthOf In(NumberOf operand, double[] items, bool negated)
    {
        Array.Sort(items);
        return row =>
        {
            double value = operand(row);
            return double.IsNaN(value) ? null : Array.BinarySearch(items, value) >= 0 != negated;
        };
    }

    /// <summary>Whether a text is one of the given ones.</summary>
    public static TruthOf In(TextOf operand, byte[][] items, bool negated)
    {
        Array.Sort(items, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return row =>
        {
            ReadOnlySpan<byte> value = operand(row, out bool isNull);
            if (isNull)
                return null;
            int low = 0,
                high = items.Length;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                int order = items[middle].AsSpan().SequenceCompareTo(value);
                if (order == 0)
                    return !negated;
                if (order < 0)
                    low = middle + 1;
                else
                    high = middle;
            }
            return negated;
        };
    }

    private static Func<int, bool> Test(string symbol) =>
        symbol switch
        {
            "==" => static order => order == 0,
            "!=" => static order => order != 0,
            "<" => static order => order < 0,
            "<=" => static order => order <= 0,
            ">" => static order => order > 0,
            _ => static order => order >= 0,
        };
}
