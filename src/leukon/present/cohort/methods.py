"""The methods of a cohort's page in words, with every choice and version: ready for the methods of a paper."""

from leukon.cohort.estimates import Cohort
from leukon.cohort.responses import LANDMARKS


def say_methods(cohort: Cohort, *, hidden_below: int, rounded_to: int) -> list[str]:
    """One paragraph a subject.

    Parameters
    ----------
    hidden_below, rounded_to
        How small numbers were treated; 1: not at all.
    """
    known, rule, said = cohort.protocol, cohort.protocol.episode, cohort.provenance
    after = "competed with onset" if cohort.next_course == "competes" else "censored onset"
    days = ", ".join(map(str, LANDMARKS))
    paragraphs = [
        f"Counts and doses were read with leukon {said['leukon']} by protocol {known.id} (hash "
        f"{said['protocol_hash']}), schedule {said['schedule']}, as known at {said['as_of']}. "
        f"Grades are those of {said['grading']}.",
        f"An episode began with the first absolute neutrophil count (ANC) below {rule.below:g} × 10⁹/L of a course and "
        f"ended at the first count of the first unbroken series of counts of at least {rule.recovered_at:g} that held "
        f"{rule.recovery_results} counts over at least {rule.recovery_days} days; the first dose of the next course "
        "ended it too. A crossing of a deeper limit was credited to the course in force on its day.",
        "At risk for a limit were persons whose last decided ANC, at most 90 days before the course, was not beyond "
        "it, from the course's start to the last decided ANC: what nobody looked at was not time at risk. Proportions "
        "have exact Clopper-Pearson intervals, rates exact Poisson (Garwood) intervals, all of 95 per cent.",
        "Time to onset was estimated in three ways: by the count that showed it (one less Kaplan and Meier), with "
        f"competing ends (Aalen-Johansen; the next course {after}), and as interval-censored between the last count on "
        "this side and the first beyond the limit (nonparametric maximum likelihood, Turnbull). The last supposes that "
        "tests do not come because counts are low.",
        "Durations are the least and most that the counts allow and the observed one, by Kaplan and Meier with open "
        "episodes censored at their last decided count (intervals: Greenwood, log-log; medians: Brookmeyer and "
        "Crowley).",
        "Recovery by treatment takes treatment as it came in time: an episode counts as untreated until its first "
        f"treatment (rates with exact Poisson intervals), and from landmarks at days {days} by what had been given up "
        "to them. Nobody was assigned: these are descriptions.",
        "Immune cells are ratios to the person's last value before the course; quartiles come from bins 2.3 per cent "
        "wide.",
    ]
    if hidden_below > 1 or rounded_to > 1:
        paragraphs.append(
            f"Numbers from 1 to {hidden_below - 1} were hidden, with as many more as it took that none of them follows "
            f"from the others; the rest were rounded to multiples of {rounded_to}, and every share, rate and interval "
            "is that of the rounded numbers."
        )
    return paragraphs
