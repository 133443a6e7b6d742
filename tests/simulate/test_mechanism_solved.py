"""The solver of the mechanism: against its twin and LSODA, at rest, and what must hold for any patient."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reference import mechanism as twin

from leukon.errors import NotSimulated
from leukon.ingest.examples import load_example
from leukon.knowledge.mechanism import load_mechanism
from leukon.simulate.mechanism import simulate, start_at_rest, start_of_case
from leukon.simulate.mechanism_doses import make_doses, read_doses, without_oral

pytestmark = pytest.mark.xdist_group("mechanism")  # one worker compiles the solver
DAYS = np.arange(401.0)  # of all tests here: another length is compiled anew
INFUSIONS = [(float(day), 12.0) for day in range(5)]
PREDNISOLONE = [(70.0, 25.0), (71.0, 25.0), (72.0, 25.0), (73.0, 12.5), (74.0, 12.5), (75.0, 12.5)]
CASE = make_doses(dict(INFUSIONS), dict(PREDNISOLONE))
MECHANISM = load_mechanism()
VALUES = MECHANISM.values()
HER = start_of_case(MECHANISM, VALUES)
VARIED = [name for name, one in MECHANISM.parameters.items() if one.prior_sd or one.between_sd]

few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@lru_cache
def her():
    return {name: column[0] for name, column in simulate([HER], CASE, DAYS).items()}


@lru_cache
def her_twin():
    return twin.follow(HER, DAYS.tolist(), INFUSIONS, PREDNISOLONE)


@st.composite
def people(draw, spread=0.3):
    z = draw(st.lists(st.floats(-1, 1), min_size=len(VARIED), max_size=len(VARIED)))
    return HER | {name: HER[name] * float(np.exp(spread * x)) for name, x in zip(VARIED, z, strict=True)}


def concentration(infusions, days):
    states = twin.follow(HER, days, infusions)
    return states[:, 0] / HER["V1"]


# ---- drugs ----------------------------------------------------------------------------------------------------------


def modes_at(doses, days):
    """Antibody, corticosteroid and growth factor by the closed form."""
    import jax
    import jax.numpy as jnp

    from leukon.simulate.mechanism_drugs import drug_modes, drugs_at

    with jax.enable_x64(True):
        p = {name: jnp.asarray(value, float) for name, value in HER.items()}
        modes = drug_modes(p, type(doses)(*(jnp.asarray(one) for one in doses)))
        return np.array(jax.vmap(lambda day: jnp.stack(drugs_at(day, modes)))(jnp.asarray(days)))


def test_the_antibody_reaches_the_levels_of_the_specification():
    end, day_30, later, second = 4 + 4 / 24, 30.0, 34.72, 367 + 4 / 24
    doses = make_doses(dict(INFUSIONS) | {365.0: 12.0, 366.0: 12.0, 367.0: 12.0})
    peak, month, after, again = modes_at(doses, [end, day_30, later, second])[:, 0]
    assert peak == pytest.approx(2.912, rel=0.005)
    assert month == pytest.approx(0.0584, rel=0.01)
    assert after / month == pytest.approx(0.5, rel=0.01)  # a terminal half-life of 4.72 days
    assert again == pytest.approx(2.058, rel=0.005)


def test_the_closed_form_is_what_solving_the_drugs_step_by_step_gives():
    factor = [(10.0, 0.3), (11.0, 0.3)]
    days = [0.0, 0.1, 0.5, 4.1, 4.2, 9.9, 10.5, 11.01, 30.0, 70.02, 70.5, 72.3, 80.0]
    states = twin.follow(HER, days, INFUSIONS, PREDNISOLONE, factor)
    place = [twin.STATES.index(name) for name in ("A1", "Ep", "G")]
    expected = states[:, place] / [HER["V1"], 1, 1]
    found = modes_at(make_doses(dict(INFUSIONS), dict(PREDNISOLONE), dict(factor)), days)
    assert np.abs(found - expected).max() < 1e-8


def test_the_doses_of_the_patient_are_read_from_her_events():
    read = read_doses(load_example("index-case")[0], MECHANISM.drugs)
    for name in CASE._fields:
        assert getattr(read, name).tolist() == pytest.approx(getattr(CASE, name).tolist()), name


def test_without_an_infusion_nothing_is_simulated():
    events = load_example("index-case")[0].slice(8)
    with pytest.raises(NotSimulated, match="no infusion"):
        read_doses(events, MECHANISM.drugs)


def test_a_dose_without_an_amount_is_not_made_up():
    events = load_example("index-case")[0].to_pylist()
    events[3] |= {"numeric_value": None}
    import pyarrow as pa

    with pytest.raises(NotSimulated, match="no amount"):
        read_doses(pa.Table.from_pylist(events), MECHANISM.drugs)


# ---- the solver -----------------------------------------------------------------------------------------------------


def test_every_count_is_that_of_lsoda():
    assert np.abs(her()["anc"] - [twin.look(s, HER)["anc"] for s in her_twin()]).max() < 1e-3
    for name in ("wbc", "lymphocytes"):
        assert np.abs(her()[name] - [twin.look(s, HER)[name] for s in her_twin()]).max() < 1e-3, name
    for name in ("cd8_percent", "nk_percent", "lgl_percent"):
        assert np.abs(her()[name] - [twin.look(s, HER)[name] for s in her_twin()]).max() < 0.02, name


def test_growth_factor_and_self_renewal_too_are_those_of_lsoda():
    factor = [(70.0, 0.3), (71.0, 0.3), (72.0, 0.3)]
    p = HER | {"ren": 1.0}
    found = simulate([p], make_doses(dict(INFUSIONS), None, dict(factor)), DAYS)["anc"][0]
    expected = [twin.look(s, p)["anc"] for s in twin.follow(p, DAYS.tolist(), INFUSIONS, (), factor, rtol=1e-8)]
    assert np.abs(found - expected).max() < 1e-3


@pytest.mark.parametrize("ren", [0.0, 1.0])
def test_without_lgl_and_without_a_drug_neutrophils_stay_where_they_are(ren):
    still = start_at_rest(VALUES | {"L0": 0.0, "ren": ren})
    anc = simulate([still], make_doses(), DAYS, rtol=1e-8)["anc"]
    assert np.abs(anc - VALUES["Circ0"]).max() < 1e-6


def test_what_cannot_be_solved_is_said():
    with pytest.raises(NotSimulated, match="could not be solved"):
        simulate([HER | {"MTT": float("nan")}], CASE, DAYS)


def test_many_patients_are_as_one_after_the_other():
    two = simulate([HER, HER | {"Circ0": 4.0}], [CASE, without_oral(CASE)], DAYS)
    assert np.abs(two["anc"][0] - her()["anc"]).max() < 1e-3
    assert two["anc"][1, -1] < her()["anc"][-1]


# ---- what must hold for any patient ---------------------------------------------------------------------------------


@few
@given(people())
def test_no_count_is_ever_negative_and_shares_add_up(p):
    seen = simulate([p], CASE, DAYS)
    assert min(column.min() for column in seen.values()) >= 0
    shares = sum(seen[name] for name in ("b_cells_percent", "cd4_percent", "cd8_percent", "nk_percent"))
    assert np.abs(shares - 100).max() < 1e-9
    assert (seen["wbc"] >= seen["anc"] + seen["lymphocytes"] - 1e-12).all()


@few
@given(people(), st.floats(1.2, 3))
def test_lgl_that_kill_more_never_leave_more_neutrophils(p, factor):
    anc = simulate([p, p | {"kappa": p["kappa"] * factor}], without_oral(CASE), DAYS)["anc"]
    assert (anc[1] <= anc[0] + 1e-4).all()


@few
@given(people())
def test_before_the_corticosteroid_nothing_depends_on_it(p):
    anc = simulate([p, p], [CASE, without_oral(CASE)], DAYS)["anc"]
    assert np.abs(anc[0] - anc[1])[DAYS <= 70].max() < 1e-3
