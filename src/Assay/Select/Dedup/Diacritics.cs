using System.Text;

namespace Assay.Select;

/// <summary>
/// What is left of a lower-case character when its canonical decomposition (Unicode NFD) loses its non-spacing marks.
/// Written out because .NET does not decompose in globalization-invariant mode. Hangul syllables follow by arithmetic (see <see cref="TextNormaliser"/>).
/// </summary>
/// <remarks>Facts of the Unicode Character Database, version 14.</remarks>
internal static class Diacritics
{
    /// <summary>Groups between spaces: a character, then all that reduce to it.</summary>
    private const string Single =
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ cçćĉċčḉ eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ iìíîïĩīĭįǐȉȋḭḯỉị nñńņňǹṅṇṉṋ "
        + "oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự yýÿŷȳẏẙỳỵỷỹ dďḋḍḏḑḓ gĝğġģǧǵḡ "
        + "hĥȟḣḥḧḩḫẖ jĵǰ kķǩḱḳḵ lĺļľḷḹḻḽ rŕŗřȑȓṙṛṝṟ sśŝşšșṡṣṥṧṩ tţťțṫṭṯṱẗ wŵẁẃẅẇẉẘ zźżžẑẓẕ æǣǽ ʒǯ øǿ "
        + "ʹ\u0374 ;\u037e ¨΅῁῭\u1fee ·\u0387 ιΐίϊἰἱἲἳἴἵἶἷὶ\u1f77\u1fbeῐῑῒ\u1fd3ῖῗ "
        + "αάἀἁἂἃἄἅἆἇὰ\u1f71ᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ εέἐἑἒἓἔἕὲ\u1f73 ηήἠἡἢἣἤἥἦἧὴ\u1f75ᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ "
        + "υΰϋύὐὑὒὓὔὕὖὗὺ\u1f7bῠῡῢ\u1fe3ῦῧ οόὀὁὂὃὄὅὸ\u1f79 ωώὠὡὢὣὤὥὦὧὼ\u1f7dᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ ϒϓϔ ийѝӣӥ еѐёӗ гѓ "
        + "ії кќ уўӯӱӳ ѵѷ жӂӝ аӑӓ әӛ зӟ оӧ өӫ эӭ чӵ ыӹ \u0627\u0622\u0623\u0625 \u0648\u0624 \u064a\u0626 "
        + "\u06d5\u06c0 \u06c1\u06c2 \u06d2\u06d3 नऩ रऱ ळऴ क\u0958 ख\u0959 ग\u095a ज\u095b ड\u095c ढ\u095d "
        + "फ\u095e य\u095f ড\u09dc ঢ\u09dd য\u09df ਲ\u0a33 ਸ\u0a36 ਖ\u0a59 ਗ\u0a5a ਜ\u0a5b ਫ\u0a5e "
        + "\u0b47\u0b48 ଡ\u0b5c ଢ\u0b5d \u0cd5\u0cc0\u0cc7 \u0cd6\u0cc8 \u0cc2\u0cca \u0dd9\u0dda ག\u0f43 "
        + "ཌ\u0f4d ད\u0f52 བ\u0f57 ཛ\u0f5c ཀ\u0f69 ဥဦ \u1b35\u1b3b\u1b3d\u1b43 bḃḅḇ fḟ mḿṁṃ pṕṗ vṽṿ xẋẍ ſẛ "
        + "᾿῍῎῏ ῾῝῞῟ ρῤῥ `\u1fef ´\u1ffd ←↚ →↛ ↔↮ ⇐⇍ ⇔⇎ ⇒⇏ ∃∄ ∈∉ ∋∌ ∣∤ ∥∦ ∼≁ ≃≄ ≅≇ ≈≉ =≠ ≡≢ ≍≭ <≮ >≯ ≤≰ ≥≱ "
        + "≲≴ ≳≵ ≶≸ ≷≹ ≺⊀ ≻⊁ ⊂⊄ ⊃⊅ ⊆⊈ ⊇⊉ ⊢⊬ ⊨⊭ ⊩⊮ ⊫⊯ ≼⋠ ≽⋡ ⊑⋢ ⊒⋣ ⊲⋪ ⊳⋫ ⊴⋬ ⊵⋭ 〈\u2329 〉\u232a ⫝\u2adc かが きぎ "
        + "くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つづ てで とど はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ うゔ ゝゞ カガ キギ クグ ケゲ コゴ サザ シジ スズ セゼ ソゾ "
        + "タダ チヂ ツヅ テデ トド ハバパ ヒビピ フブプ ヘベペ ホボポ ウヴ ワヷ ヰヸ ヱヹ ヲヺ ヽヾ \u05d9\ufb1d\ufb39 \u05f2\ufb1f "
        + "\u05e9\ufb2a\ufb2b\ufb2c\ufb2d\ufb49 \u05d0\ufb2e\ufb2f\ufb30 \u05d1\ufb31\ufb4c \u05d2\ufb32 "
        + "\u05d3\ufb33 \u05d4\ufb34 \u05d5\ufb35\ufb4b \u05d6\ufb36 \u05d8\ufb38 \u05da\ufb3a "
        + "\u05db\ufb3b\ufb4d \u05dc\ufb3c \u05de\ufb3e \u05e0\ufb40 \u05e1\ufb41 \u05e3\ufb43 "
        + "\u05e4\ufb44\ufb4e \u05e6\ufb46 \u05e7\ufb47 \u05e8\ufb48 \u05ea\ufb4a \U00011099\U0001109a "
        + "\U0001109b\U0001109c \U000110a5\U000110ab \U000114b9\U000114bb";

