"""CSV and TSV as people save them: the letters, the delimiter, the header row, and lines as they count."""

import codecs
import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.exchange.columns import PARTNERS, guess
from referralcrm.exchange.tables import Unreadable, open_table

WEST = """Name,Town,Note
Élodie Ferrière,Besançon,à côté
François Lefèbvre,Orléans,déjà vu
Jürgen Müller,Köln,Straße 5
Günther Groß,Düsseldorf,größer
José Muñoz Ibáñez,Málaga,Mª Carmen 1º
João Gonçalves,São Paulo,três ações
Søren Kjærgaard,Århus,blåbær
Åsa Sjöström,Malmö,på gång
Niccolò Virtù,Forlì,perché
Seán Ó Brádaigh,Dún Laoghaire,O’Brien – “quoted”
Zoë Citroën,Curaçao,£ 50 € 20
Anne Cœur,Bœuf,œuvre
"""
LANGUAGES = {
    "western": WEST,
    "ascii": "name,town\nO'Brien,Newtown\n",
    "french": "Nom,Ville\nÉlodie Ferrière,Besançon\nFrançois Lefèbvre,Orléans\nAnaïs Prévôt,Nîmes\n",
    "german": "Name,Ort\nJürgen Müller,Köln\nGünther Groß,Düsseldorf\nÜbelacker,Gräfelfing\n",
    "spanish": "Nombre,Ciudad\nJosé Muñoz Ibáñez,Málaga\nBegoña Núñez,Cádiz\n",
    "portuguese": "Nome,Cidade\nJoão Gonçalves,São Paulo\nConceição Simões,Guimarães\n",
    "danish": "Navn,By\nSøren Kjærgaard,Århus\nÆgidius Bjørn,Tromsø\n",
    "swedish": "Namn,Ort\nÅsa Sjöström,Malmö\nBjörn Häggström,Växjö\n",
    "polish": "Imię,Miasto\nŁukasz Wiśniewski,Łódź\nMałgorzata Dąbrowska,Gdańsk\nPaweł Kamiński,Kraków\n",
    "czech": "Jméno,Město\nAntonín Dvořák,Plzeň\nJiří Kučera,Mělník\nTomáš Černý,Třebíč\n",
    "hungarian": "Név,Város\nErdős Pál,Győr\nSzűcs Ágnes,Szeged\nTőkés Ödön,Üllő\n",
    "romanian": "Nume,Oraș\nIon Băsescu,Brașov\nȘtefan Țepeș,Timișoara\n",
    "romanian with cedillas": "Nume,Oraş\nIon Băsescu,Braşov\nŞtefan Ţepeş,Timişoara\n",
    "croatian": "Ime,Grad\nKovačić Željko,Šibenik\nĐorđe Đurić,Čakovec\nAnić Mačka,Požega\n",
    "russian": "Имя,Город\nИванов Пётр,Москва\nЩукина Анна,Екатеринбург\n",
    "ukrainian": "Ім'я,Місто\nЇжак Ганна,Київ\n",
    "greek": "Όνομα,Πόλη\nΠαπαδόπουλος Γιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\n",
    "turkish": "Ad,Şehir\nÇağlar Yılmaz,İstanbul\nIşık Öztürk,Muğla\nGülşen Şahin,Iğdır\n",
    "hebrew": "שם,עיר\nכהן משה,תל אביב\n",
    "arabic": "اسم,مدينة\nمحمد علي,القاهرة\n",
    "latvian": "Vārds,Pilsēta\nJānis Bērziņš,Liepāja\nKārlis Ķeniņš,Cēsis\n",
    "lithuanian": "Vardas,Miestas\nJonas Šimkūnas,Kėdainiai\nRūta Žukauskienė,Šiauliai\n",
    "estonian": "Nimi,Linn\nTõnu Õunapuu,Jõhvi\nKülli Mägi,Võru\n",
    "icelandic": "Nafn,Bær\nGuðrún Þórsdóttir,Reykjavík\nÝmir Ægisson,Akureyri\n",
    "vietnamese": "Tên,Thành phố\nNguyễn Thị Hương,Đà Nẵng\n",
    "japanese": "名前,町\n山田太郎,東京\nサトウ,ヨコハマ\n",
    "chinese": "姓名,城市\n李伟,北京\n王芳,上海\n",
    "chinese, traditional": "姓名,城市\n李偉,臺北\n王芳,高雄\n",
    "korean": "이름,도시\n김철수,서울\n이영희,부산\n",
    "thai": "ชื่อ,เมือง\nสมชาย ใจดี,กรุงเทพ\n",
    "welsh": "Enw,Tref\nSiân Ŵyn,Tŷ Gŵyr\n",
    "maltese": "Isem,Belt\nĠorġ Ħaż-Żebbuġ,Għawdex\n",
}
SURE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
CODE_PAGES = """
cp037 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862
cp863 cp864 cp865 cp866 cp869 cp874 cp875 cp932 cp949 cp950 cp1026 cp1125 cp1140 cp1250 cp1251
cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 big5 big5hkscs euc_jp euc_jis_2004 euc_kr gb2312
gbk gb18030 hz hp_roman8 iso2022_jp iso2022_kr iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5
iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15
iso8859_16 johab koi8_r koi8_t koi8_u kz1048 mac_croatian mac_cyrillic mac_greek mac_iceland
mac_latin2 mac_roman mac_romanian mac_turkish ptcp154 shift_jis shift_jisx0213 tis_620 utf_7
"""
REFUSED_EVEN_SO = {"estonian", "icelandic"}  # its letters are those of other code pages' languages
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


