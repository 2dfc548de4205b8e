using System.Text;

namespace Assay.Describe;

/// <summary>What the name of a column says about the persons in it.</summary>
internal static class PersonalColumn
{
    private static readonly string[] s_names =
    [
        "name",
        "first",
        "last",
        "first name",
        "last name",
        "middle name",
        "given name",
        "family name",
        "full name",
        "surname",
        "firstname",
        "lastname",
        "fullname",
        "maiden name",
        "patient name",
        "person name",
        "customer name",
        "username",
        "user name",
        "email",
        "e mail",
        "email address",
        "phone",
        "phone number",
        "telephone",
        "mobile",
        "tel",
        "fax",
        "ssn",
        "social security number",
        "passport",
        "passport number",
        "national id",
        "tax id",
        "iban",
        "credit card",
        "card number",
    ];

    private static readonly string[] s_places =
    [
        "lat",
        "latitude",
        "lon",
        "lng",
        "long",
        "longitude",
        "address",
        "street",
        "street address",
        "home address",
        "zip",
        "zipcode",
        "zip code",
        "postcode",
        "postal code",
        "city",
        "gps",
        "geo",
        "coordinates",
        "location",
        "ip",
        "ip address",
    ];

    private static readonly string[] s_medical =
    [
        "diagnosis",
        "diagnoses",
        "icd",
        "icd9",
        "icd10",
        "disease",
        "disorder",
        "medical",
        "medication",
        "symptom",
        "symptoms",
        "treatment",
        "bmi",
        "blood",
        "hiv",
        "pregnant",
        "pregnancy",
        "disability",
        "allergy",
        "allergies",
        "cholesterol",
        "glucose",
        "diabetes",
        "cancer",
    ];

    private static readonly string[] s_protected =
    [
        "sex",
        "gender",
        "race",
        "ethnicity",
        "ethnic",
        "religion",
        "nationality",
        "native country",
        "age",
        "marital status",
        "marital",
        "dob",
        "birth",
        "date of birth",
        "birthdate",
        "birth date",
        "birthday",
        "disability",
        "orientation",
        "sexual orientation",
        "skin",
        "skin tone",
        "skin color",
        "fitzpatrick",
        "caste",
        "political",
        "union",
    ];

    // Coarse by themselves, and together often unique.
    private static readonly string[] s_quasi =
    [
        "zip",
        "zipcode",
        "zip code",
        "postcode",
        "postal code",
        "city",
        "dob",
        "birth",
        "date of birth",
        "birthdate",
        "birth date",
        "birthday",
        "native country",
        "nationality",
        "marital status",
        "occupation",
    ];

    /// <summary>Whether it holds names or what identifies as names do.</summary>
    public static bool IsName(string column) => s_names.Contains(Plain(column));

    /// <summary>Whether it says where somebody is.</summary>
    public static bool IsPlace(string column) => s_places.Contains(Plain(column));

    /// <summary>Whether it says how somebody's health is; a word of it is enough.</summary>
    public static bool IsMedical(string column) => Plain(column).Split(' ').Any(s_medical.Contains);

    /// <summary>Whether it says to which group somebody belongs.</summary>
    public static bool IsProtected(string column) => s_protected.Contains(Plain(column)) || AxisOf(column) is not null;

    /// <summary>Whether it narrows down who somebody is.</summary>
    public static bool IsQuasiIdentifier(string column) => s_quasi.Contains(Plain(column));

    /// <summary>Whether it says that somebody has consented.</summary>
    public static bool IsConsent(string column) =>
        Plain(column).Split(' ') is [.., "consent" or "consented" or "consents"] or ["consent", ..];

    /// <summary>Whether it says under which licence a row stands.</summary>
    public static bool IsLicence(string column) =>
        Plain(column).Split(' ') is [.., "licence" or "license"] or ["licence" or "license", ..];

    /// <summary>The axis that the name is about: sex, skin-tone, ethnicity, age; or null.</summary>
    public static string? AxisOf(string column)
    {
        string[] words = Plain(column).Split(' ');
        return words.Any(word => word is "sex" or "gender") && !words.Contains("orientation") ? SubgroupLists.Sex
            : words.Any(word => word is "skin" or "fitzpatrick") ? SubgroupLists.SkinTone
            : words.Any(word => word is "race" or "ethnicity" or "ethnic") ? SubgroupLists.Ethnicity
            : words is ["age", ..] or [.., "age"] ? SubgroupLists.Age
            : null;
    }

    // Words in lower case with a space between: firstName, first_name and first-name are one.
    private static string Plain(string column)
    {
        StringBuilder plain = new();
        for (int i = 0; i < column.Length; i++)
        {
            bool isStart = char.IsUpper(column[i]) && i > 0 && char.IsLower(column[i - 1]);
            if (isStart || !char.IsLetterOrDigit(column[i]))
                plain.Append(' ');
            if (char.IsLetterOrDigit(column[i]))
                plain.Append(char.ToLowerInvariant(column[i]));
        }
        return string.Join(' ', plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