    /// <summary>Groups between spaces: a character, then the several characters that it reduces to.</summary>
    private const string Several =
        "\u09cb\u09c7\u09be \u09cc\u09c7\u09d7 \u0b4b\u0b47\u0b3e \u0b4c\u0b47\u0b57 ஔஒ\u0bd7 "
        + "\u0bca\u0bc6\u0bbe \u0bcb\u0bc7\u0bbe \u0bcc\u0bc6\u0bd7 \u0ccb\u0cc2\u0cd5 \u0d4a\u0d46\u0d3e "
        + "\u0d4b\u0d47\u0d3e \u0d4c\u0d46\u0d57 \u0ddc\u0dd9\u0dcf \u0ddd\u0dd9\u0dcf \u0dde\u0dd9\u0ddf "
        + "ᬆᬅ\u1b35 ᬈᬇ\u1b35 ᬊᬉ\u1b35 ᬌᬋ\u1b35 ᬎᬍ\u1b35 ᬒᬑ\u1b35 \u1b40\u1b3e\u1b35 \u1b41\u1b3f\u1b35 "
        + "\U0001134b\U00011347\U0001133e \U0001134c\U00011347\U00011357 \U000114bc\U000114b9\U000114b0 "
        + "\U000114be\U000114b9\U000114bd \U000115ba\U000115b8\U000115af \U000115bb\U000115b9\U000115af "
        + "\U00011938\U00011935\U00011930 \U0001d15e\U0001d157\U0001d165 \U0001d15f\U0001d158\U0001d165 "
        + "\U0001d160\U0001d158\U0001d165\U0001d16e \U0001d161\U0001d158\U0001d165\U0001d16f "
        + "\U0001d162\U0001d158\U0001d165\U0001d170 \U0001d163\U0001d158\U0001d165\U0001d171 "
        + "\U0001d164\U0001d158\U0001d165\U0001d172 \U0001d1bb\U0001d1b9\U0001d165 "
        + "\U0001d1bc\U0001d1ba\U0001d165 \U0001d1bd\U0001d1b9\U0001d165\U0001d16e "
        + "\U0001d1be\U0001d1ba\U0001d165\U0001d16e \U0001d1bf\U0001d1b9\U0001d165\U0001d16f "
        + "\U0001d1c0\U0001d1ba\U0001d165\U0001d16f";

