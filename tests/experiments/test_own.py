"""Experiments in a user's own file: how it is addressed, read, run, and what is wrong with one."""

from __future__ import annotations

import inspect
import pickle
import sys
from pathlib import Path

import pytest

import dongshou
from dongshou.errors import DongshouError, UsageError
from dongshou.experiments.own import Address, address_in, read_source
from dongshou.experiments.registry import Declaration, find_declaration
from dongshou.experiments.setting import Setting
from dongshou.training import Experiment, Goal, Reported
from tests.own_file import write

HEAD = "import dongshou\nfrom dongshou.training import Experiment, Goal\n"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch):
    """What a file leaves behind in Python is gone after the test."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = dict(sys.modules)
    yield
    for name in sys.modules.keys() - before.keys():
        if "pytest-" in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("mlp", None),
        ("mlp:digits", None),
        ("a.py", Address("a.py", "")),
        ("a.py:deep", Address("a.py", "deep")),
        ("a.py:two-layers", Address("a.py", "two_layers")),
        ("of mine/a b.py:deep", Address("of mine/a b.py", "deep")),
        ("C:/x/a.py:deep", Address("C:/x/a.py", "deep")),
        (".py/a.py", Address(".py/a.py", "")),
        ("folder/a", Address("folder/a", "")),
        ("folder/a:deep", Address("folder/a", "deep")),
        ("./", Address("./", "")),
    ],
)
def test_an_address_is_told_from_a_name_of_the_course(name: str, address: Address | None):
    assert address_in(name) == address


def test_a_function_of_a_file_is_a_declaration_like_ours(tmp_path: Path):
    path = write(tmp_path)
    declaration = find_declaration(f"{path}:experiment")
    assert (declaration.name, declaration.address, declaration.origin) == ("clouds.py", str(path), "file")
    assert declaration.settings[:2] == (
        Setting("lr", "float", 0.1, (), "size of a step"),
        Setting("act", "str", "tanh", ("relu", "tanh"), ""),
    )
    assert (declaration.title, declaration.description) == ("Clouds of points.", "A single layer.")
    assert [goal.source for goal in declaration.stated] == ["mine"]
    assert find_declaration(str(path)).name == "clouds.py"  # its `experiment`
    assert repr(declaration.deep) == "deep(hidden=(4,), where=PosixPath('here'))"
    assert declaration.deep.name == "clouds.py:deep"
    work = declaration(lr=0.5)
    assert work.declared is not None and work.declared.settings == {"lr": 0.5, "act": "tanh", "epochs": 4}
    assert declaration(0.5, "relu").declared.settings["act"] == "relu"  # pyright: ignore
    with pytest.raises(UsageError, match="clouds.py has 3 settings; got 4 values"):
        declaration(1, 2, 3, 4)
    with pytest.raises(UsageError, match="has no setting lrr. Did you mean lr"):
        declaration(lrr=0.5)


@pytest.mark.parametrize(
    "declared",
    [
        "def deep() -> Experiment: ...",
        "def deep() -> 'dongshou.training.Procedure': ...",
        "@dongshou.experiment\ndef deep(): ...",
        "@Goal('mine')\ndef deep(): ...",
        "def experiment(): ...",
        "def deep() -> Experiment: ...\ndef _private() -> Experiment: ...\ndef helper(x) -> Experiment: ...",
        "def deep(lr: float = 0.1, *, epochs: int = 1) -> Experiment: ...\ndef of(*, lr: float) -> Experiment: ...",
    ],
)
def test_the_only_experiment_of_a_file_is_meant_by_the_file(declared: str, tmp_path: Path):
    path = write(tmp_path, "one.py", HEAD + declared)
    assert find_declaration(str(path)).function.__name__ in ("deep", "experiment")
    assert len(read_source(Address(str(path))).functions) == 1


def test_a_function_may_be_named_that_says_nothing_of_itself(tmp_path: Path):
    (tmp_path / "beside.py").write_text(HEAD + "def imported(lr: float = 0.1): ...\n")
    path = write(tmp_path, "some.py", "from beside import *\ndef plain(lr: float = 0.1): ...\nother = plain\n")
    for name in ("plain", "other", "imported"):
        assert find_declaration(f"{path}:{name}").defaults == {"lr": 0.1}


def test_a_file_is_run_once_and_again_when_it_has_changed(tmp_path: Path):
    text = HEAD + "print('read')\ndef experiment(lr: float = {}) -> Experiment: ...\n"
    path = write(tmp_path, "counted.py", text.format(0.1))
    first = find_declaration(str(path))
    assert find_declaration(str(path)).function is first.function
    write(tmp_path, "counted.py", text.format(0.2))
    assert find_declaration(str(path)).defaults == {"lr": 0.2}
    assert not (tmp_path / "__pycache__").exists()


def test_each_file_imports_what_stands_beside_it(tmp_path: Path):
    text = "from nearby_of_mine import lr\ndef experiment(lr: float = lr): ...\n"
    one, other = (write(tmp_path / folder, f"of_{folder}.py", text) for folder in "ab")
    for path, lr in ((one, 1.0), (other, 2.0)):
        write(path.parent, "nearby_of_mine.py", f"lr = {lr}\n")
    assert [find_declaration(str(path)).defaults["lr"] for path in (one, other)] == [1.0, 2.0]


def test_two_files_of_one_name_are_two_modules(tmp_path: Path):
    text = "class Value: ...\n" + HEAD + "def experiment(lr: float = {}) -> Experiment: ...\n"
    one, other = (write(tmp_path / folder, "same.py", text.format(lr)) for folder, lr in (("a", 1.0), ("b", 2.0)))
    assert [find_declaration(str(path)).defaults["lr"] for path in (one, other, one)] == [1.0, 2.0, 1.0]
    made = find_declaration(str(other)).function.__globals__["Value"]()
    assert type(pickle.loads(pickle.dumps(made))) is type(made)


@pytest.mark.parametrize("other_way_round", [False, True])
def test_published_figures_and_goals_stand_above_or_below_the_mark(other_way_round: bool):
    marks = [dongshou.experiment, Goal("mine", test_loss=Reported(1.0))]
    inner, outer = marks[::-1] if other_way_round else marks

    def deep(lr: float = 0.1) -> Experiment:
        """Two layers."""
        raise NotImplementedError

    declared = outer(inner(deep))
    assert isinstance(declared, Declaration) and [goal.source for goal in declared.stated] == ["mine"]
    assert (repr(declared), declared.title, declared.origin) == ("deep(lr=0.1)", "Two layers.", "python")
    assert (declared.__doc__ or "").count("Two layers.") == 1
    assert inspect.unwrap(declared) is deep and str(inspect.signature(declared)).startswith("(lr: float = 0.1)")


@dongshou.experiment
def of_this_file(lr: float = 0.1):
    """Marked at the top of a file, it is found there again."""


def test_a_mark_at_the_top_of_a_file_knows_the_file():
    assert (of_this_file.name, of_this_file.origin) == ("test_own.py:of_this_file", "file")
    assert of_this_file.address == f"{__file__}:of_this_file"
    with pytest.raises(UsageError, match="of_this_file returned nothing: it has to end with `return Experiment"):
        of_this_file()


@pytest.mark.parametrize(
    ("signature", "says"),
    [
        ("lr: float", "has a setting without a default, lr: give it one, as in lr: float = 0.1"),
        ("lr", "has a setting without a default, lr"),
        ("lr=0.1", "has a setting without a type, lr: write lr: float = 0.1"),
        ("lr=None", "has a setting without a type, lr: write lr: float | None = None"),
        ("**more", r"takes \*\*more: settings are named one by one"),
        ("*more", r"takes \*more: "),
        ("lr: float = 0.1, /", "takes lr: float = 0.1"),
        ("lr: float = None", "with a default that does not fit: lr is a number; got None."),
        ("lr: 'Nothing' = 1", "a type that cannot be read: name 'Nothing' is not defined"),
        (
            "lr: object = dongshou",
            "The setting lr cannot be recorded: it is module; settings are numbers, texts, paths",
        ),
    ],
)
def test_a_parameter_that_is_no_setting(signature: str, says: str, tmp_path: Path):
    path = write(tmp_path, "wrong.py", HEAD + f"def deep({signature}) -> Experiment: ...\n")
    with pytest.raises(UsageError, match=f"wrong.py:deep.*{says}") as caught:
        find_declaration(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\ndef f(:\n", r"a.py, line 2: invalid syntax: def f\(:"),
        ("x = '\0'", "null bytes"),
        ("import os\nimport nowhere_at_all\ndef experiment(): ...", "a.py, line 2: No module named 'nowhere_at_all'"),
        ("import sys\nsys.exit('bye')\ndef experiment(): ...", r"ends Python while it is read \(exit bye\)"),
        ("x = 1", "holds no experiment. A function that makes one says so: def deep"),
        ("def a() -> Experiment: ...\ndef b() -> Experiment: ...", "several experiments: a, b. Name one: .*a.py:a"),
    ],
)
def test_a_file_with_a_fault(text: str, says: str, tmp_path: Path):
    with pytest.raises(DongshouError, match=says) as caught:
        find_declaration(str(write(tmp_path, "a.py", text)))
    assert "\n" not in str(caught.value)


def test_a_name_or_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.txt").write_text("")
    for name, says in {
        "clouds.py:dep": "clouds.py has no function dep. Did you mean deep? Its experiments: experiment, deep.",
        "cluods.py": "There is no file cluods.py. Did you mean clouds.py?",
        "nowhere/clouds.py": "There is no file nowhere/clouds.py: there is no directory nowhere.",
        "folder/": "folder/ is a directory: name a file in it, it holds no Python file.",
        "./": "./ is a directory: name a file in it, such as clouds.py.",
        "./a.txt": "./a.txt is not a Python file: an experiment of your own stands in one, NAME.py.",
        "clouds": "There is no experiment called clouds. Did you mean clouds.py? `dongshou list` shows all of them.",
        "folder": "There is no experiment called folder. folder is a directory: name a file in it, folder/NAME.py."
        " `dongshou list` shows all of them.",
    }.items():
        with pytest.raises(UsageError) as caught:
            find_declaration(name)
        assert str(caught.value) == says
