"""Golden vectors of src/nets/text-encoder.ts, written from docs/math/text-encoding.md alone, without the code.

    python3 test/support/text-encoder-goldens.py > test/support/text-encoder-goldens.json
"""
import json
import math
import re
import struct
import unicodedata

M = 0xFFFFFFFF
KINDS = {"gap": 0, "letter": 1, "digit": 2, "single": 3, "mark": 4}


def fnv(data, h=0x811C9DC5):
    for byte in data:
        h = ((h ^ byte) * 0x01000193) & M
    return h


def mix(h):
    h ^= h >> 16
    h = h * 0x85EBCA6B & M
    h ^= h >> 13
    h = h * 0xC2B2AE35 & M
    return h ^ (h >> 16)


def fold(text):
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]", "", folded)
    return folded.replace("ß", "ss").replace("ς", "σ")


def utf8(text):
    return text.encode("utf-8", "surrogatepass")


LETTERS = "[^\\W\\d_]"  # enough for the letters of the texts below


def tokens(text, marks):
    han = "[\u3040-\u30ff\u3005\u4e00-\u9fff\uac00-\ud7a3\u0e00-\u0eff\U0001f000-\U0001faff]"
    letters = f"(?:(?!{han}){LETTERS}|[\u0300-\u036f\u0900-\u0963\u064b-\u065f])+"
    digits = "[0-9]" if marks else "[0-9]+"
    other = "|[!-~§€“”„،؟。、！？«»–—…⁄]" if marks else ""
    return re.findall(f"{han}|{letters}|{digits}{other}", text)


def grams_of(text, block):
    low, high = block["n"]
    if block["kind"] == "word":
        words = tokens(text, block.get("tokens") == "marks")
        return [" ".join(words[i : i + n]) for i in range(len(words)) for n in range(low, high + 1) if i + n <= len(words)]
    text = f" {' '.join(text.split())} "
    if text.strip() == "":
        return []
    return [text[i : i + n] for i in range(len(text)) for n in range(low, high + 1) if i + n <= len(text)]


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def encode(text, blocks):
    text = fold(text)
    result, end = {}, 0
    for block in blocks:
        offset, bins = block.get("offset", end), block["bins"]
        end = offset + bins
        sums = {}
        for gram in grams_of(text, block):
            h = mix(fnv(utf8(gram)))
            place = offset + ((h >> 16) * bins >> 16)
            sums[place] = sums.get(place, 0) + (-1 if block.get("signed", True) and h & 1 else 1)
        sums = {k: v for k, v in sums.items() if v}
        if block.get("scale") == "log":
            sums = {k: math.copysign(f32(math.log(1 + min(255, abs(v)))), v) for k, v in sums.items()}
        norm = math.sqrt(sum(v * v for v in sums.values()))
        result |= {k: round(v / norm, 6) for k, v in sums.items()}
    return sorted(result.items())


PROFILES = {
    "dialogue": [{"kind": "word", "n": [1, 2], "bins": 384}],
    "routing": [
        {"kind": "word", "n": [1, 2], "bins": 224, "tokens": "marks", "scale": "log"},
        {"kind": "char", "n": [3, 5], "bins": 123, "scale": "log"},
    ],
    "unsigned": [{"kind": "word", "n": [2, 2], "bins": 64, "signed": False}, {"kind": "char", "n": [1, 2], "bins": 30, "offset": 70}],
}
TEXTS = [
    "",
    "   \n\t ",
    "I would like to find a restaurant in San Jose that serves American food tonight ok",
    "Book 2 tables at 11:30, please; I can't come at 9!",
    "the the the the the THE",
    "x",
    "a1b22 c-3",
    "Grüße aus München: Straße 12, ÖSTERREICH",
    "ΟΔΥΣΣΕΥΣ Όδος ος",
    "ﬁne ½ №5 ＡＢＣ１２３",
    "今天天气怎么样？明天呢",
    "東京タワーはどこですか、教えて",
    "서울 날씨 알려줘",
    "café cafe\u0301 CAFÉ co\u00adoperate",
    "اكتب رسالة، شكرا؟",
    "हिन्दी में लिखो",
    "สวัสดีครับ",
    "Ship it 🚀🚀 now 😀",
    "naïve “quotes” – and — dashes… €5",
    "Привет, МИР! ёлка",
    "def f(x):\n    return x ** 2  # square",
]

if __name__ == "__main__":
    rows = [{"text": text, **{name: encode(text, blocks) for name, blocks in PROFILES.items()}} for text in TEXTS]
    print(json.dumps({"profiles": PROFILES, "rows": rows}, ensure_ascii=False))