    /// <summary>Compatibility ideographs: the first of a run, then what each of the run reduces to (some to themselves).</summary>
    private static readonly (int First, string Targets)[] Ideographs =
    [
        (
            0xF900,
            "豈更車賈滑串句龜龜契金喇奈懶癩羅蘿螺裸邏樂洛烙珞落酪駱亂卵欄爛蘭鸞嵐濫藍襤拉臘蠟廊朗浪狼郎來冷勞"
                + "擄櫓爐盧老蘆虜路露魯鷺碌祿綠菉錄鹿論壟弄籠聾牢磊賂雷壘屢樓淚漏累縷陋勒肋凜凌稜綾菱陵讀拏樂諾丹寧"
                + "怒率異北磻便復不泌數索參塞省葉說殺辰沈拾若掠略亮兩凉梁糧良諒量勵呂女廬旅濾礪閭驪麗黎力曆歷轢年憐"
                + "戀撚漣煉璉秊練聯輦蓮連鍊列劣咽烈裂說廉念捻殮簾獵令囹寧嶺怜玲瑩羚聆鈴零靈領例禮醴隸惡了僚寮尿料樂"
                + "燎療蓼遼龍暈阮劉杻柳流溜琉留硫紐類六戮陸倫崙淪輪律慄栗率隆利吏履易李梨泥理痢罹裏裡里離匿溺吝燐璘"
                + "藺隣鱗麟林淋臨立笠粒狀炙識什茶刺切度拓糖宅洞暴輻行降見廓兀嗀﨎﨏塚﨑晴﨓﨔凞猪益礼神祥福靖精羽﨟"
                + "蘒﨡諸﨣﨤逸都﨧﨨﨩飯飼館鶴郞隷侮僧免勉勤卑喝嘆器塀墨層屮悔慨憎懲敏既暑梅海渚漢煮爫琢碑社祉祈祐"
                + "祖祝禍禎穀突節練縉繁署者臭艹艹著褐視謁謹賓贈辶逸難響頻恵𤋮舘﩮﩯並况全侀充冀勇勺喝啕喙嗢塚墳奄奔"
                + "婢嬨廒廙彩徭惘慎愈憎慠懲戴揄搜摒敖晴朗望杖歹殺流滛滋漢瀞煮瞧爵犯猪瑱甆画瘝瘟益盛直睊着磌窱節类絛"
                + "練缾者荒華蝹襁覆視調諸請謁諾諭謹變贈輸遲醙鉶陼難靖韛響頋頻鬒龜𢡊𢡄𣏕㮝䀘䀹𥉉𥳐𧻓齃龎"
        ),
        (
            0x2F800,
            "丽丸乁𠄢你侮侻倂偺備僧像㒞𠘺免兔兤具𠔜㒹內再𠕋冗冤仌冬况𩇟凵刃㓟刻剆割剷㔕勇勉勤勺包匆北卉卑博即"
                + "卽卿卿卿𠨬灰及叟𠭣叫叱吆咞吸呈周咢哶唐啓啣善善喙喫喳嗂圖嘆圗噑噴切壮城埴堍型堲報墬𡓤売壷夆多夢奢"
                + "𡚨𡛪姬娛娧姘婦㛮㛼嬈嬾嬾𡧈寃寘寧寳𡬘寿将当尢㞁屠屮峀岍𡷤嵃𡷦嵮嵫嵼巡巢㠯巽帨帽幩㡢𢆃㡼庰庳庶廊𪎒"
                + "廾𢌱𢌱舁弢弢㣇𣊸𦇚形彫㣣徚忍志忹悁㤺㤜悔𢛔惇慈慌慎慌慺憎憲憤憯懞懲懶成戛扝抱拔捐𢬌挽拼捨掃揤𢯱搢"
                + "揅掩㨮摩摾撝摷㩬敏敬𣀊旣書晉㬙暑㬈㫤冒冕最暜肭䏙朗望朡杞杓𣏃㭉柺枅桒梅𣑭梎栟椔㮝楂榣槪檨𣚣櫛㰘次"
                + "𣢧歔㱎歲殟殺殻𣪍𡴋𣫺汎𣲼沿泍汧洖派海流浩浸涅𣴞洴港湮㴳滋滇𣻑淹潮𣽞𣾎濆瀹瀞瀛㶖灊災灷炭𠔥煅𤉣熜𤎫"
                + "爨爵牐𤘈犀犕𤜵𤠔獺王㺬玥㺸㺸瑇瑜瑱璅瓊㼛甤𤰶甾𤲒異𢆟瘐𤾡𤾸𥁄㿼䀈直𥃳𥃲𥄙𥄳眞真真睊䀹瞋䁆䂖𥐝硎碌"
                + "磌䃣𥘦祖𥚚𥛅福秫䄯穀穊穏𥥼𥪧𥪧竮䈂𥮫篆築䈧𥲀糒䊠糨糣紀𥾆絣䌁緇縂繅䌴𦈨𦉇䍙𦋙罺𦌾羕翺者𦓚𦔣聠𦖨聰"
                + "𣍟䏕育脃䐋脾媵𦞧𦞵𣎓𣎜舁舄辞䑫芑芋芝劳花芳芽苦𦬼若茝荣莭茣莽菧著荓菊菌菜𦰶𦵫𦳕䔫蓱蓳蔖𧏊蕤𦼬䕝䕡"
                + "𦾱𧃒䕫虐虜虧虩蚩蚈蜎蛢蝹蜨蝫螆䗗蟡蠁䗹衠衣𧙧裗裞䘵裺㒻𧢮𧥦䚾䛇誠諭變豕𧲨貫賁贛起𧼯𠠄跋趼跰𠣞軔輸"
                + "𨗒𨗭邔郱鄑𨜮鄛鈸鋗鋘鉼鏹鐕𨯺開䦕閷𨵷䧦雃嶲霣𩅅𩈚䩮䩶韠𩐊䪲𩒖頋頋頩𩖶飢䬳餩馧駂駾䯎𩬰鬒鱀鳽䳎䳭鵧"
                + "𪃎䳸𪄅𪈎𪊑麻䵖黹黾鼅鼏鼖鼻𪘀"
        ),
    ];

    private static readonly Dictionary<int, string> Reductions = Build();

    /// <summary>The characters that <paramref name="rune"/> reduces to, or null if it stays as it is.</summary>
    public static string? Of(Rune rune) => Reductions.GetValueOrDefault(rune.Value);

    private static Dictionary<int, string> Build()
    {
        Dictionary<int, string> reductions = [];
        foreach (string group in Single.Split(' '))
        {
            Rune[] runes = [.. group.EnumerateRunes()];
            foreach (Rune rune in runes.Skip(1))
                reductions.Add(rune.Value, runes[0].ToString());
        }
        foreach (string group in Several.Split(' '))
        {
            Rune first = group.EnumerateRunes().First();
            reductions.Add(first.Value, group[first.Utf16SequenceLength..]);
        }
        foreach ((int first, string targets) in Ideographs)
        {
            int at = first;
            foreach (Rune target in targets.EnumerateRunes())
            {
                if (target.Value != at)
                    reductions.Add(at, target.ToString());
                at++;
            }
        }
        return reductions;
    }
}
