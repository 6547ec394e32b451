"""Corrections of moto: each method once."""

import pytest
from local_aws.core.operations import correction, corrections_on_top


class Model:
    def name(self):
        return "moto"


class Child(Model):
    pass


def shout(original, model):
    return original(model).upper()


def test_a_correction_gets_the_original():
    class Other(Model):
        def name(self):
            return "other"

    correction(Other, "name")(shout)
    assert (Other().name(), Model().name()) == ("OTHER", "moto")


def test_fails_to_correct_a_method_twice_also_through_a_subclass():
    class Base(Model):
        def name(self):
            return "base"

    class Heir(Base):
        pass

    correction(Base, "name")(shout)
    for owner in (Base, Heir):
        with pytest.raises(ValueError, match="name is corrected twice"):
            correction(owner, "name")(shout)


def test_a_correction_on_top_calls_the_one_below():
    class Base(Model):
        def name(self):
            return "base"

    correction(Base, "name")(shout)
    with corrections_on_top():
        correction(Base, "name")(lambda original, model: f"{original(model)}!")
    assert Base().name() == "BASE!"


def test_fails_to_correct_what_moto_does_not_have():
    with pytest.raises(AttributeError, match="rename"):
        correction(Child, "rename")
