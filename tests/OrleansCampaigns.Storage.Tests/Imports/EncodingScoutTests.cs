using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Tests.Imports;

public sealed class EncodingScoutTests
{
    private const string German = "E-Mail;Name;Ort\r\na@x.example;Jörg Müßig;Köln\r\nb@x.example;Ute Weiß;Düren\r\n";
    private const string French = "email,nom\r\na@x.example,Françoise Lefèvre\r\nb@x.example,Rémi Noël\r\n";
    private const string Polish = "email;imię\r\na@x.example;Łucja Wąsik\r\nb@x.example;Stanisław Śliwiński\r\n";
    private const string Czech = "email;jméno\r\na@x.example;Jiří Růžek\r\nb@x.example;Kateřina Malečková\r\n";
    private const string Hungarian = "email;név\r\na@x.example;Győző Szűcs\r\nb@x.example;Ödön Kőműves\r\n";
    private const string Russian = "email;имя\r\na@x.example;Анна Сидорова\r\nb@x.example;Пётр Ильин\r\n";
    private const string Ukrainian = "email;ім'я\r\na@x.example;Олексій Ткачук\r\nb@x.example;Юлія Гончаренко\r\n";
    private const string Greek = "email;όνομα\r\na@x.example;Γιώργος Παππάς\r\nb@x.example;Ελένη Νικολάου\r\n";
    private const string Turkish = "email;ad\r\na@x.example;Işıl Yıldız\r\nb@x.example;Gökçe Şahin\r\n";
    private const string Lithuanian = "email;vardas\r\na@x.example;Rūta Žukaitė\r\nb@x.example;Šarūnas Kęstutis\r\n";
    private const string Japanese = "メール,氏名,住所\r\na@x.example,鈴木花子,東京都港区\r\nb@x.example,さくら 健,大阪\r\n";
    private const string Chinese = "邮箱,姓名,地址\r\na@x.example,周晓明,上海市\r\nb@x.example,欧阳雪,广州\r\n";
    private const string Korean = "이메일,이름\r\na@x.example,박지훈\r\nb@x.example,최유진\r\n";
    private const string Euro = "email;preis\r\na@x.example;12 €\r\nb@x.example;François à l’été\r\n";

    private static readonly Dictionary<string, string> SingleNames = new()
    {
        ["windows-1252,macintosh,iso-8859-15"] =
            "Müller|Jürgen|Größe|François|Hélène|José|Peña|João|Søren|Åsa|Zoë|Nuñez|Böhm|Weiß"
            + "|Élodie|Çelia|Ægir|Ørsted|Renée Müller|Perché|Città|Müller & Söhne|Straße 5"
            + "|Björk Guðmundsdóttir|café",
        ["windows-1252"] = "O’Brien|“Ann” Lee|5 €|Œuvre|Ltd – Bonn|d’Été",
        ["windows-1250,iso-8859-2"] =
            "Łukasz|Wałęsa|Dvořák|Novák Jiří|Čapek|Žižka|Kovács József|Gyula Őri|Erdős Pál|Šimić"
            + "|Đorđević|Ștefan|Ionuţ Bălan|Kraków|Łódź|Gdańsk|Plzeň|Ľubomír Šťastný|Wiśniewski"
            + "|Zażółć gęślą jaźń",
        ["windows-1251,koi8-r,x-mac-cyrillic"] =
            "Иван|Анна Петрова|Ольга|Пётр Чайковский|ИВАНОВ ИВАН|Москва|Юлия|Санкт-Петербург|Щукин"
            + "|Евгений Онегин",
        ["windows-1251"] = "Олександр Шевченко|Київ|Георги Иванов|Ђорђе Јовановић|ООО «Ромашка»|Ірина",
        ["windows-1253,iso-8859-7"] = "Γιώργος|Μαρία Παπαδοπούλου|Αθήνα|ΝΙΚΟΣ|Θεσσαλονίκη|Δημήτρης",
        ["windows-1254"] = "Yılmaz|Şahin|Ayşe Öztürk|İstanbul|Çağlar|Gülşen|Doğan|Işık",
        ["windows-1257"] = "Šarūnas|Jānis Bērziņš|Rīga|Kazlauskienė|Žemaitė|Õnnela Tõnis|Ģirts",
        ["shift_jis,euc-jp"] = "山田太郎|鈴木一郎|佐藤|東京都|さくら|タナカ|高橋 健|渡辺 真由美|大阪市|株式会社テスト|齋藤|中村|小林花子",
        ["gb18030"] = "张伟|王小明|李娜|北京|上海市浦东新区|欧阳娜娜|刘洋|陈静|黄磊|司马懿|徐鹏飞",
        ["big5"] = "陳大文|王小明|台北市|林志玲|張惠妹",
        ["euc-kr"] = "김철수|이영희|서울|박지성|최민수",
        ["windows-1255"] = "משה כהן|תל אביב|שרה לוי",
        ["windows-1256"] = "محمد علي|القاهرة|فاطمة",
    };

