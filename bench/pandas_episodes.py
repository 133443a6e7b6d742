"""Episodes by pandas, as a pandas expert would write them: cumulated boundaries make runs, `groupby` folds them."""

import pandas as pd

from bench import rules
from bench.pandas_grading import days, grades


def find_episodes(
    results: pd.DataFrame, date: pd.Series, courses: pd.DataFrame, doses: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """One row an episode: neighbouring runs of low and high counts, put together until one high run holds."""
    low = results["value"] < rules.EPISODE_BELOW
    of_interest = results["subject_id"].isin(results.loc[low, "subject_id"].unique())
    counts = results.loc[of_interest, ["subject_id", "course", "time", "value"]]
    counts = counts.assign(low=low[of_interest], date=date[of_interest])
    new = (counts["subject_id"] != counts["subject_id"].shift()) | (counts["course"] != counts["course"].shift())
    counts["segment"] = new.cumsum()
    counts["run"] = (new | (counts["low"] != counts["low"].shift())).cumsum()
    runs = _find_runs(counts)
    # Of the rows, only those of a run that belongs to an episode.
    counts = counts.join(runs["episode_row"], on="run").dropna(subset="episode_row")
    found = _begin_and_end(counts, runs.dropna(subset="episode_row"), courses)
    found["longest_gap_days"] = _longest_gaps(counts, found)
    return _select_episodes(found.join(_find_treatments(found, doses, today)))


def _find_runs(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a run of neighbouring counts all low or all high, with the episode it belongs to, or none."""
    by_run = counts.groupby("run", sort=False)
    runs = by_run[["subject_id", "course", "segment", "low", "time", "date"]].first()
    runs = runs.join(by_run[["time", "date"]].last().add_prefix("last_"))
    spread = runs["last_date"] - runs["date"]
    enough = (by_run.size() >= rules.RECOVERY_RESULTS) & (spread >= pd.Timedelta(days=rules.RECOVERY_DAYS))
    low, segment = runs["low"], runs["segment"]
    runs["holds"] = ~low & enough
    # A low run goes on with the episode if only a high run too short to end it lies before it.
    goes_on = (segment == segment.shift(2)) & ~runs["holds"].shift(fill_value=False)
    runs["opens"] = low & ~goes_on
    opened_in = segment.where(runs["opens"]).ffill()
    runs["episode_row"] = runs["opens"].cumsum().where(segment == opened_in)
    last_high = runs["last_time"].mask(low)
    runs["onset_after_time"] = last_high.groupby(runs["subject_id"], sort=False).ffill().where(low)
    return runs


def _begin_and_end(counts: pd.DataFrame, runs: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    """Onset, nadir, recovery and status; the index is the number of the episode among all."""
    names = {"time": "onset_by_time"}
    opening = runs.loc[runs["opens"], ["episode_row", "subject_id", "course", "onset_after_time", "time"]]
    found = opening.rename(columns=names).set_index("episode_row")
    closing = runs.drop_duplicates("episode_row", keep="last").set_index("episode_row")
    lows = counts[counts["low"]].groupby("episode_row", sort=False)
    nadir = counts.loc[lows["value"].idxmin()].set_index("episode_row")
    found = found.assign(
        nadir=nadir["value"], nadir_time=nadir["time"], results=lows.size(), recovered_after_time=lows["time"].last()
    )
    starts = courses[["subject_id", "course", "start_date", "next_date"]]
    # A subject's first course ends what lies in course 0.
    first = courses.loc[courses["course"] == 1, ["subject_id", "start_date"]]
    before = first.rename(columns={"start_date": "next_date"}).assign(course=0)
    found = found.reset_index().merge(pd.concat([starts, before]), on=["subject_id", "course"], how="left")
    found = found.set_index("episode_row")
    status = pd.Series("recovering", found.index).mask(closing["low"], "ongoing")
    status = status.mask(found["next_date"].notna(), "carried_over").mask(closing["holds"], "recovered")
    recovered_by = closing["time"].where(status.isin(["recovered", "recovering"]))
    return found.assign(status=status, recovered_by_time=recovered_by)


def _longest_gaps(counts: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    """The longest gap between neighbouring counts up to recovery, or to the last count of the course."""
    counts = counts.join(found["recovered_by_time"], on="episode_row")
    inside = counts[~(counts["time"] > counts["recovered_by_time"])]
    gaps = inside.groupby("episode_row", sort=False)["date"].diff().dt.days
    return gaps.groupby(inside["episode_row"], sort=False).max()


def _find_treatments(found: pd.DataFrame, doses: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """The treatments of each episode, by first dose, and the date of the first one."""
    windows = found[["subject_id", "onset_by_time", "recovered_by_time", "next_date"]].reset_index()
    windows["begin"] = windows["onset_by_time"].dt.normalize()
    windows["until"] = windows["recovered_by_time"].dt.normalize().fillna(windows["next_date"]).fillna(today)
    given = doses.loc[doses["concept"].isin(rules.TREATMENTS), ["subject_id", "time", "date", "concept"]]
    given = given.merge(windows, on="subject_id")
    given = given[given["date"].between(given["begin"], given["until"])]
    drug_days = doses.loc[doses["concept"] == rules.DRUG, ["subject_id", "date"]].drop_duplicates()
    given = given.merge(drug_days, on=["subject_id", "date"], how="left", indicator="beside")
    premedication = given["concept"].isin(rules.CORTICOSTEROIDS) & (given["beside"] == "both")
    given = given[~premedication]
    given = given.assign(name=given["concept"].astype("str").map(rules.TREATMENTS).astype("str"))
    given = given.sort_values(["episode_row", "time", "name"]).drop_duplicates(["episode_row", "name"])
    by_episode = given.assign(name=";" + given["name"]).groupby("episode_row", sort=False)
    return pd.DataFrame({"treatments": by_episode["name"].sum().str[1:], "treated_on": by_episode["date"].first()})


def _select_episodes(found: pd.DataFrame) -> pd.DataFrame:
    """The columns of the contract, in its order."""
    names = ("onset_after", "onset_by", "nadir", "recovered_after", "recovered_by")
    on = {name: found[f"{name}_time"].dt.normalize() for name in names}
    start, treated_on = found["start_date"], found["treated_on"]
    graded = grades(found["nadir"])
    columns = {
        "subject_id": found["subject_id"], "episode": found.groupby("subject_id", sort=False).cumcount() + 1,
        "course": found["course"], "onset_after_time": found["onset_after_time"],
        "onset_by_time": found["onset_by_time"], "onset_after_day": days(on["onset_after"], start),
        "onset_by_day": days(on["onset_by"], start), "nadir": found["nadir"],
        "nadir_comparator": pd.Categorical([None]).repeat(len(found)), "nadir_time": found["nadir_time"],
        "nadir_day": days(on["nadir"], start), "worst_grade_v5": graded["grade_v5"],
        "worst_grade_v6": graded["grade_v6"], "results": found["results"], "derived_results": 0,
        "recovered_after_time": found["recovered_after_time"], "recovered_by_time": found["recovered_by_time"],
        "recovered_by_day": days(on["recovered_by"], start),
        "observed_days": days(on["recovered_by"], on["onset_by"]),
        "least_days": days(on["recovered_after"], on["onset_by"]),
        "most_days": days(on["recovered_by"], on["onset_after"]),
        "longest_gap_days": found["longest_gap_days"].astype("Int32"), "status": found["status"],
        "treatments": found["treatments"], "treatment_start_day": days(treated_on, start),
        "days_to_recovery_after_treatment": days(on["recovered_by"], treated_on),
    }  # fmt: skip
    return pd.DataFrame(columns).reset_index(drop=True)
