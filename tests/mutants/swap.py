"""A swap that does not give what it says, outputs that lie in memory in another order, a proof that looks away."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SWAP = ("tests/scratch/test_swap.py", "tests/scratch/test_subclasses.py", "tests/scratch/test_torch_tools.py")
CLASSES = ("tests/scratch/test_found_by_class.py",)
LAYOUT = ("tests/scratch/test_layout.py",)
PROOF = ("tests/scratch/test_proof.py",)


def swap(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/scratch/{file}.py", old, new, SWAP)


def inherited(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/scratch/nn/{file}.py", old, new, CLASSES)


def layout(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/scratch/functional/{file}.py", old, new, LAYOUT)


def proof(what: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(what, f"dongshou/scratch/proof/{file}.py", old, new, PROOF)


MUTANTS = [
    swap("nothing is said of what is left", "swap", "if left := torch_layers(model):", "if left := []:"),
    swap("strict changes half of the model", "swap", "if strict and (missing", "if False and (missing"),
    swap("a forward set on the layer is overlooked", "twins", ' or "forward" in vars(layer)', ""),
    swap("a subclass's forward is overlooked", "twins", "type(layer).forward is not base.forward or", "False or"),
    swap("pickled under the name of the user's class", "twins", '"__reduce_ex__": _reduce, ', ""),
    swap("copies are torch's", "twins", "return make(_our_class(original) or original,", "return make(original,"),
    swap(
        "the user's own pickling is ignored", "twins", "if not arguments or arguments[0]", "if False and arguments[0]"
    ),
    swap("a class that refuses subclasses stops the swap", "twins", "except TypeError:", "except KeyError:"),
    swap("TorchScript is taken for a model", "twins", "if isinstance(layer, ScriptModule):\n        return None", ""),
    swap("what TorchScript holds is named too", "swap", "compiled.append(", "[].append("),
    swap("torch.jit.script is let in", "nn/container", "def __prepare_scriptable__", "def prepare_scriptable"),
    swap("torch.fx looks into our layers", "fx", "isinstance(m, Layer) or super()", "super()"),
    swap("to_torch forgets the user's class", "twins", "if _ORIGINAL in vars(layer_class):", "if False:"),
    Mutant(
        "a helper that only torch's layer has is overlooked",
        "dongshou/scratch/twins.py",
        "return None if _replaces_what_we_lack(layer_class, theirs, twin) else _derived",
        "return _derived",
        CLASSES,
    ),
    inherited("the convolution's helper is torch's", "convolution", "def _conv_forward(", "def _own_forward("),
    inherited("a block of the Transformer is torch's", "transformer_layer", "def _mha_block(", "def _own_block("),
    inherited("the constructor of torch's is called", "container", "Module.__init__(self)", "super().__init__()"),
    inherited("Linear is not torch's", "linear", "class Linear(Layer, torch_nn.Linear)", "class Linear(Layer)"),
    inherited("torch's encoder takes its fused path", "transformer_layer", "        return 0\n", "        return 1\n"),
    layout(
        "layer norm keeps the order of its input", "normalization", "normalize(input.contiguous()", "normalize(input"
    ),
    layout("group norm keeps the order of its input", "normalization", "in_order(input).reshape", "input.reshape"),
    layout("channels last become first", "layout", "if any(map(has_channels_last, inputs)):", "if False:"),
    layout("every picture's channels go last", "layout", "not tensor.is_contiguous() and", "True and"),
    proof("one per cent passes", "layers", "equal_nan=True, msg", "equal_nan=True, rtol=0.02, atol=0.02, msg"),
    proof(
        "gradients of parameters are not compared",
        "layers",
        '"the gradient of a parameter": [parameter.grad for parameter in layer.parameters()],',
        "",
    ),
    proof(
        "gradients of inputs are not compared",
        "layers",
        '"the gradient of an input": [leaf.grad for leaf in leaves],',
        "",
    ),
    proof("buffers are not compared", "layers", '"a buffer": list(layer.buffers()),', ""),
    proof("outputs are not compared", "layers", '"the output": [output.detach() for output in outputs],', ""),
    proof("batches are left out", "layers", "(*samples, *further_samples(info.module_cls.__name__))", "samples"),
    proof(
        "torch's operators are let in", "layers", "with OnlyPermitted():\n        answers", "if True:\n        answers"
    ),
    proof(
        "the state of an optimiser is not compared",
        "optimizers",
        "_close(_state(our_optimizer), _state(their_optimizer)",
        "_close({}, {}",
    ),
    proof(
        "an optimiser's settings are not compared",
        "optimizers",
        "assert _groups(our_optimizer) == _groups(their_optimizer)",
        "assert True",
    ),
]
