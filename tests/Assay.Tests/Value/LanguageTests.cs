using System.IO.Compression;
using System.Text;
using Assay.Data;
using Assay.Select;
using Assay.Value;

namespace Assay.Tests.Value;

public class LanguageTests
{
    // Sentences that the bundled model was not made from.
    private static readonly (string Language, string Text)[] Sentences =
    [
        ("en", "My grandfather used to repair old clocks in the kitchen every Sunday morning."),
        ("en", "The train from the north arrives late again, so we will miss the concert."),
        ("en", "Scientists discovered a planet that is twice as heavy as the Earth."),
        ("de", "Mein Großvater hat jeden Sonntagmorgen in der Küche alte Uhren repariert."),
        ("de", "Der Zug aus dem Norden hat wieder Verspätung, deshalb verpassen wir das Konzert."),
        ("de", "Forscher haben einen Planeten entdeckt, der doppelt so schwer ist wie die Erde."),
        ("fr", "Mon grand-père réparait de vieilles horloges dans la cuisine chaque dimanche matin."),
        ("fr", "Le train du nord est encore en retard, nous allons donc manquer le concert."),
        ("es", "Mi abuelo reparaba relojes antiguos en la cocina todos los domingos por la mañana."),
        ("es", "El tren del norte llega tarde otra vez, así que nos perderemos el concierto."),
        ("pt", "O meu avô consertava relógios antigos na cozinha todas as manhãs de domingo."),
        ("pt", "O comboio do norte está atrasado outra vez, por isso vamos perder o concerto."),
        ("it", "Mio nonno riparava vecchi orologi in cucina ogni domenica mattina."),
        ("it", "Il treno dal nord è di nuovo in ritardo, quindi perderemo il concerto."),
        ("nl", "Mijn grootvader repareerde elke zondagochtend oude klokken in de keuken."),
        ("nl", "De trein uit het noorden heeft weer vertraging, dus we missen het concert."),
        ("sv", "Min farfar brukade laga gamla klockor i köket varje söndagsmorgon."),
        ("sv", "Tåget från norr är försenat igen, så vi missar konserten."),
        ("da", "Min bedstefar plejede at reparere gamle ure i køkkenet hver søndag morgen."),
        ("da", "Toget fra nord er forsinket igen, så vi går glip af koncerten."),
        ("pl", "Mój dziadek w każdą niedzielę rano naprawiał w kuchni stare zegary."),
        ("pl", "Pociąg z północy znowu się spóźnia, więc przegapimy koncert."),
        ("cs", "Můj dědeček každou neděli ráno opravoval v kuchyni staré hodiny."),
        ("cs", "Vlak ze severu má zase zpoždění, takže koncert nestihneme."),
        ("ro", "Bunicul meu repara ceasuri vechi în bucătărie în fiecare duminică dimineață."),
        ("ro", "Trenul din nord întârzie din nou, așa că vom pierde concertul."),
        ("hu", "Nagyapám minden vasárnap reggel régi órákat javított a konyhában."),
        ("hu", "Az északról jövő vonat megint késik, ezért lemaradunk a koncertről."),
        ("fi", "Isoisäni korjasi vanhoja kelloja keittiössä joka sunnuntaiaamu."),
        ("fi", "Pohjoisesta tuleva juna on taas myöhässä, joten emme ehdi konserttiin."),
        ("tr", "Dedem her pazar sabahı mutfakta eski saatleri tamir ederdi."),
        ("tr", "Kuzeyden gelen tren yine gecikti, bu yüzden konseri kaçıracağız."),
        ("ru", "Мой дедушка каждое воскресное утро чинил на кухне старые часы."),
        ("ru", "Поезд с севера снова опаздывает, поэтому мы пропустим концерт."),
        ("uk", "Мій дідусь щонеділі вранці лагодив на кухні старі годинники."),
        ("uk", "Потяг із півночі знову запізнюється, тож ми пропустимо концерт."),
        ("el", "Ο παππούς μου επισκεύαζε παλιά ρολόγια στην κουζίνα."),
        ("ar", "كان جدي يصلح الساعات القديمة في المطبخ صباح كل أحد."),
        ("he", "סבא שלי נהג לתקן שעונים ישנים במטבח בכל בוקר."),
        ("hi", "मेरे दादाजी हर रविवार की सुबह रसोई में पुरानी घड़ियाँ ठीक करते थे।"),
        ("th", "คุณปู่ของฉันซ่อมนาฬิกาเก่าในห้องครัวทุกเช้าวันอาทิตย์"),
        ("zh", "我爷爷每个星期天早上都在厨房里修理旧钟表。"),
        ("zh", "北方來的火車又誤點了，我們會錯過音樂會。"),
        ("ja", "祖父は毎週日曜日の朝、台所で古い時計を修理していました。"),
        ("ko", "할아버지는 일요일 아침마다 부엌에서 오래된 시계를 고치셨다."),
    ];

