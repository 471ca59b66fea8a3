"""The operators that everything in `scratch` may be made of, forward and backward.

ATen is torch's library of operators; these are the names it sees once a line of Python has been carried out,
in-place forms (`add_`) under the plain name. None of them is a layer, a loss or an activation but tanh,
which is an elementary function like exp. The tests refuse every other operator.
"""

from __future__ import annotations

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

ARITHMETIC = {
    "add",
    "sub",
    "rsub",
    "mul",
    "div",
    "neg",
    "pow",
    "addcmul",
    "addcdiv",
    "lerp",
    "mm",
    "bmm",
    "linalg_qr",
    "dot",
    "floor_divide",
}
ELEMENTARY = {
    "exp",
    "log",
    "log1p",
    "sqrt",
    "tanh",
    "erf",
    "abs",
    "sign",
    "sgn",
    "reciprocal",
    "floor",
    "round",
    "rsqrt",
    "expm1",
}
COMPARISON = {"eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or", "bitwise_not", "isnan", "logical_or"}
SELECTION = {
    "where",
    "clamp",
    "maximum",
    "minimum",
    "gather",
    "index",
    "masked_fill",
    "index_put",
    "index_select",
    "scatter",
}
REDUCTION = {"sum", "mean", "amax", "any", "all", "cumsum", "linalg_vector_norm"}
SHAPE = {
    "view",
    "_unsafe_view",
    "t",
    "permute",
    "transpose",
    "unsqueeze",
    "squeeze",
    "expand",
    "select",
    "diagonal",
    "slice",
    "cat",
    "stack",
    "split_with_sizes",
    "split",
    "unbind",
    "alias",
    "unfold",
    "flip",
    "repeat_interleave",
}
CREATION = {
    *("empty", "empty_like", "new_empty", "new_empty_strided", "arange", "zeros"),
    *("new_zeros", "zeros_like", "ones_like", "full_like", "scalar_tensor"),
    "new_full",
    "new_ones",
    "rand",
    "randperm",
}
FILLING = {"fill", "zero", "copy", "_to_copy", "clone", "lift_fresh", "uniform", "normal", "bernoulli"}
READING = {"detach", "_local_scalar_dense"}
SPARSE = {"_coalesce", "is_coalesced", "_indices", "_values", "indices", "values"}  # reading a sparse gradient
DERIVATIVES = {
    "tanh_backward",
    "scatter_add",
    "slice_backward",
    "select_backward",
    "index_add",
}  # of tanh, gather, slice, select

PERMITTED = frozenset().union(
    *(ARITHMETIC, ELEMENTARY, COMPARISON, SELECTION, REDUCTION, SHAPE),
    *(CREATION, FILLING, READING, SPARSE, DERIVATIVES),
)

# b X + c Y Z, rounded once: in an update rule an operator like addcmul, but in a layer it would be torch's linear
FUSED_PRODUCT = frozenset({"addmm"})


class OnlyPermitted(TorchDispatchMode):
    """Within `with OnlyPermitted():` an operator that is not on the list, nor in `also`, is an AssertionError."""

    def __init__(self, also: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.names = PERMITTED | also

    def __torch_dispatch__(self, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        name = function.overloadpacket.__name__.removesuffix("_")
        # the profiler's marks around an optimiser's step compute nothing
        if function.namespace != "profiler" and (function.namespace != "aten" or name not in self.names):
            raise AssertionError(f"{function} is not permitted in scratch")
        return function(*arguments, **(keywords or {}))
