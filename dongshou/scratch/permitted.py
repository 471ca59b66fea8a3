"""The operators that everything in `scratch` may be made of, forward and backward.

ATen is torch's library of operators; these are the names it sees once a line of Python has been carried out,
in-place forms (`add_`) under the plain name. None of them is a layer, a loss or an activation but tanh,
which is an elementary function like exp. The tests refuse every other operator.
"""

from __future__ import annotations

ARITHMETIC = {"add", "sub", "rsub", "mul", "div", "neg", "pow", "addcmul", "addcdiv", "lerp", "mm", "linalg_qr"}
ELEMENTARY = {"exp", "log", "log1p", "sqrt", "tanh", "erf", "abs", "sign", "sgn"}
COMPARISON = {"eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or"}
SELECTION = {"where", "clamp", "maximum", "gather", "index"}
REDUCTION = {"sum", "mean", "amax", "any", "all"}
SHAPE = {"view", "_unsafe_view", "t", "permute", "unsqueeze", "squeeze", "expand", "diagonal"}
CREATION = {
    *("empty", "empty_like", "new_empty", "new_empty_strided"),
    *("new_zeros", "zeros_like", "ones_like", "full_like", "scalar_tensor"),
}
FILLING = {"fill", "zero", "copy", "_to_copy", "clone", "lift_fresh", "uniform", "normal", "bernoulli"}
READING = {"detach", "_local_scalar_dense"}
DERIVATIVES = {"tanh_backward", "scatter_add"}  # of tanh, and of gather

PERMITTED = frozenset().union(
    *(ARITHMETIC, ELEMENTARY, COMPARISON, SELECTION, REDUCTION, SHAPE),
    *(CREATION, FILLING, READING, DERIVATIVES),
)