def cells_of(data, **options):
    table = open_table(io.BytesIO(data), name="list.csv", **options)
    return [table.header, *(cells for _, cells in table.rows())]


def encoded(language, encoding, delimiter):
    text = LANGUAGES[language].replace(",", delimiter)
    try:
        return text.encode(encoding), [line.split(",") for line in LANGUAGES[language].splitlines()]
    except UnicodeEncodeError:
        return None, []


@pytest.mark.parametrize("delimiter", DELIMITERS.values(), ids=DELIMITERS)
@pytest.mark.parametrize("encoding", SURE)
def test_unicode_is_always_read(encoding, delimiter):
    for language in LANGUAGES:
        data, expected = encoded(language, encoding, delimiter)
        assert cells_of(data, has_header=True) == expected, language


@pytest.mark.parametrize("delimiter", DELIMITERS.values(), ids=DELIMITERS)
@pytest.mark.parametrize("encoding", CODE_PAGES.split())
def test_any_other_encoding_gives_the_right_letters_or_is_refused(encoding, delimiter):
    tried = 0
    for language in LANGUAGES:
        data, expected = encoded(language, encoding, delimiter)
        if data is None:
            continue
        tried += 1
        try:
            assert cells_of(data, has_header=True) == expected, language
        except Unreadable as refusal:
            assert "save it" in refusal.message or "not a table" in refusal.message
    assert tried


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_excel_saves_in_the_west_is_read(language):
    data, expected = encoded(language, "cp1252", ",")
    if data is not None and language not in REFUSED_EVEN_SO:
        assert cells_of(data, has_header=True) == expected


@pytest.mark.parametrize("word", ["Dvoøák", "Kuèera", "£ódŸ", "Pawe³", "MŸller", "M‚ller", "Muñ–oz", "Ýlmaz"])
def test_one_word_in_the_wrong_code_page_is_enough(word):
    with pytest.raises(Unreadable):
        cells_of(f"Name,Town\n{word},Newtown\n".encode("cp1252"))


@pytest.mark.parametrize(
    "row",
    [
        "O’Brien",
        "Smith–Jones",
        "“quoted”",
        "50 €",
        "1½ hours",
        "20 °C",
        "n° 12",
        "Nº 5",
        "“Ä”",
        "a\xa0–\xa0b",
        "MÜLLER",
        "ÉLODIE",
        "Françoise-Élodie",
        "d’Été",
        "Zoë",
        "Strauß",
        "© 2024",
        "Über uns…",
        "Øystein",
        "Åse",
        "Gràcia",
        "Ça va",
    ],
)
def test_signs_and_names_of_the_west_make_nobody_doubt(row):
    assert cells_of(f"Name,Town\n{row},Newtown\n".encode("cp1252"))[1] == [row, "Newtown"]


