namespace Assay.Data;

/// <summary>Kinds of private data.</summary>
public enum PiiKind
{
    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>A public IP address, of version 4 or 6.</summary>
    Ip,

    /// <summary>The number of a payment card.</summary>
    Card,

    /// <summary>An international bank account number.</summary>
    Iban,

    /// <summary>A number of social security, tax, identity card or passport.</summary>
    NationalId,

    /// <summary>User and password within a URL.</summary>
    Credentials,

    /// <summary>A key, token or password.</summary>
    Secret,

    /// <summary>A street and number, or a post-office box.</summary>
    Address,

    /// <summary>A date of birth.</summary>
    BirthDate,

    /// <summary>Latitude and longitude of a place.</summary>
    Coordinates,

    /// <summary>The name of a person.</summary>
    Person,
}

/// <summary>One item of private data.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The byte behind it.</param>
public readonly record struct PiiItem(PiiKind Kind, int Start, int End);