    [Fact]
    public void Sentences_of_25_languages_are_told_apart()
    {
        LanguageIdentifier.TextReader reader = LanguageIdentifier.Bundled.Reader();
        Assert.Equal(25, LanguageIdentifier.Bundled.Languages.Count);
        Assert.Equal(
            LanguageIdentifier.Bundled.Languages,
            Sentences.Select(s => s.Language).Distinct().Order(StringComparer.Ordinal)
        );
        List<string> wrong = [];
        foreach ((string language, string text) in Sentences)
        {
            Assert.True(reader.Read(Encoding.UTF8.GetBytes(text)));
            Assert.Equal(1, reader.Shares.ToArray().Sum(), 1e-9);
            if (reader.Best != language)
                wrong.Add($"{language} is taken for {reader.Best}: {text}");
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("en", 0.975)]
    [InlineData("de", 0.99)]
    public void Captions_of_pictures_are_told_apart(string language, double least)
    {
        using FileStream file = File.OpenRead(SharedData.Path($"tower-plus/multi30k.val.{language}.gz"));
        using System.IO.StreamReader lines = new(new GZipStream(file, CompressionMode.Decompress));
        LanguageIdentifier.TextReader reader = LanguageIdentifier.Bundled.Reader();
        int right = 0,
            all = 0;
        for (; lines.ReadLine() is { } line; all++)
            right += reader.Read(Encoding.UTF8.GetBytes(line)) && reader.Best == language ? 1 : 0;
        Assert.Equal(1014, all);
        Assert.InRange(right / (double)all, least, 1);
    }

    [Fact]
    public void A_text_in_two_languages_is_divided()
    {
        string english = string.Concat(Sentences.Where(s => s.Language == "en").Select(s => s.Text + " ")),
            german = string.Concat(Sentences.Where(s => s.Language == "de").Select(s => s.Text + " "));
        LanguageIdentifier model = LanguageIdentifier.Bundled;
        LanguageIdentifier.TextReader reader = model.Reader();
        reader.Read(Encoding.UTF8.GetBytes(english + german));
        double share = reader.Shares[model.PlaceOf("en")];
        Assert.InRange(share, 0.35, 0.65);
        Assert.InRange(reader.Shares[model.PlaceOf("de")], 0.35, 0.65);
        reader.Read(Encoding.UTF8.GetBytes(english + english));
        Assert.InRange(reader.Shares[model.PlaceOf("en")], 0.95, 1);
    }

    [Fact]
    public void Case_and_what_is_no_letter_do_not_count()
    {
        LanguageIdentifier.TextReader reader = LanguageIdentifier.Bundled.Reader();
        double[] Shares(string text)
        {
            reader.Read(Encoding.UTF8.GetBytes(text));
            return reader.Shares.ToArray();
        }
        Assert.Equal(Shares("wo ist der bahnhof"), Shares("WO  ist 12, (der)\n\nBahnhof!?"));
        Assert.False(reader.Read("123 ... 45"u8));
        Assert.False(reader.Read([]));
        Assert.All(reader.Shares.ToArray(), share => Assert.Equal(0, share));
        Assert.True(reader.Read([0xFF, (byte)'a', 0xC3])); // broken bytes are no letters
        // A script that no language has: no letter says anything.
        Assert.All(Shares("Ⴀსალამი"), share => Assert.Equal(1 / 25.0, share, 1e-9));
    }

    [Fact]
    public void Languages_are_learned_from_labelled_rows()
    {
        // Two made-up languages: of syllables with a and o, and of syllables with e and i.
        static string Text(int i, string vowels) =>
            string.Join(
                ' ',
                Enumerable.Range(0, 8).Select(k => $"{"kmnpst"[(i + k * k) % 6]}{vowels[(i * k) % 2]}l{vowels[k % 2]}")
            );
        Dataset taught = Rows.Of(
            60,
            7,
            (table, row) =>
            {
                table.Column("text").Set(Encoding.UTF8.GetBytes(Text(row, row % 2 == 0 ? "ao" : "ei")));
                table.Column("tongue").Set(row % 2 == 0 ? "aolish"u8 : "eish"u8);
            }
        );
        View pool = new(
            Dataset.OfTexts(
                [.. Enumerable.Range(100, 20).Select(i => Text(i, i % 2 == 0 ? "ao" : "ei")), "17"],
                rowsPerTable: 4
            )
        );
        LanguageShareOptions options = new()
        {
            Train = "taught",
            Label = "tongue",
            Of = ["eish", "aolish"],
        };
        IReadOnlyList<Signal> shares = Value(pool, options, new(taught));
        Assert.Equal(["language-eish", "language-aolish"], shares.Select(signal => signal.Name));
        for (int i = 0; i < 20; i++)
            Assert.InRange(shares[i % 2 == 0 ? 1 : 0].Values[i], 0.8, 1);
        Assert.Equal((0, 0), (shares[0].Values[20], shares[1].Values[20]));
        Assert.Equal(
            shares.Select(signal => signal.Values),
            Value(pool, options, new(taught), threads: 1).Select(signal => signal.Values)
        );

        Assert.Throws<AssayException>(() => Value(pool, options with { Label = "none" }, new(taught)));
        AssayException failure = Assert.Throws<AssayException>(() =>
            Value(pool, options with { Of = ["en"] }, new(taught))
        );
        Assert.Contains("Known: aolish, eish", failure.Hint);
        View one = new(taught, new Selection([0, 2, 4]));
        Assert.Contains("same 'tongue'", Assert.Throws<AssayException>(() => Value(pool, options, one)).Message);
        Assert.Throws<ArgumentException>(() => new LanguageIdentifier.Trainer().Build());
    }

    [Fact]
    public void The_filter_keeps_languages_and_says_what_the_others_are()
    {
        string[] texts = [.. Sentences.Select(sentence => sentence.Text), "1234", "de en"];
        View view = new(Dataset.OfTexts(texts, rowsPerTable: 10));
        LanguageFilterOptions options = new() { Keep = ["de", "fr"] };
        Selected selected = Select(view, options);
        Assert.True(selected.Complements(view));
        Assert.Equal(
            Enumerable.Range(0, Sentences.Length).Where(row => Sentences[row].Language is "de" or "fr"),
            selected.Kept.Rows
        );
        Dictionary<string, int> reasons = selected.Reasons();
        Assert.Equal(3, reasons["language.en"]);
        Assert.Equal(2, reasons["language.uk"]);
        Assert.Equal(1, reasons["language.no_letters"]);
        Selected sure = Select(view, options with { Threshold = 1 });
        Assert.Contains("language.unsure", sure.Reasons().Keys);
        Assert.Empty(sure.Kept.Rows);
        Selected two = Select(view, options, threads: 2);
        Assert.Equal(selected.Kept.Rows, two.Kept.Rows);
        Assert.Equal(selected.Drops.ReasonOf, two.Drops.ReasonOf);
        Assert.Throws<AssayException>(() => Select(view, options with { Keep = ["xx"] }));
        Assert.Empty(Select(new(Dataset.OfTexts([])), options).Kept.Rows);
    }

    [Fact]
    public void Filter_and_signal_agree()
    {
        View view = new(Dataset.OfTexts(Sentences.Select(sentence => sentence.Text)));
        double[] share = Value(view, new(), view)[0].Values;
        int[] kept = Select(view, new()).Kept.Rows;
        Assert.Equal(Enumerable.Range(0, share.Length).Where(row => share[row] >= 0.65), kept);
    }

    private static IReadOnlyList<Signal> Value(View view, LanguageShareOptions options, View taught, int threads = 2)
    {
        using Pieces pieces = Pieces.Temporary();
        Work work = new(pieces)
        {
            Random = new(7, "step"),
            Threads = threads,
            Datasets = new Dictionary<string, View> { ["taught"] = taught },
        };
        return new Language(options).Value(view, work);
    }

    private static Selected Select(View view, LanguageFilterOptions options, int threads = 1) =>
        new LanguageFilter(options).Run(view, threads);
}
