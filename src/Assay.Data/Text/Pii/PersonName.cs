namespace Assay.Data;

/// <summary>Names of persons, where the words around them say so: a title, an address, a signature, an introduction.</summary>
/// <remarks>Most names in text have none of these and are not found.</remarks>
internal static class PersonName
{
    private const int MostWords = 3;

    private static readonly PhraseList s_titles = new(
        "Mr",
        "Mrs",
        "Ms",
        "Miss",
        "Mx",
        "Dr",
        "Prof",
        "Professor",
        "Sir",
        "Dame",
        "Lady",
        "Rev",
        "Reverend",
        "Herr",
        "Frau",
        "Monsieur",
        "Madame",
        "Mme",
        "Señor",
        "Señora",
        "Sra",
        "Signor",
        "Signora",
        "Judge",
        "Senator",
        "Captain",
        "Sgt",
        "Officer"
    );

    // A name follows, and is one whether or not it has a family name.
    private static readonly PhraseList s_certain = new(
        "my name is",
        "his name is",
        "her name is",
        "my name's",
        "mein name ist",
        "je m'appelle",
        "me llamo",
        "mi chiamo",
        "full name:",
        "patient:",
        "patient name:",
        "name of patient:",
        "name:",
        "signed by",
        "signed:",
        "sincerely,",
        "regards,",
        "yours truly,",
        "dear"
    );

    // A name of two words or more follows.
    private static readonly PhraseList s_likely = new(
        "i am",
        "i'm",
        "this is",
        "contact",
        "contact:",
        "attn:",
        "attention:",
        "signed",
        "author:",
        "written by",
        "posted by",
        "patient"
    );

    private static readonly PhraseList s_particles = new(
        "van",
        "von",
        "de",
        "der",
        "den",
        "da",
        "di",
        "del",
        "la",
        "le",
        "bin",
        "al",
        "dos",
        "du",
        "ten",
        "ter",
        "zu"
    );

    private static readonly PhraseList s_notNames = new(
        "Sir",
        "Madam",
        "Sirs",
        "All",
        "Customer",
        "Customers",
        "Friend",
        "Friends",
        "Team",
        "Colleague",
        "Colleagues",
        "Reader",
        "Readers",
        "Editor",
        "Diary",
        "God",
        "Lord",
        "Mom",
        "Dad",
        "Santa",
        "Hiring",
        "User",
        "Member",
        "Members",
        "Us",
        "The",
        "This",
        "Our",
        "Your",
        "Customer",
        "Support",
        "Sales",
        "Service",
        "Valued",
        "Parents",
        "Students",
        "Everyone",
        "Mr",
        "Mrs",
        "Ms",
        "Miss",
        "Dr",
        "Prof",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "I",
        "A",
        "An",
        "It",
        "New",
        "Not",
        "No",
        "In",
        "On"
    );

    /// <summary>The name that a word at a place announces.</summary>
    public static PiiItem? At(ReadOnlySpan<byte> text, int at)
    {
        if (TitleLength(text, at) is > 0 and int title)
            return Name(text, AfterSpace(text, at + title + (TextPlace.Is(text, at + title, (byte)'.') ? 1 : 0)), 1);
        int certain = s_certain.Length(text, at);
        if (certain > 0)
        {
            int start = AfterSpace(text, at + certain);
            return TitleLength(text, start) > 0 ? null : Name(text, start, 1); // a title finds its name itself
        }
        int likely = s_likely.Length(text, at);
        return likely > 0 ? Name(text, AfterSpace(text, at + likely), 2) : null;
    }

    // Written as a title: MS, or miss in the middle of a sentence, is none.
    private static int TitleLength(ReadOnlySpan<byte> text, int at) =>
        TextPlace.IsUpperAt(text, at)
        && s_titles.Length(text, at) is > 1 and int length
        && !char.IsAsciiLetterUpper((char)text[at + 1])
            ? length
            : 0;

    // A heading behind a name.
    private static bool IsCapitals(ReadOnlySpan<byte> word) =>
        word.Length > 2 && !word.ContainsAnyInRange((byte)'a', (byte)'z');

    private static int AfterSpace(ReadOnlySpan<byte> text, int at)
    {
        int next = TextPlace.Skip(text, at, " \t\r\n"u8);
        return next > at && next - at <= 4 ? next : text.Length;
    }

    // Capitalised words, initials and particles from a place on; at least so many words that are no initials.
    private static PiiItem? Name(ReadOnlySpan<byte> text, int at, int least)
    {
        int end = at,
            next = at,
            words = 0;
        for (int parts = 0; parts < 5; parts++)
        {
            int word = TextPlace.EndOfName(text, next);
            bool isParticle = false;
            if (word == next)
            {
                int particle = words + parts > 0 ? s_particles.Length(text, next) : 0;
                if (particle == 0)
                    break;
                word = next + particle;
                isParticle = true;
            }
            else if (
                s_notNames.Length(text, next) == word - next
                || words == MostWords
                || (end > at && IsCapitals(text[next..word]) && !IsCapitals(text[at..end]))
            )
                break;
            if (!isParticle)
            {
                bool isInitial = word - next == 1;
                if (isInitial && TextPlace.Is(text, word, (byte)'.'))
                    word++;
                words += isInitial ? 0 : 1;
                end = word;
            }
            if (!TextPlace.Is(text, word, (byte)' '))
                break;
            next = word + 1;
        }
        if (text[at..end].EndsWith("'s"u8))
            end -= 2;
        return words >= least && end > at ? new(PiiKind.Person, at, end) : null;
    }
}
