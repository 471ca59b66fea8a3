"""The weights of linear classifiers of bags: counted (naive Bayes), or found (logistic regression), or both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dongshou.data.text.bags import Sparse

Array = NDArray[np.float64]
Linear = tuple[Array, Array]  # weights (features, classes) and bias (classes,): scores = x W + b


def naive_bayes(x: Sparse, labels: Array, num_classes: int, added: float = 1.0) -> Linear:
    """W = log P(feature | class), b = log P(class), each from counts: the words of a text are taken as independent.

    P(f | c) = (added + sum of x_f over the texts of c) / (the same over all features): multinomial naive Bayes.
    """
    is_of = labels[:, None] == np.arange(num_classes)  # (texts, classes)
    mass = added + x.T @ is_of.astype(float)  # (features, classes)
    with np.errstate(divide="ignore"):  # a class without texts has the probability 0
        return np.log(mass / mass.sum(0)), np.log(is_of.mean(0))


def log_count_ratio(x: Sparse, is_one: NDArray[np.bool_], added: float = 1.0) -> Array:
    """r = log (p / |p|) / (q / |q|), p the counts of each feature in one class, q in the others; (features,).

    Wang and Manning, 2012, equation 3.
    """
    weights, _ = naive_bayes(x, is_one.astype(float), 2, added)
    return weights[:, 1] - weights[:, 0]


def logistic(x: Sparse, is_one: NDArray[np.bool_], c: float = 1.0) -> tuple[Array, float]:
    """The w, b with the smallest |w|^2 / 2 + c sum over texts of log(1 + exp(-s (w x + b))), s = 1 or -1."""
    from scipy.optimize import minimize
    from scipy.special import expit

    sign = np.where(is_one, 1.0, -1.0)  # (texts,)

    def cost(weights_and_bias: Array) -> tuple[float, Array]:
        w, b = weights_and_bias[:-1], weights_and_bias[-1]
        margin = sign * (x @ w + b)
        slope = -c * sign * expit(-margin)  # of the sum, by each w x + b
        value = w @ w / 2 + c * np.logaddexp(0, -margin).sum()
        return value, np.append(w + x.T @ slope, slope.sum())

    options = {"maxiter": 1000, "gtol": 1e-4, "ftol": 1e-10}
    found = minimize(cost, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options=options).x
    return found[:-1], float(found[-1])


def one_against_the_rest(x: Sparse, labels: Array, num_classes: int, c: float, by_ratio: bool = False) -> Linear:
    """Logistic regression of each class against the others; of two classes one is enough, the other scores 0.

    by_ratio  each feature is first scaled by its log-count ratio: NB-SVM (Wang and Manning, 2012) with the logistic
              loss (Mesnil et al., 2015)
    """
    weights, bias = np.zeros((x.shape[1], num_classes)), np.zeros(num_classes)
    for number in [1] if num_classes == 2 else range(num_classes):
        is_one = labels == number
        scale = log_count_ratio(x, is_one) if by_ratio else np.ones(x.shape[1])
        w, bias[number] = logistic(x.multiply(scale).tocsr(), is_one, c)
        weights[:, number] = scale * w
    return weights, bias


def inverse_document_frequency(counts: Sparse) -> Array:
    """log((1 + n) / (1 + n_f)) + 1, n texts, n_f of them with the feature: as if one more text had them all."""
    num_texts = counts.shape[0]
    return np.log((1 + num_texts) / (1 + counts.getnnz(axis=0))) + 1


def tf_idf(counts: Sparse, idf: Array) -> Sparse:
    """Counts times idf, each text scaled to length 1."""
    x = counts.multiply(idf).tocsr()
    lengths = np.sqrt(x.multiply(x).sum(axis=1)).A1  # (texts,)
    return x.multiply(1 / np.maximum(lengths, 1e-12)[:, None]).tocsr()