def test_letters_across_the_pieces_a_file_is_read_in_are_whole():
    rows = [[f"Müller {number}", "Köln 大阪"] for number in range(20_000)]
    text = "Name,Town\n" + "".join(f"{one},{two}\n" for one, two in rows)
    for encoding in ("utf-8", "utf-16"):
        assert cells_of(text.encode(encoding))[1:] == rows
    western = text.replace("大阪", "Süd")
    assert cells_of(western.encode("cp1252"))[-1] == ["Müller 19999", "Köln Süd"]


def test_a_wrong_letter_at_the_end_of_a_long_file_is_found():
    text = "Name,Town\n" + "Ann,Leeds\n" * 60_000 + "Kuèera,Brno\n"
    with pytest.raises(Unreadable):
        cells_of(text.encode("cp1252"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "nothing in this file"),
        (b" ,,\n\n , \n", "nothing in this file"),
        (b"%PDF-1.7 \xff\xfe", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"\x1f\x8b\x08\0", "packed"),
        (b"{\\rtf1 Name}", "text document"),
        (b"<html><table><tr><td>Name", "web page"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>", "web page"),
        (bytes(range(256)) * 40, "not a table"),
        (b"Name\x00\x01\x02\x03\x04" * 9, "not a table"),
        (b"Name,Town\n\xff\xff\xfe\xfd,\xc0\xc1\n", "cannot be told"),
    ],
)
def test_what_is_no_table_is_said_so(data, message):
    with pytest.raises(Unreadable, match=message):
        cells_of(data)


@pytest.mark.parametrize("delimiter", DELIMITERS.values(), ids=DELIMITERS)
def test_quotes_line_breaks_and_doubled_quotes_belong_to_the_cell(delimiter):
    rows = [["Name", "Note"], ['Ann "the" Lee', f"one{delimiter}\r\ntwo\n"], ["Ben", "x"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    table = open_table(io.BytesIO(out.getvalue().encode()), name="x")
    assert (table.delimiter, table.header) == (delimiter, rows[0])
    assert list(table.rows()) == [(2, rows[1]), (5, rows[2])]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    )
)
def test_what_the_csv_module_writes_is_read_back(rows):
    rows = [[f"{cell}." for cell in cells] for cells in rows]
    out = io.StringIO()
    csv.writer(out).writerows([["Name", "Phone", "E-mail"], *rows])
    assert cells_of(codecs.BOM_UTF8 + out.getvalue().encode())[1:] == rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_the_same(end):
    table = open_table(io.BytesIO(end.join(["Name,Town", "Ann,Leeds", "", "Ben,York"]).encode()), name="x")
    assert list(table.rows()) == [(2, ["Ann", "Leeds"]), (4, ["Ben", "York"])]


def test_a_first_line_that_names_the_delimiter_is_obeyed():
    table = open_table(io.BytesIO(b"sep=;\r\nName;Town\r\nAnn, Lee;York\r\n"), name="x")
    assert (table.delimiter, table.header) == (";", ["Name", "Town"])
    assert list(table.rows()) == [(3, ["Ann, Lee", "York"])]


def test_ragged_rows_are_filled_up_or_keep_what_is_too_much():
    table = open_table(io.BytesIO(b"Name,Phone,Town\nAnn\nBen,1,York,,\nCas,2,Bath,x,y\n"), name="x")
    assert [cells for _, cells in table.rows()] == [
        ["Ann", "", ""],
        ["Ben", "1", "York"],
        ["Cas", "2", "Bath", "x", "y"],
    ]


