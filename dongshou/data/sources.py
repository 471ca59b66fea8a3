"""Where every data set comes from: its files, their sizes and hashes, their mirrors and its licence."""

from __future__ import annotations

from dataclasses import dataclass

from dongshou.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class File:
    """One file of a data set, used only when its size and sha256 are these; mirrors in order of choice."""

    name: str
    size: int  # bytes
    sha256: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A data set as its authors publish it: what it holds, who made it, on what terms, in which files.

    The files lie in a folder named `folder`, in the cache as in every directory named in DONGSHOU_DATA.
    No files: the data set is inside a package that is installed anyway.
    """

    name: str
    holds: str
    origin: str
    licence: str
    folder: str
    files: tuple[File, ...] = ()

    def file(self, name: str) -> File:
        """The declaration of one file. Raises UsageError when the data set has no file of that name."""
        for file in self.files:
            if file.name == name:
                return file
        names = [file.name for file in self.files]
        raise UsageError(
            f'Data set {self.name} has no file "{name}".{did_you_mean(name, names)}'
            f" Its files: {', '.join(names) or 'none'}."
        )


def _mirrored(name: str, size: int, sha256: str, *directories: str) -> File:
    """A file that lies under its own name on each of several mirrors."""
    return File(name, size, sha256, tuple(f"{directory}/{name}" for directory in directories))


_FASHION_MNIST = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
)
_MNIST = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)
_BOOK = (
    "http://d2l-data.s3-accelerate.amazonaws.com",
    "https://d2l-data.s3.amazonaws.com",
)
_UCI_AIRFOIL = "https://archive.ics.uci.edu/ml/machine-learning-databases/00291"

_DECLARED = (
    Source(
        name="fashion-mnist",
        holds="60,000 + 10,000 grey pictures of clothing, 28x28, in 10 classes",
        origin="Xiao, Rasul, Vollgraf (Zalando Research), 2017: https://github.com/zalandoresearch/fashion-mnist",
        licence="MIT",
        folder="fashion-mnist",
        files=(
            _mirrored(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                *_FASHION_MNIST,
            ),
            _mirrored(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                *_FASHION_MNIST,
            ),
            _mirrored(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                *_FASHION_MNIST,
            ),
            _mirrored(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                *_FASHION_MNIST,
            ),
        ),
    ),
    Source(
        name="mnist",
        holds="60,000 + 10,000 grey pictures of handwritten digits, 28x28, in 10 classes",
        origin="LeCun, Cortes, Burges, 1998: http://yann.lecun.com/exdb/mnist",
        licence="commonly given as CC BY-SA 3.0",
        folder="mnist",
        files=(
            _mirrored(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                *_MNIST,
            ),
            _mirrored(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                *_MNIST,
            ),
            _mirrored(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                *_MNIST,
            ),
            _mirrored(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                *_MNIST,
            ),
        ),
    ),
    Source(
        name="digits",
        holds="1,797 grey pictures of handwritten digits, 8x8, in 10 classes",
        origin="Alpaydin, Kaynak, 1998: UCI Machine Learning Repository; comes inside scikit-learn",
        licence="CC BY 4.0",
        folder="digits",
    ),
    Source(
        name="diabetes-pima",
        holds="768 patients: 8 measurements, and whether diabetes was found",
        origin="National Institute of Diabetes and Digestive and Kidney Diseases, 1990",
        licence="none stated",
        folder="pima-diabetes",
        files=(
            _mirrored(
                "pima-indians-diabetes.csv",
                23_278,
                "6bfe5d0f379d17a0e0819b996407e3c09bf80febd4287f2ed212190dfff154af",
                "https://raw.githubusercontent.com/jbrownlee/Datasets/master",
            ),
        ),
    ),
    Source(
        name="house-prices",
        holds="1,460 + 1,459 house sales in Ames, Iowa, 2006 to 2010: 79 features and the price",
        origin="De Cock, 2011: https://www.kaggle.com/c/house-prices-advanced-regression-techniques",
        licence="Kaggle competition terms: for study, not for publishing further",
        folder="house-prices",
        files=(
            _mirrored(
                "kaggle_house_pred_train.csv",
                460_676,
                "1e18addf81e5e4d347cc17ee6075bbe4a42b7fa26b9e5b063e8f692a5f929d41",
                *_BOOK,
            ),
            _mirrored(
                "kaggle_house_pred_test.csv",
                451_405,
                "8fdd3d829d4d986b58f845c9553b225e67dd8383624d90fb6ca1d4bed5798c1e",
                *_BOOK,
            ),
        ),
    ),
    Source(
        name="airfoil",
        holds="1,503 wind-tunnel runs: 5 settings of an airfoil and the noise it makes",
        origin="Brooks, Pope, Marcolini (NASA), 1989: UCI Machine Learning Repository",
        licence="CC BY 4.0",
        folder="airfoil",
        files=(
            _mirrored(
                "airfoil_self_noise.dat",
                59_984,
                "74c75fd71783f1e6b71f8a622b993dc592897a97cd689c5090a07147a1b097b3",
                *_BOOK,
                _UCI_AIRFOIL,
            ),
        ),
    ),
)

SOURCES: dict[str, Source] = {source.name: source for source in _DECLARED}


def get_source(name: str) -> Source:
    """The declaration of a data set. Raises UsageError, with the nearest right names, when there is none."""
    if name not in SOURCES:
        raise UsageError(f'No data set "{name}".{did_you_mean(name, SOURCES)} The data sets: {", ".join(SOURCES)}.')
    return SOURCES[name]
