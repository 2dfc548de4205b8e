using System.Text.RegularExpressions;

namespace Assay.Describe;

/// <summary>The words that the front matter of a dataset card may hold.</summary>
/// <remarks>Source: the dataset card specification and the list of licences of the Hugging Face Hub's documentation.</remarks>
internal static partial class CardVocabulary
{
    /// <summary>What a code of a language looks like.</summary>
    public const string LanguageForm = "two or three small letters (ISO 639), such as en or gsw; code or multilingual";

    private static readonly (long Below, string Name)[] Sizes =
    [
        (1_000, "n<1K"),
        (10_000, "1K<n<10K"),
        (100_000, "10K<n<100K"),
        (1_000_000, "100K<n<1M"),
        (10_000_000, "1M<n<10M"),
        (100_000_000, "10M<n<100M"),
        (1_000_000_000, "100M<n<1B"),
        (10_000_000_000, "1B<n<10B"),
        (100_000_000_000, "10B<n<100B"),
        (1_000_000_000_000, "100B<n<1T"),
        (long.MaxValue, "n>1T"),
    ];

    /// <summary>Categories of size.</summary>
    public static IReadOnlyList<string> SizeCategories { get; } = [.. Sizes.Select(size => size.Name)];

    /// <summary>The category of so many rows.</summary>
    public static string SizeOf(long rows) => Sizes.First(size => rows < size.Below).Name;

    /// <summary>Licences.</summary>
    public static IReadOnlySet<string> Licenses { get; } =
        Words(
            """
            apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0
            artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0
            cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0
            cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0
            cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl
            lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0
            openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license
            fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma unknown other
            """
        );

    /// <summary>The page of a licence at SPDX, or null where it has none there or several versions share the name.</summary>
    public static string? LicenseUrl(string license)
    {
        string? spdx = license switch
        {
            "apache-2.0" => "Apache-2.0",
            "mit" => "MIT",
            "isc" => "ISC",
            "zlib" => "Zlib",
            "ncsa" => "NCSA",
            "unlicense" => "Unlicense",
            "postgresql" => "PostgreSQL",
            "wtfpl" => "WTFPL",
            "pddl" => "PDDL-1.0",
            "odbl" => "ODbL-1.0",
            "odc-by" => "ODC-By-1.0",
            "c-uda" => "C-UDA-1.0",
            "ms-pl" => "MS-PL",
            "lppl-1.3c" => "LPPL-1.3c",
            "bsl-1.0"
            or "cc0-1.0"
            or "afl-3.0"
            or "ecl-2.0"
            or "epl-1.0"
            or "epl-2.0"
            or "eupl-1.1"
            or "eupl-1.2"
            or "mpl-2.0"
            or "osl-3.0"
            or "ofl-1.1" => license.ToUpperInvariant(),
            "artistic-2.0" => "Artistic-2.0",
            "etalab-2.0" => "etalab-2.0",
            "bsd-2-clause" => "BSD-2-Clause",
            "bsd-3-clause" => "BSD-3-Clause",
            "bsd-3-clause-clear" => "BSD-3-Clause-Clear",
            "cdla-sharing-1.0" => "CDLA-Sharing-1.0",
            "cdla-permissive-1.0" => "CDLA-Permissive-1.0",
            "cdla-permissive-2.0" => "CDLA-Permissive-2.0",
            _ when license.StartsWith("cc-by", StringComparison.Ordinal) => license.ToUpperInvariant(),
            _ => null,
        };
        return spdx is null ? null : $"https://spdx.org/licenses/{spdx}.html";
    }

    /// <summary>What models do.</summary>
    public static IReadOnlySet<string> Tasks { get; } =
        Words(
            """
            text-classification token-classification table-question-answering question-answering zero-shot-classification translation
            summarization feature-extraction text-generation text2text-generation fill-mask sentence-similarity text-to-speech
            text-to-audio automatic-speech-recognition audio-to-audio audio-classification audio-text-to-text voice-activity-detection
            depth-estimation image-classification object-detection image-segmentation text-to-image image-to-text image-to-image
            image-to-video unconditional-image-generation video-classification reinforcement-learning robotics tabular-classification
            tabular-regression tabular-to-text table-to-text multiple-choice text-ranking text-retrieval time-series-forecasting
            text-to-video image-text-to-text image-text-to-image image-text-to-video visual-question-answering
            document-question-answering zero-shot-image-classification graph-ml mask-generation zero-shot-object-detection text-to-3d
            image-to-3d image-feature-extraction video-text-to-text keypoint-detection visual-document-retrieval any-to-any
            video-to-video other
            """
        );

    /// <summary>The keys of the front matter.</summary>
    public static IReadOnlySet<string> Keys { get; } =
        Words(
            """
            license license_name license_link license_details language language_bcp47 language_details pretty_name tags
            size_categories task_categories task_ids annotations_creators language_creators multilinguality source_datasets
            paperswithcode_id configs dataset_info viewer train-eval-index thumbnail extra_gated_prompt extra_gated_fields
            extra_gated_heading extra_gated_description extra_gated_button_content extra_gated_eu_disallowed bibtex arxiv doi
            co2_eq_emissions version homepage citation
            """
        );

    /// <summary>Keys whose values come from a short list, beside those above.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Lists { get; } =
        new Dictionary<string, IReadOnlySet<string>>
        {
            ["multilinguality"] = Words("monolingual multilingual translation other"),
            ["annotations_creators"] = Words(
                "crowdsourced found expert-generated machine-generated no-annotation other"
            ),
            ["language_creators"] = Words("crowdsourced found expert-generated machine-generated other"),
        };

    /// <summary>Types of values in <c>dataset_info</c>.</summary>
    public static IReadOnlySet<string> DataTypes { get; } =
        Words(
            """
            null bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 string large_string string_view
            binary large_binary binary_view date32 date64 image audio video json pdf nifti
            """
        );

    /// <summary>True for what has the form of a code of a language, and for the Hub's two words beside them.</summary>
    public static bool IsLanguage(string code) => code is "multilingual" or "code" || LanguageCode().IsMatch(code);

    [GeneratedRegex(@"\A[a-z]{2,3}\z")]
    private static partial Regex LanguageCode();

    private static HashSet<string> Words(string text) =>
        [.. text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];
}