    public static TheoryData<string, string> Texts => new()
    {
        { "windows-1252", German },
        { "windows-1252", French },
        { "windows-1252", Euro },
        { "windows-1252", "email,name\na@x.example,André\n" },
        { "windows-1252", "email,name\na@x.example,Søren Ærø\nb@x.example,Åsa\n" },
        { "windows-1252", "email,name\na@x.example,Iñigo Peña\nb@x.example,João Conceição\n" },
        { "iso-8859-15", "email,name,n\na@x.example,Zoë,12 €\nb@x.example,Hélène,3 €\n" },
        { "windows-1250", Polish },
        { "windows-1250", Czech },
        { "windows-1250", Hungarian },
        { "iso-8859-2", Polish },
        { "iso-8859-2", Czech },
        { "windows-1254", Turkish },
        { "windows-1257", Lithuanian },
        { "windows-1251", Russian },
        { "windows-1251", Ukrainian },
        { "koi8-r", Russian },
        { "koi8-u", Ukrainian },
        { "x-mac-cyrillic", Russian },
        { "windows-1253", Greek },
        { "macintosh", German },
        { "macintosh", French },
        { "macintosh", "email,name\ra@x.example,André Müßig\r" },
        { "shift_jis", Japanese },
        { "shift_jis", "email,name\r\na@x.example,山田太郎\r\n" },
        { "euc-jp", Japanese },
        { "iso-2022-jp", Japanese },
        { "gb18030", Chinese },
        { "euc-kr", Korean },
        { "utf-16le", German },
        { "utf-16be", Russian },
        { "utf-16le", Japanese },
        { "utf-8", Japanese },
        { "utf-8", "email\na@x.example\n" },
        { "utf-8", "" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_read_as_it_was_written(string name, string text)
    {
        var encoding = FileEncodings.Find(name)!;
        var bytes = encoding.GetBytes(text);
        foreach (var chunk in new[] { 1, 7, 100_000 })
        {
            var (found, by) = Scout(bytes, chunk).Decide(stated: null);

            Assert.Equal(text, found.GetString(bytes));
            Assert.Equal(name == "utf-8" ? EncodingBy.Utf8 : EncodingBy.Guessed, by);
        }
    }

    /// <summary>A single name is the least there can be; some are the same bytes in two languages.</summary>
    [Fact]
    public void A_single_name_is_read_right_in_nine_of_ten_files()
    {
        var (wrong, all) = (new List<string>(), 0);
        foreach (var (encodings, names) in SingleNames)
        {
            foreach (var (encoding, name) in
                from encoding in encodings.Split(',')
                from name in names.Split('|')
                select (FileEncodings.Find(encoding)!, name))
            {
                var text = $"email,name\r\na@x.example,{name}\r\nb@x.example,Otto\r\n";
                var bytes = encoding.GetBytes(text);
                if (encoding.GetString(bytes) != text)
                {
                    continue; // The encoding lacks a letter of it.
                }

                var (found, _) = Scout(bytes, 1_000).Decide(stated: null);
                all++;
                if (found.GetString(bytes) != text)
                {
                    wrong.Add($"{encoding.WebName} {name}: {found.WebName}");
                }
            }
        }

        Assert.InRange(all, 220, 300);
        Assert.True(wrong.Count * 10 <= all, string.Join('\n', wrong));
    }

    [Fact]
    public void A_first_letter_that_stands_a_million_bytes_down_is_seen()
    {
        var plain = string.Concat(Enumerable.Repeat("somebody@mail.example;plain\r\n", 50_000));
        byte[] bytes = [.. Encoding.ASCII.GetBytes(plain), .. FileEncodings.Find("windows-1252")!.GetBytes(German)];

        Assert.Equal((1252, EncodingBy.Guessed), Decided(Scout(bytes, 64 * 1024), null));
    }

    [Fact]
    public void A_few_broken_rows_make_no_other_encoding_of_UTF_8()
    {
        var rows = string.Concat(Enumerable.Range(0, 50).Select(i => $"u{i}@mail.example;Jürgen\n"));
        byte[] bytes = [.. Encoding.UTF8.GetBytes(rows), .. "x@mail.example;J"u8, 0xfc, .. "rgen\n"u8];

        Assert.Equal((65001, EncodingBy.Utf8), Decided(Scout(bytes, 4096), null));
    }

    [Fact]
    public void What_is_stated_comes_before_what_a_mark_says_and_that_before_the_letters()
    {
        byte[] marked = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(German)];
        byte[] big = [0xfe, 0xff, .. Encoding.BigEndianUnicode.GetBytes(German)];

        Assert.Equal((65001, EncodingBy.Bom), Decided(Scout(marked, 1000), null));
        Assert.Equal((1252, EncodingBy.Stated), Decided(Scout(marked, 1000), "cp1252"));
        Assert.Equal((1201, EncodingBy.Bom), Decided(Scout(big, 1000), null));
        Assert.Equal((1201, EncodingBy.Stated), Decided(Scout(big, 1000), "utf-16"));
    }

    [Theory]
    [InlineData("windows-1252", 1252)]
    [InlineData("CP1252", 1252)]
    [InlineData("1252", 1252)]
    [InlineData("latin1", 28591)]
    [InlineData("mac_roman", 10000)]
    [InlineData("Shift_JIS", 932)]
    [InlineData("ibm850", 850)]
    [InlineData("koi8-r", 20866)]
    [InlineData("utf-7", null)]
    [InlineData("65000", null)]
    [InlineData("unicode-1-1-utf-7", null)]
    [InlineData("klingon", null)]
    [InlineData("", null)]
    public void Encodings_have_the_names_that_programs_give_them(string name, int? codePage) =>
        Assert.Equal(codePage, FileEncodings.Find(name)?.CodePage);

    /// <summary>Any place of the text is read again as it was, and what cannot be decoded is no character.</summary>
    [Theory]
    [InlineData("windows-1251")]
    [InlineData("shift_jis")]
    [InlineData("gb18030")]
    [InlineData("utf-16le")]
    public void Decoded_text_goes_on_at_any_place(string name)
    {
        var encoding = FileEncodings.Find(name)!;
        var text = string.Concat(Enumerable.Repeat(name == "windows-1251" ? Russian : Japanese + "😀", 3_000));
        text = encoding.GetString(encoding.GetBytes(text));
        var expected = Encoding.UTF8.GetBytes(text);
        using var decoded = new DecodedText(new MemoryStream(encoding.GetBytes(text)), encoding);

        Assert.Equal(expected.Length, decoded.CountBytes());
        foreach (var position in new[] { 0, 1, 70_001, 12, expected.Length - 3, expected.Length })
        {
            var buffer = new byte[Math.Min(500, expected.Length - position)];
            decoded.Position = position;
            decoded.ReadExactly(buffer);
            Assert.Equal(expected[position..(position + buffer.Length)], buffer);
        }
    }

    [Fact]
    public void What_cannot_be_decoded_is_no_UTF_8()
    {
        using var decoded = new DecodedText(
            new MemoryStream([0x41, 0x00, 0x00, 0xd8, 0x42, 0x00, 0x43]), Encoding.Unicode);
        var read = new byte[20];

        Assert.Equal([0x41, 0xff, 0x42, 0xff], read[..decoded.ReadAtLeast(read, 20, throwOnEndOfStream: false)]);
    }

    private static (int CodePage, EncodingBy By) Decided(EncodingScout scout, string? stated)
    {
        var (encoding, by) = scout.Decide(stated is null ? null : FileEncodings.Find(stated));
        return (encoding.CodePage, by);
    }

    private static EncodingScout Scout(byte[] bytes, int chunk)
    {
        var scout = new EncodingScout();
        foreach (var part in bytes.Chunk(chunk))
        {
            scout.Look(part);
        }

        return scout;
    }
}
