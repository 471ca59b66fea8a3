"""Put an experiment on the device and the engine of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dongshou.errors import DongshouError
from dongshou.training import bfloat16
from dongshou.training.fast.apply import apply
from dongshou.training.pace import Pace
from dongshou.training.parts import by_name, like, modules_in
from dongshou.training.rehearsal import rehearse
from dongshou.training.session import Session

if TYPE_CHECKING:
    from dongshou.training.experiment import Experiment


def prepare(experiment: Experiment, session: Session) -> Pace:
    """Place data and modules, swap layers, losses and optimisers, rehearse; the schedules and clipping of gradients."""
    place(experiment, session)
    if session.engine == "scratch":
        write_out(experiment)
        if session.compile:
            let_compiler_into_recurrent_layers()
    elif session.precision == "bf16":
        for module in modules_in(experiment).values():
            bfloat16.fall_back(module, session.torch_device().type)
    rehearse(experiment, session)
    if session.choice is not None:
        apply(session.choice, experiment.model, experiment.optimizer)
    elif session.compile:
        experiment.model.compile()
    pace = Pace(experiment)
    if session.engine == "scratch":
        write_out_schedules(pace)
    return pace


def let_compiler_into_recurrent_layers() -> None:
    """torch.compile keeps out of torch's RNN, GRU and LSTM, whose kernels it could not better, and so out of ours."""
    import torch._dynamo.config

    torch._dynamo.config.allow_rnn = True


def place(experiment: Experiment, session: Session) -> None:
    """Limit the data, and move them, the model and what the task owns to the device."""
    device = session.torch_device()
    if session.limit is not None:
        experiment.data.limit(session.limit)
    experiment.data.to(device)
    for module in modules_in(experiment).values():
        module.to(device)


def write_out(experiment: Experiment) -> None:
    """Every layer, loss and optimiser becomes ours. Raises DongshouError for one without counterpart."""
    from dongshou.scratch.swap import from_scratch, torch_layers
    from dongshou.scratch.swap_optimizer import optimizer_from_scratch

    for module in modules_in(experiment).values():
        if lacking := torch_layers(module):
            raise DongshouError(f"The engine scratch lacks {', '.join(lacking)}: use --engine torch.")
        from_scratch(module)
    given = experiment.optimizer
    written = {name: optimizer_from_scratch(optimizer) for name, optimizer in by_name(given).items()}
    experiment.optimizer = like(given, written)


def write_out_schedules(pace: Pace) -> None:
    """Every schedule of torch's becomes ours; a user's own stays."""
    from dongshou.scratch.swap_optimizer import schedule_from_scratch

    for schedule in pace.schedules.values():
        schedule_from_scratch(schedule)
