"""Data sets of text."""

from dongshou.data.sources.source import BOOK, Source, mirrored

_CHAR_RNN = (
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare",
    "https://cdn.jsdelivr.net/gh/karpathy/char-rnn@master/data/tinyshakespeare",
)
_POETRY = ("https://raw.githubusercontent.com/chinese-poetry/chinese-poetry/master/%E5%85%A8%E5%94%90%E8%AF%97",)
_PRACTICAL_PYTORCH = (
    "https://raw.githubusercontent.com/spro/practical-pytorch/master/data/names",
    "https://cdn.jsdelivr.net/gh/spro/practical-pytorch@master/data/names",
)
_PYTORCH_EXAMPLES = (
    "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2",
    "https://cdn.jsdelivr.net/gh/pytorch/examples@main/word_language_model/data/wikitext-2",
)

_NAMES = (
    ("Arabic.txt", 13_190, "6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc"),
    ("Chinese.txt", 1_246, "09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465"),
    ("Czech.txt", 3_916, "e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7"),
    ("Dutch.txt", 2_351, "924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3"),
    ("English.txt", 27_125, "9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2"),
    ("French.txt", 2_178, "81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95"),
    ("German.txt", 5_610, "7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db"),
    ("Greek.txt", 1_981, "3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6"),
    ("Irish.txt", 1_858, "cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058"),
    ("Italian.txt", 5_657, "f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4"),
    ("Japanese.txt", 7_622, "e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f"),
    ("Korean.txt", 423, "cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136"),
    ("Polish.txt", 1_165, "45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826"),
    ("Portuguese.txt", 554, "50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53"),
    ("Russian.txt", 85_168, "0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c"),
    ("Scottish.txt", 752, "78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd"),
    ("Spanish.txt", 2_284, "1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7"),
    ("Vietnamese.txt", 339, "f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d"),
)

_WORD_SIMILARITY = (
    "https://raw.githubusercontent.com/mfaruqui/eval-word-vectors/master/data/word-sim",
    "https://cdn.jsdelivr.net/gh/mfaruqui/eval-word-vectors@master/data/word-sim",
)
_WORD2VEC = (
    "https://raw.githubusercontent.com/tmikolov/word2vec/master",
    "https://cdn.jsdelivr.net/gh/tmikolov/word2vec@master",
)
_JUDGEMENTS = (
    ("EN-MC-30.txt", 543, "33ee05911496ff83d95cac351d0746c6f63b9181b605cb7d307f4daa8864511b"),
    ("EN-MEN-TR-3k.txt", 53_593, "888b13580faa362c7b11da0a670258cf1b1eb4bf0ecbcd418918729a3bd3f43a"),
    ("EN-MTurk-287.txt", 7_218, "a9ae3a9decb75a9700fe0cf18b048c1344774d9f40e0196baf8e34d4cd9d1ce5"),
    ("EN-MTurk-771.txt", 19_628, "04dc297c9e86b6fa7cf8ef0e4ba2e2c8d3399ec68d92fb7a53c0b4aae27198b5"),
    ("EN-RG-65.txt", 1_210, "c243f3a91c3f5d8cf67f21a67f6fb80bde8b6bb060851a6a48e6f2d68ec98c9f"),
    ("EN-RW-STANFORD.txt", 49_851, "5108d54dfc746f44f9c3d7e31d2857c37cf71430bc1594175a61a3b89bb0ae1f"),
    ("EN-SIMLEX-999.txt", 18_024, "405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685"),
    ("EN-SimVerb-3500.txt", 65_315, "9d84274e7ad029fd3cf69dd0516e9ade624bbef9bd4e2050f6cc1fa01471e0f5"),
    ("EN-VERB-143.txt", 3_320, "7259e19961c81912aa4c72de0102e480b2ad2bb9f4ce97d036fbde8e1a403001"),
    ("EN-WS-353-ALL.txt", 7_405, "ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c"),
    ("EN-WS-353-REL.txt", 5_134, "66a7c88100624d0a391605ff61ce84e11d11ee620d51ec0298da49592838f8fa"),
    ("EN-WS-353-SIM.txt", 4_002, "f1da938998863c94e53f72f984a5c6e215f0b46c323aae8f0f4930703a339107"),
    ("EN-YP-130.txt", 2_614, "7643fdbc6158c3424061e2cba450c71285767266ff9f3db947bfc1f1f5ce67ab"),
)

