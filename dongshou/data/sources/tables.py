"""Data sets that are tables of numbers."""

from dongshou.data.sources.source import BOOK, Source, mirrored

_UCI_AIRFOIL = "https://archive.ics.uci.edu/ml/machine-learning-databases/00291"

TABLES = (
    Source(
        name="diabetes-pima",
        holds="768 patients: 8 measurements, and whether diabetes was found",
        origin="National Institute of Diabetes and Digestive and Kidney Diseases, 1990",
        license="none stated",
        folder="pima-diabetes",
        files=(
            mirrored(
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
        license="Kaggle competition terms: for study, not for publishing further",
        folder="house-prices",
        files=(
            mirrored(
                "kaggle_house_pred_train.csv",
                460_676,
                "1e18addf81e5e4d347cc17ee6075bbe4a42b7fa26b9e5b063e8f692a5f929d41",
                *BOOK,
            ),
            mirrored(
                "kaggle_house_pred_test.csv",
                451_405,
                "8fdd3d829d4d986b58f845c9553b225e67dd8383624d90fb6ca1d4bed5798c1e",
                *BOOK,
            ),
        ),
    ),
    Source(
        name="airfoil",
        holds="1,503 wind-tunnel runs: 5 settings of an airfoil and the noise it makes",
        origin="Brooks, Pope, Marcolini (NASA), 1989: UCI Machine Learning Repository",
        license="CC BY 4.0",
        folder="airfoil",
        files=(
            mirrored(
                "airfoil_self_noise.dat",
                59_984,
                "74c75fd71783f1e6b71f8a622b993dc592897a97cd689c5090a07147a1b097b3",
                *BOOK,
                _UCI_AIRFOIL,
            ),
        ),
    ),
)
