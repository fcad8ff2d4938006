using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>An encoding that a file may be in.</summary>
/// <param name="Encoding">Marks what it cannot decode with U+FFFF.</param>
/// <param name="Prior">How usual it is, beside others that fit as well; a logarithm.</param>
/// <param name="Languages">What is written in it.</param>
/// <param name="IsOfMac">Whether only the first Macintosh wrote it.</param>
internal sealed record EncodingCandidate(
    Encoding Encoding, double Prior, EncodingLanguage[] Languages, bool IsOfMac = false);

/// <summary>How often a language writes each letter beyond ASCII, as logarithms.</summary>
internal sealed class EncodingLanguage
{
    private const double ForeignLetter = -7.5;
    private const double CommonIdeograph = -3.4;
    private const double Ideograph = -7;
    private const double RareIdeograph = -9.5;
    private const double Kana = -2.3;
    private const double HalfWidthKana = -6.5;

    private readonly Dictionary<int, double> _worth = [];

    private readonly double _otherwise = ForeignLetter;

    /// <summary>A language with an alphabet.</summary>
    /// <param name="letters">Its letters, the most frequent first: the n-th occurs about 1 / n as often.</param>
    /// <param name="prior">How usual the language is.</param>
    public EncodingLanguage(string letters, double prior = 0)
    {
        Prior = prior;
        var runes = letters.EnumerateRunes().ToList();
        var whole = runes.Index().Sum(rune => 1 / (rune.Index + 1.5));
        foreach (var (rank, rune) in runes.Index())
        {
            _worth.TryAdd(rune.Value, Math.Log(1 / (rank + 1.5) / whole));
        }
    }

    /// <summary>A language of East Asia.</summary>
    /// <param name="known">The letters that its standard lists first, because they are in use.</param>
    /// <param name="common">The most frequent ones of names and addresses.</param>
    public EncodingLanguage(IEnumerable<Rune> known, string common)
    {
        _otherwise = RareIdeograph;
        foreach (var rune in known)
        {
            _worth.TryAdd(rune.Value, Ideograph);
        }

        foreach (var rune in common.EnumerateRunes())
        {
            _worth[rune.Value] = CommonIdeograph;
        }
    }

    public double Prior { get; }

    /// <summary>Whether the two Japanese alphabets are in use beside ideographs.</summary>
    public bool HasKana { get; init; }

    public double Worth(int letter) => HasKana && letter is >= 0x3041 and <= 0x30FF ? Kana
        : HasKana && letter is >= 0xFF66 and <= 0xFF9F ? HalfWidthKana
        : _worth.GetValueOrDefault(letter, _otherwise);
}

/// <summary>The encodings that are guessed, the more usual ones first, and what is written in them.</summary>
internal static class EncodingLanguages
{
    private const int ShiftJis = 932;
    private const int EucJp = 51932;
    private const int Gb18030 = 54936;
    private const int Korean = 949;
    private const int Big5 = 950;

    // German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish and Norwegian, Finnish and Estonian,
    // Icelandic, Catalan, and a list of people from everywhere.
    private static readonly EncodingLanguage[] Western =
    [
        new("üäößé"), new("éèàêçôîëâïûùœüæÿ"), new("óáíéñúü"), new("ãçáéíóêâúàôõü"), new("èàùòìé"), new("ëéïèöü"),
        new("äåöéü"), new("øåæéöü"), new("äöõüå", -0.5), new("ðáíöþéóúæý", -1.8), new("àéèòíóúçïü", -1),
        new("éüöäèáíóßñçøåàëãæêôúõîïâûœðþýìòùÿ", -1.5),
    ];

    // Polish, Czech, Slovak, Hungarian, the Slavs of the south, Romanian, and a list of all of them.
    private static readonly EncodingLanguage[] Central =
    [
        new("łąęśżóńćź"), new("íáéěřčýšžůúťďňó"), new("áíéčšýľžúňťôóďĺŕä"), new("áéőöóüíúű"), new("čšžćđ"),
        new("ăîâşţ"), new("üäößé", -0.5), new("áéíčšžýěłóřąęćőöüäśżńúůôăđßşţâîźťňďľű", -1.5),
    ];

    private static readonly EncodingLanguage[] Turkish = [new("ıüşçöğİâî")];
    private static readonly EncodingLanguage[] Baltic =
        [new("ėšžąįųūčę"), new("āīēšūņļčžģķ"), new("äõüöšž", -0.5)];

    private static readonly EncodingLanguage[] Greek = [new("αοιτεησνρκπςμλυάίγδόέθήωχύβφώζξψϊϋΐΰ")];

    // Russian, Ukrainian, Bulgarian, Serbian and Macedonian.
    private static readonly EncodingLanguage[] Cyrillic =
    [
        new("оаеинрвстлкмдупяьычгбзйхшжюцщэфёъ"), new("оаниевтркслмудпіяьзгбчхцжйюєшїщфґ", -0.5),
        new("аоиентрсвлкпдмзъгубчяцйжхщшюфь", -0.7), new("аиоенрсвтјкумдлпзгшчбцжњћхђљфџќѓѕ", -1),
    ];

