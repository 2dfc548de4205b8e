using System.Runtime.InteropServices;

namespace Assay.Bench;

/// <summary>The distribution's OpenBLAS (<c>libopenblas0-pthread</c>), loaded into this process as a peer to measure against.</summary>
internal sealed unsafe class OpenBlas
{
    private readonly delegate* unmanaged<
        int,
        int,
        int,
        int,
        int,
        int,
        float,
        float*,
        int,
        float*,
        int,
        float,
        float*,
        int,
        void> _sgemm;
    private readonly delegate* unmanaged<int, void> _setThreads;

    public OpenBlas()
    {
        nint library = NativeLibrary.Load("libopenblas.so.0");
        _sgemm = (delegate* unmanaged<
            int,
            int,
            int,
            int,
            int,
            int,
            float,
            float*,
            int,
            float*,
            int,
            float,
            float*,
            int,
            void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        _setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Core = Text(NativeLibrary.GetExport(library, "openblas_get_corename"));
        Configuration = Text(NativeLibrary.GetExport(library, "openblas_get_config"));
    }

    /// <summary>Which kernels it has chosen for this processor.</summary>
    public string Core { get; }

    /// <summary>Version and build options.</summary>
    public string Configuration { get; }

    public void SetThreads(int threads) => _setThreads(threads);

    /// <summary>C = op(A) op(B), row-major.</summary>
    public void Multiply(
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        float* a,
        int lda,
        float* b,
        int ldb,
        float* c,
        int ldc
    )
    {
        const int rowMajor = 101,
            plain = 111,
            transposed = 112;
        _sgemm(
            rowMajor,
            transposeA ? transposed : plain,
            transposeB ? transposed : plain,
            m,
            n,
            k,
            1,
            a,
            lda,
            b,
            ldb,
            0,
            c,
            ldc
        );
    }

    private static string Text(nint function) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)function)()) ?? "unknown";
}
