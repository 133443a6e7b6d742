"""What the shipped data say to the paper's claims on lymphocytes, causes and treatment."""

from leukon.present.paper_checks import Case, Checked


def _most_lymphocytes(case: Case) -> float:
    """At the neutropenia lymphocytes were not printed: they are at most WBC - ANC."""
    days = {(row["analyte"], row["day"]): row["value"] for row in case.review.results.to_pylist()}
    day = case.episode["onset_by_day"]
    return days["wbc", day] - days["anc", day]


def lgl_share(case: Case) -> Checked:
    """Of all white cells they would leave no room for the neutrophils."""
    days = {(row["analyte"], row["day"]): row["value"] for row in case.review.results.to_pylist()}
    day = case.episode["onset_by_day"]
    neutrophils, share = 100 * days["anc", day] / days["wbc", day], case.workup("lgl_smear")["value"]
    said = (
        f"{share:g} % and {neutrophils:.0f} % neutrophils are more than all white cells, so it can only be of "
        f"lymphocytes; large granular ones then are at most {case.workup('lgl_absolute')['value']:g} x 10^9/L"
    )
    return Checked(said, share + neutrophils <= 100)


def shares(case: Case) -> Checked:
    """They sum to more than all."""
    parts = [case.values(f"{name}_percent")[0] for name in ("b_cells", "cd4", "cd8", "nk")]
    return Checked(f"{' + '.join(f'{part:g}' for part in parts)} = {sum(parts):.1f} %", sum(parts) <= 100)


def folds(case: Case) -> Checked:
    """As counts one of them fell."""
    before, most = case.values("lymphocytes")[0], _most_lymphocytes(case)
    said = [f"lymphocytes {before:g} before, at most {most:.1f} x 10^9/L then"]
    rose: list[bool] = []
    for name in ("cd8", "nk"):
        then, fold = case.values(f"{name}_percent")[0], case.values(f"{name}_fold")[0]
        as_counts = fold * most / before
        said.append(f"{name.upper()} {then:g} %, {fold:g}-fold as a share: as a count at most {as_counts:.1f}-fold")
        rose.append(as_counts >= fold)
    return Checked("; ".join(said), all(rose))


def later_shares(case: Case) -> Checked:
    """Shares then and later."""
    nk, cd8 = case.values("nk_percent"), case.values("cd8_percent")
    said = f"NK {nk[0]:g} % then {nk[1]:g} %; CD8 {cd8[0]:g} % then {cd8[1]:g} %; shares, not counts"
    return Checked(said, nk[1] >= nk[0] and cd8[1] < cd8[0])


def complement(case: Case) -> Checked:
    """An item of the work-up."""
    row = case.workup("complement")
    return Checked(f"complement {row['note']}: {row['status']} this cause", row["status"] == "against")


def timing(case: Case) -> Checked:
    """An item of the work-up."""
    row = case.workup("timing")
    return Checked(f"first low count on day {row['value']:g}: {row['status']} this cause", row["status"] == "against")


def others(case: Case) -> Checked:
    """What stays unknown."""
    rows = case.review.workup.to_pylist()
    unknown = [row["item"] for row in rows if row["status"] == "unknown" and row["cause"] != "lgl_mechanism"]
    against = [row["item"] for row in rows if row["status"] == "against" and row["cause"] != "lgl_mechanism"]
    return Checked(f"against: {', '.join(against)}; unknown: {', '.join(unknown)}", not unknown)


def response(case: Case) -> Checked:
    """One patient, and one who recovered without."""
    without = [row.study for row in case.evidence.rows if "resolved" in (row.managed_with or "")]
    days = case.episode["days_to_recovery_after_treatment"]
    said = f"{days} days from treatment to recovery in 1 patient, no control; recovered untreated: {', '.join(without)}"
    return Checked(said, None)


def g_csf(case: Case) -> Checked:
    """What stands beside it."""
    (said,) = (remark.text for remark in case.evidence.remarks if remark.source == "anti-cd20-review-2022")
    return Checked(said, None)


def schedule(case: Case) -> Checked:
    """Slots of the paper's own schedule."""
    slots = [row for row in case.review.schedule.to_pylist() if row["phase"] == "every_15_days"]
    days = {status: [f"{row['due_day']}" for row in slots if row["status"] == status] for status in ("done", "missed")}
    low = case.episode["onset_by_day"]
    said = f"no result received on days {', '.join(days['missed'])}; done: {', '.join(days['done'])}"
    return Checked(f"{said}; the low count of day {low} closes one of these; n = 1", None)