TEXTS = (
    Source(
        name="python-manual",
        holds="the reference manual of Python, as `help()` shows it: 500,000 characters, each version its own",
        origin="Python Software Foundation: https://docs.python.org/3/reference",
        license="PSF-2.0",
        folder="python-manual",
        inside="Python",
    ),
    Source(
        name="time-machine",
        holds="The Time Machine: a novel of 180,000 characters",
        origin="H. G. Wells, 1895; the text that the book uses",
        license="public domain",
        folder="time-machine",
        files=(
            mirrored(
                "timemachine.txt",
                178_979,
                "8424dbd9532ac81f7e5f0b6add90e6952baea29158309d7d1bf3884f4e12c516",
                *BOOK,
            ),
        ),
    ),
    Source(
        name="tiny-shakespeare",
        holds="40,000 lines of Shakespeare's plays: 1,100,000 characters",
        origin="Karpathy, 2015: https://github.com/karpathy/char-rnn",
        license="public domain",
        folder="tiny-shakespeare",
        files=(
            mirrored(
                "input.txt",
                1_115_394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                *_CHAR_RNN,
            ),
        ),
    ),
    Source(
        name="tang-poems",
        holds="5,003 poems of the Tang dynasty in traditional characters: 310,000 characters",
        origin="https://github.com/chinese-poetry/chinese-poetry",
        license="MIT; the poems are in the public domain",
        folder="tang-poems",
        files=(
            mirrored(
                "poet.tang.0.json",
                408_405,
                "4f88f429938082523cdc72a1612bd7a7c3e3f7a33f8192c61ae51340efc3c92d",
                *_POETRY,
            ),
            mirrored(
                "poet.tang.1000.json",
                477_519,
                "6e703b8d8dcedbd6110f6d48d043665ca2131db2035a5bfcef5e59a19aeb6d75",
                *_POETRY,
            ),
            mirrored(
                "poet.tang.2000.json",
                417_948,
                "ec28efa7e2ae9cdbbba09f0ed186e32ccae47a325ad1e5816b7ad56071c1665a",
                *_POETRY,
            ),
            mirrored(
                "poet.tang.3000.json",
                453_811,
                "9e4ba2323752b6b9fbdba875cdbc6a26636fe0cabc85fd066370d4915952001f",
                *_POETRY,
            ),
            mirrored(
                "poet.tang.4000.json",
                488_655,
                "b8a7946c879b9658a6c667a4c55f776fae7e5e00a17789ab06b274c1429afc66",
                *_POETRY,
            ),
        ),
    ),
    Source(
        name="ptb",
        holds="Penn Treebank: 930,000 + 74,000 + 82,000 words of the Wall Street Journal, in 10,000 different ones",
        origin="Marcus, Santorini, Marcinkiewicz, 1993; as prepared by Mikolov et al., 2010",
        license="none stated: for study, not for publishing further",
        folder="ptb",
        files=(
            mirrored(
                "ptb.zip",
                1_981_551,
                "310d8f602882a5716613815ed75596e5764ea84ed04c5630eebaaf2b943ec5aa",
                *BOOK,
            ),
        ),
    ),
    Source(
        name="wikitext-2",
        holds="articles of Wikipedia: 210,000 + 240,000 words, the parts for validation and test of WikiText-2",
        origin="Merity, Xiong, Bradbury, Socher, 2016: https://github.com/pytorch/examples",
        license="CC BY-SA",
        folder="wikitext-2",
        files=(
            mirrored(
                "valid.txt",
                1_121_681,
                "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
                *_PYTORCH_EXAMPLES,
            ),
            mirrored(
                "test.txt",
                1_256_449,
                "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
                *_PYTORCH_EXAMPLES,
            ),
        ),
        more=("train.txt",),
    ),
    Source(
        name="dates",
        holds="dates from 1950 to 2049 as English, French and Chinese write them",
        origin="Unicode Common Locale Data Repository: https://cldr.unicode.org",
        license="Unicode-3.0",
        folder="dates",
        inside="Babel",
    ),
    Source(
        name="fra-eng",
        holds="167,130 sentences in English and French, from short to long",
        origin="Tatoeba, 2019: https://tatoeba.org, https://www.manythings.org/anki",
        license="CC BY 2.0",
        folder="fra-eng",
        files=(
            mirrored(
                "fra-eng.zip",
                3_423_204,
                "036e7dc4e83d393db24720ca0c7b7ddcb4b6b6053960438a5c0e1d6d8f2528f5",
                "https://github.com/d2l-ai/d2l-en/raw/b55adcf7/data",
            ),
        ),
    ),
    Source(
        name="countries",
        holds="the names of 250 countries and regions in 18 languages",
        origin="Unicode Common Locale Data Repository: https://cldr.unicode.org",
        license="Unicode-3.0",
        folder="countries",
        inside="Babel",
    ),
    Source(
        name="names",
        holds="20,050 surnames from 18 languages, many of them more than once",
        origin="Robertson, 2017: https://github.com/spro/practical-pytorch",
        license="MIT",
        folder="names",
        files=tuple(mirrored(name, size, sha256, *_PRACTICAL_PYTORCH) for name, size, sha256 in _NAMES),
    ),
    Source(
        name="word-similarity",
        holds="pairs of English words with the similarity that people see in them, 13 sets; 19,544 analogies",
        origin="Faruqui and Dyer, 2014: https://github.com/mfaruqui/eval-word-vectors; Mikolov et al., 2013",
        license="MIT (the collection); Apache-2.0 (the analogies)",
        folder="word-similarity",
        files=(
            *(mirrored(name, size, sha256, *_WORD_SIMILARITY) for name, size, sha256 in _JUDGEMENTS),
            mirrored(
                "questions-words.txt",
                603_955,
                "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
                *_WORD2VEC,
            ),
        ),
    ),
    Source(
        name="word-vectors",
        holds="vectors of 50 numbers for the 500 most frequent words of GloVe 6B",
        origin="Pennington, Socher, Manning, 2014: https://nlp.stanford.edu/projects/glove; cut by UCL NLP (jack)",
        license="PDDL",
        folder="word-vectors",
        files=(
            mirrored(
                "glove.6B.50d.top500.txt",
                214_600,
                "67d4835cdd431fa98024dc9d2b080b2d914efe103b53c0e640ed12b6c448602c",
                "https://raw.githubusercontent.com/uclnlp/jack/9e5ffbd4/tests/test_data/glove",
                "https://cdn.jsdelivr.net/gh/uclnlp/jack@9e5ffbd4/tests/test_data/glove",
            ),
        ),
    ),
)
