"""Two hundred names that break careless software, as somebody might type them into a form."""

from referralcrm.core.forms import ONE_LINE

TYPED = r"""
Null
NULL
null
None
undefined
NaN
nan
Infinity
-Infinity
true
TRUE
false
yes
no
Y
1
0
-1
-0
007
00000
1e10
1E400
0x1F
1.0
1,5
1/2
3-4
2026-03-08
8/3/26
12:30
#N/A is what she is called
#REF
=1+1
=HYPERLINK("http://127.0.0.1/x","Click")
=cmd|' /C calc'!A0
@SUM(A1:A9)
+44 20
+1
-x
--
-
- - -
'
''
'quoted'
'=1+1
''=1+1
"
""
"quoted"
say "hello"
a,b
a;b
a|b
,
;
,,,
",",
O'Brien
O’Brien
D’Àrcy-O'Neill
Anne-Marie
von der Heide
de la Cruz y Vega
Ng
O
X Æ A-12
Dr. h. c. mult. Ä. Öß
Straße
ſtraße
İstanbul
ıssız
Łukasz Żółć
Dvořák
Þórður Ægisson
Ōsaka Tarō
Nguyễn Thị Hương
Zoë Müller-Ångström
Ñandú
ﬁnch
Ⅷ. Heinrich
Ｆｕｌｌｗｉｄｔｈ
山田太郎
山田　太郎
김철수
李伟
สมชาย ใจดี
नरेन्द्र शर्मा
தமிழ்
ქართული
Ελένη Παπαδοπούλου
Иванов Пётр
Щукина
Їжак
שרה כהן
محمد علي
علي O'Brien 7
עברית and English
‏RTL mark first
\u202eevil\u202c
\u2066isolate\u2069
\u202aembedded\u202c
abc\u200edef
zero\u200bwidth
zero\u200djoin
non\u200cjoin
word\u2060joiner
\ufeffmark first
soft\u00adhyphen
no\u00a0break
thin\u2009space
em\u2003space
combining e\u0301
a\u0308o\u0308u\u0308
Z\u0351\u0342a\u0343lgo
ي\u0651
👩🏽‍⚕️
👨‍👩‍👧‍👦 family
🏳️‍🌈
🇬🇧
😀
𝔘𝔫𝔦𝔠𝔬𝔡𝔢
𠜎𠜱
\U0010ffff
\ufffd
\ufffe
\uffff
\ue000
\u0378
\x01
bell\x07
escape\x1b[31m
back\x08space
delete\x7f
c1\x85next
vertical\x0btab
form\x0cfeed
tab\there
two\t\ttabs
line\nbreak
line\r\nbreak
carriage\rreturn
line\u2028separator
paragraph\u2029separator
<b>bold</b>
<script>alert(1)</script>
<img src=x onerror=alert(1)>
</td></tr>
<!-- comment -->
&amp;
&lt;
&#x27;
&nbsp;
]]>
<![CDATA[x]]>
{{ 7*7 }}
{% debug %}
{name}
{0}
%s
%(name)s
%00
%0d%0a
${HOME}
$(reboot)
`reboot`
$1
\\1
\\
\\n
\\\\server\\share
C:\\temp
../../etc/passwd
/dev/null
~root
'; DROP TABLE partners; --
1' OR '1'='1
admin'--
") OR 1=1
*)(uid=*
a\rBcc: all@elsewhere.example
Subject: hello
a@b
mailto:a@b.example
http://127.0.0.1/
javascript:alert(1)
data:text/html,x
_x000D_
_x0041_
_x005F_x0041_
x_x0041
sep=;
id
name
"=1+1"
"a
a"
a""b
ann,"lee
{"a": 1}
[1, 2]
<a href="x">
tail=
long ab
Mr Trailing Dot.
...
…
***
###
!!!
???
:
/
COM1
CON
aux
sh -c id
SELECT
Tⅰmothy
ＡＮＮ
"""


def _meant(line):
    """The text with its escapes carried out."""
    return line.encode("latin-1", "backslashreplace").decode("unicode_escape")


TEXTS = [_meant(line) for line in TYPED.strip("\n").split("\n")]
NAMES = [text for text in TEXTS if not ONE_LINE.regex.search(text)]  # what a field of one line takes
