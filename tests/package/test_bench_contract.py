"""The contract names what was planted, and nothing in what is right."""

import unittest

import pytest
import torch

import gdinverse as gd
from gdinverse.bench.contract import CHECKS
from gdinverse.bench.examined import Examined
from gdinverse.bench.subject import Subject
from tests.package.planted import PLANTED, Adam, LosesItsState, Plain, WrongBias

RIGHT = [
    Subject(torch.optim.SGD),
    Subject(torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    Subject(torch.optim.Adam),
    Subject(torch.optim.RMSprop),
    Subject(Plain),
    Subject(Adam),
]


def failures(subject):
    examined = Examined(subject)
    outcomes = [check.examine(examined) for check in CHECKS]
    return {outcome.name: outcome for outcome in outcomes if outcome.verdict is False}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda kind: kind.__name__)
def test_a_planted_mistake_is_named_and_its_lines_show_it(planted):
    (check,) = (check for check in CHECKS if check.name == PLANTED[planted])
    outcome = check.examine(Examined(Subject(planted)))
    lines = outcome.reproducer
    assert outcome.verdict is False
    assert len(lines.splitlines()) <= 6
    with pytest.raises((AssertionError, RuntimeError)):
        exec(lines, {})


@pytest.mark.parametrize("subject", RIGHT, ids=lambda subject: subject.name)
def test_what_is_right_fails_no_check(subject):
    assert failures(subject) == {}


def test_every_check_has_a_verdict_on_adam():
    examined = Examined(Subject(torch.optim.Adam))
    assert {check.examine(examined).verdict for check in CHECKS} == {True}


def test_nadam_does_not_resume_and_nothing_else_fails():
    assert set(failures(Subject(torch.optim.NAdam))) == {"resume"}


def test_a_wrong_bias_correction_is_not_the_path_of_adam():
    *_, like = gd.bench.contract(like=torch.optim.Adam)
    like(Adam)
    with pytest.raises(AssertionError, match="It takes the path of torch"):
        like(WrongBias)


def test_a_failure_of_a_check_hands_over_its_lines():
    checks = {str(check): check for check in gd.bench.contract()}
    with pytest.raises(AssertionError, match=r"load_state_dict\(torch.load"):
        checks["resume"](LosesItsState)


def test_a_factory_is_checked_as_a_class_is():
    checks = {str(check): check for check in gd.bench.contract()}
    checks["resume"](lambda params, lr: torch.optim.SGD(params, lr=lr, momentum=0.9))
    with pytest.raises(AssertionError):
        checks["resume"](lambda params, lr: LosesItsState(params, lr=lr))


def test_no_option_is_no_verdict_with_its_reason():
    checks = {str(check): check for check in gd.bench.contract()}
    with pytest.raises(unittest.SkipTest, match="there is no option maximize"):
        checks["maximize"](Plain)


class Refuses(Plain):
    def __init__(self, params, lr=0.02):
        super().__init__(params, lr)
        if any(p.dim() != 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("matrices alone")


def test_an_honest_refusal_is_no_failure():
    assert failures(Subject(Refuses)) == {}


class Jumps(Plain):
    def direction(self, p):
        return p.grad + 0.01 * torch.randn_like(p)


def test_random_numbers_allow_no_verdict_on_paths():
    assert failures(Subject(Jumps)) == {}
    assert Examined(Subject(Jumps)).random


class Climbs(Plain):
    def step(self, closure):
        return super().step(closure)


def test_an_optimizer_that_needs_its_closure_is_given_it():
    examined = Examined(Subject(Climbs))
    assert examined.style == "closure"
    assert failures(Subject(Climbs)) == {}


class Broken(Plain):
    def step(self, closure=None):
        raise IndexError("no such thing")


def test_an_optimizer_that_takes_no_step_is_told_what_was_tried():
    with pytest.raises(RuntimeError, match=r"plain: IndexError.*closure: .*graph: "):
        Examined(Subject(Broken))


def test_an_instance_and_an_lr_are_refused():
    made = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)
    with pytest.raises(TypeError, match="pass the class"):
        gd.bench(made)
    with pytest.raises(TypeError, match="leave it out"):
        gd.bench(torch.optim.SGD, lr=0.1)


def test_a_check_leaves_the_random_numbers_of_the_caller_alone():
    before = torch.get_rng_state()
    gd.bench.contract()[0](Jumps)
    assert torch.equal(before, torch.get_rng_state())