def test_a_nul_stays_in_its_cell_to_be_named():
    rows = "".join(f"Ann {number},York\n" for number in range(60))
    table = open_table(io.BytesIO(f"Name,Town\nA\0nn,York\n{rows}".encode()), name="x")
    assert table.sample(1) == [["A\0nn", "York"]]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Name,Phone\nAnn,020 7946 0958\n", ["Name", "Phone"]),
        ("Referring Provider,NPI\nAnn,1234567893\n", ["Referring Provider", "NPI"]),
        ("Wer,Wann\nAnn,2024-03-08\nBen,2024-03-09\n", ["Wer", "Wann"]),
        ("Ann Lee,ann@office.example\nBen Roe,ben@office.example\n", None),
        ("Ann Lee,020 7946 0958\nBen Roe,020 7946 0959\n", None),
        ("Ann Lee,York\nBen Roe,Bath\n", None),
        ("Partners of 2024\n\nName,Phone\nAnn,1\n", ["Name", "Phone"]),
        ("Onze huisartsen\n\nWie,Wanneer\nAnn,2024-03-08\nBen,2024-03-09\n", ["Wie", "Wanneer"]),
        ("Name\nAnn\nBen\n", ["Name"]),
        ("Name,,Phone\nAnn,x,1\n", ["Name", "Column 2", "Phone"]),
    ],
)
def test_the_header_row_is_found_or_found_missing(text, header):
    table = open_table(io.BytesIO(text.encode()), name="x")
    assert table.has_header == (header is not None)
    assert table.header == (header or ["Column 1", "Column 2"])


def test_a_person_may_say_that_there_is_a_header_or_none():
    text = b"Name,Phone\nAnn,1\n"
    assert open_table(io.BytesIO(text), name="x", has_header=False).sample(1) == [["Name", "Phone"]]
    assert open_table(io.BytesIO(b"Ann,York\nBen,Bath\n"), name="x", has_header=True).header == [
        "Ann",
        "York",
    ]


@pytest.mark.parametrize("title", ["", "Partners of 2024\n\n", "Partners,,,\nas of May,,,\n"])
@pytest.mark.parametrize("headings", ["Name,Phone,Town,Fax", "Wer,Was,Wann,Wo"])
def test_a_table_opened_again_as_it_was_found_is_the_same(title, headings):
    file = io.BytesIO(f"{title}{headings}\nAnn,020 7946 0958,York,\nBen,020 7946 0959,Bath,\n".encode())
    found = open_table(file, name="x")
    again = open_table(file, name="x", has_header=found.has_header)
    assert (found.has_header, again.header) == (True, headings.split(","))
    assert list(again.rows()) == list(found.rows())
    assert len(list(again.rows())) == 2


def test_the_rows_can_be_read_again_and_the_file_stays_open():
    file = io.BytesIO(b"Name,Phone\nAnn,1\nBen,2\n")
    table = open_table(file, name="x")
    assert list(table.rows()) == list(table.rows())
    assert not file.closed


def test_a_quotation_mark_that_never_closes_is_named_with_its_line():
    table = open_table(
        io.BytesIO(b"Name,Town\nAnn,York\n" * 200 + b'Ben,"Bath\n' + b"Cas,Hull\n" * 30_000), name="x"
    )
    with pytest.raises(Unreadable, match="line 401"):
        list(table.rows())


@pytest.mark.parametrize(
    "cell",
    [
        b"+" + b"A" * 60_000 + b"@x",
        b"+aaa" * 25_000 + b"@x",
        b"~{" * 50_000,
        b"\xe9," + b"a" * 60_000,
        b"\xf8b" * 40_000,
        b"a@" + b"." * 60_000 + b"@",
        b" " * 60_000 + b"a",
    ],
)
def test_no_text_makes_a_search_run_on_and_on(cell):
    data, started = b"What,Phone\n" + (b"x," + cell + b"\n") * 2, time.process_time()
    try:
        table = open_table(io.BytesIO(data), name="list.csv")
        guess(PARTNERS, table.header, table.sample(50))
    except Unreadable:
        pass
    assert time.process_time() - started < 1
