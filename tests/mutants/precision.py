"""Precisions that are not what the run says."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

BFLOAT16 = "dongshou/training/bfloat16.py"
TESTS = "tests/training/test_bfloat16.py"

MUTANTS = [
    Mutant(
        "a layer that fell back leaves autocast on",
        BFLOAT16,
        "with torch.autocast(device_type, enabled=False):",
        "with torch.autocast(device_type, torch.bfloat16):",
        (f"{TESTS}::test_only_the_layer_that_is_lacking_computes_in_float32",),
    ),
    Mutant(
        "copies of a layer that fell back compute with the weights of the first",
        BFLOAT16,
        "layer.forward = partial(in_float32, layer)",
        "layer.forward = lambda *inputs, layer=layer, **options: in_float32(layer, *inputs, **options)",
        (f"{TESTS}::test_copies_of_a_layer_that_fell_back_compute_with_their_own_weights",),
    ),
    Mutant(
        "a trial draws from the run's random numbers",
        BFLOAT16,
        "with torch.random.fork_rng(), torch.inference_mode(False)",
        "with torch.inference_mode(False)",
        (f"{TESTS}::test_a_trial_that_fails_is_told_and_disturbs_nothing",),
    ),
    Mutant(
        "a failure of bfloat16 is said of the batch",
        "dongshou/training/guard.py",
        "if fits_in_float32(step, model, batch, optimizer):",
        "if False:",
        (f"{TESTS}::test_what_bfloat16_alone_is_to_blame_for_is_not_said_of_the_batch",),
    ),
]