    private static readonly EncodingLanguage[] Hebrew = [new("יולהאמרבתשנדקעםחפגכסןטצזךףץ")];
    private static readonly EncodingLanguage[] Arabic = [new("الميندربعتوحسفهةكقجشأخصزطىذثغئضإظآءؤ")];
    private static readonly EncodingLanguage[] Thai =
        [new("านรอกเงมยลวดทสตะปบคหแจพชขใไโผณธซศถภญฐษฉฎฬฮฟ")];

    private static readonly EncodingLanguage Japanese = new(
        Level1(EucJp, 0xB0, 0xCF),
        "山田中村本木林松井小川大高石原藤佐加伊渡辺斎野上下橋西東南北京都府県市区町道島岡福長崎阪神奈静広新潟愛知千葉埼"
        + "玉城茨栃群兵庫和歌鳥取根口徳香媛熊分宮鹿児沖縄青森岩手秋形太郎子美恵一二三四男雄夫介健直樹明正弘真由紀幸久保池"
        + "清水坂谷内前後近遠安菅竹土金平丸今河吉阿部武株式会社様方名氏日月火年電話住所番号課営業鈴伊菊花陽翔結衣優悠蓮齋澤濱邊廣")
    {
        HasKana = true,
    };

    private static readonly EncodingLanguage Simplified = new(
        Level1(Gb18030, 0xB0, 0xD7),
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
        + "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤北京上海广州深圳天津"
        + "重庆成都杭南西安省市区县路号公司有限姓名地址电话邮箱中国人民一二三四五明华建伟芳娜秀英敏静丽强磊军洋勇艳杰娟"
        + "涛超平刚桂文辉力鹏宇玲小大年月日的是不了在我们城备注");

    private static readonly EncodingLanguage Traditional = new(
        Level1(Big5, 0xA4, 0xC5),
        "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧趙梁顏柯翁魏孫戴范方宋鄧"
        + "臺北市中區路號公司有限姓名地址電話台灣大國小明美華志家文雅玲惠淑芬建俊宏怡君新竹南東西港香九龍");

    private static readonly EncodingLanguage Hangul = new(
        Level1(Korean, 0xB0, 0xC8),
        "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진영수지현준연은미희경선숙자순호"
        + "철상동대재기원인혜울부산광천시도로길번름소화회사다는의을를에가나라마바아");

    public static IReadOnlyList<EncodingCandidate> Candidates { get; } =
    [
        Of(1252, 0, Western),
        Of(28605, -0.8, Western),
        Of(1250, -0.8, Central),
        Of(28592, -1.2, Central),
        Of(1254, -0.7, Turkish),
        Of(1257, -1, Baltic),
        Of(1251, -0.5, Cyrillic),
        Of(1253, -0.8, Greek),
        Of(28597, -1.5, Greek),
        Of(1255, -1.5, Hebrew),
        Of(1256, -1.5, Arabic),
        Of(874, -3, Thai),
        Of(20866, -1.2, Cyrillic),
        Of(21866, -2, Cyrillic),
        Of(28595, -3.5, Cyrillic),
        Of(10000, -1.5, Western, isOfMac: true),
        Of(10007, -2, Cyrillic, isOfMac: true),
        Of(10029, -3, Central, isOfMac: true),
        Of(866, -3, Cyrillic),
        Of(850, -4.5, Western),
        Of(852, -6, Central),
        Of(ShiftJis, -2, [Japanese]),
        Of(EucJp, -2, [Japanese]),
        Of(Gb18030, -2, [Simplified]),
        Of(Big5, -2, [Traditional]),
        Of(Korean, -2, [Hangul]),
    ];

    private static EncodingCandidate Of(int codePage, double prior, EncodingLanguage[] languages, bool isOfMac = false)
    {
        var encoding = (Encoding)FileEncodings.OfCodePage(codePage).Clone();
        encoding.DecoderFallback = new DecoderReplacementFallback("\uFFFF");
        return new(encoding, prior, languages, isOfMac);
    }

    // The rows of a national standard that hold the letters in use.
    private static IEnumerable<Rune> Level1(int codePage, int first, int last)
    {
        byte[] octets =
        [
            .. from lead in Enumerable.Range(first, last - first + 1)
            from trail in Trails(codePage)
            from octet in new[] { (byte)lead, (byte)trail }
            select octet,
        ];
        return FileEncodings.OfCodePage(codePage).GetString(octets).EnumerateRunes().Where(Rune.IsLetter);
    }

    private static IEnumerable<int> Trails(int codePage) => codePage == Big5
        ? Enumerable.Range(0x40, 0x3F).Concat(Enumerable.Range(0xA1, 0x5E))
        : Enumerable.Range(0xA1, 0x5E);
}
