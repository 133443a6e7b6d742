"""Episodes for the rival of pandas and NumPy: cumulated boundaries make the runs, `groupby` folds them."""

import numpy as np
import pandas as pd

from bench import rules
from bench.pandas_numpy_grading import days_of, grades, integers, same_word


def find_episodes(
    results: pd.DataFrame,
    who: np.ndarray,
    day: np.ndarray,
    courses: pd.DataFrame,
    doses: pd.DataFrame,
    today: int,
) -> pd.DataFrame:
    """One row an episode: neighbouring runs of low and high counts, put together until one high run holds."""
    low = results["value"].to_numpy() < rules.EPISODE_BELOW
    has_low = np.zeros(who[-1] + 1 if len(who) else 0, bool)
    has_low[who[low]] = True
    of_interest = has_low[who]
    counts = results.loc[of_interest, ["subject_id", "course", "time", "value"]].reset_index(drop=True)
    counts = counts.assign(low=low[of_interest], on=day[of_interest])
    runs = _find_runs(counts)
    # Of the rows, only those of a run that belongs to an episode.
    counts["episode_row"] = runs["episode_row"].to_numpy()[counts["run"]]
    counts = counts[counts["episode_row"] >= 0]
    runs = runs[runs["episode_row"] >= 0]
    ends = runs["episode_row"] != runs["episode_row"].shift(-1)
    found = _begin_and_end(counts, runs[runs["opens"]], runs[ends], courses)
    found["longest_gap_days"] = _longest_gaps(counts, found)
    found = found.join(_find_treatments(found, doses, today))
    return _select_episodes(found)


def _find_runs(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a run of neighbouring counts all low or all high, with the episode it belongs to, or -1.

    Numbers the runs in `counts` as well.
    """
    new = (counts["subject_id"] != counts["subject_id"].shift()) | (counts["course"] != counts["course"].shift())
    opens_run = new | (counts["low"] != counts["low"].shift())
    counts["seg"], counts["run"] = new.cumsum(), opens_run.cumsum() - 1
    firsts = np.flatnonzero(opens_run)
    lasts = np.append(firsts[1:], len(counts))[: len(firsts)] - 1
    runs = counts.iloc[firsts].reset_index(drop=True)
    runs["last_time"] = counts["time"].to_numpy()[lasts]
    low, seg = runs["low"], runs["seg"]
    spread = counts["on"].to_numpy()[lasts] - runs["on"]
    runs["holds"] = ~low & (lasts - firsts + 1 >= rules.RECOVERY_RESULTS) & (spread >= rules.RECOVERY_DAYS)
    # A low run goes on with the episode if only a high run too short to end it lies before it.
    goes_on = (seg == seg.shift()) & (seg == seg.shift(2)) & ~runs["holds"].shift(fill_value=False)
    runs["opens"] = low & ~goes_on
    opened_in = seg.where(runs["opens"]).ffill()
    runs["episode_row"] = (runs["opens"].cumsum() - 1).where(seg == opened_in, -1)
    before = runs[["last_time", "subject_id"]].mask(low).ffill().shift()
    runs["onset_after_time"] = before["last_time"].where(before["subject_id"] == runs["subject_id"])
    return runs


def _begin_and_end(
    counts: pd.DataFrame, opening: pd.DataFrame, closing: pd.DataFrame, courses: pd.DataFrame
) -> pd.DataFrame:
    """Onset, nadir, recovery and status; the row is the number of the episode among all."""
    found = opening[["subject_id", "course", "onset_after_time", "time"]].rename(columns={"time": "onset_by_time"})
    found.index = opening["episode_row"].to_numpy()
    lows = counts[counts["low"]].groupby("episode_row", sort=False)
    found["nadir"] = lows["value"].min()
    lowest = counts.loc[lows["value"].idxmin()]
    found["nadir_time"] = lowest["time"].to_numpy()
    found["results"] = lows.size()
    found["recovered_after_time"] = lows["time"].last()
    starts = courses[["subject_id", "course", "start_on"]]
    following = (
        courses[["subject_id", "start_on"]].assign(course=courses["course"] - 1).rename(columns={"start_on": "next_on"})
    )
    for side in (starts, following):
        found = found.merge(side, on=["subject_id", "course"], how="left")
    held, ends_low = closing["holds"].to_numpy(), closing["low"].to_numpy()
    carried = ~held & found["next_on"].notna().to_numpy()
    codes = np.select([held, carried, ends_low], [0, 1, 2], 3).astype("int8")
    found["status"] = pd.Categorical.from_codes(codes, ["recovered", "carried_over", "ongoing", "recovering"])
    found["recovered_by_time"] = pd.Series(closing["time"].to_numpy()).where((codes == 0) | (codes == 3))
    return found


def _longest_gaps(counts: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    """The longest gap between neighbouring counts up to recovery, or to the last count of the course."""
    episode = counts["episode_row"].to_numpy()
    inside = counts["time"] <= found["recovered_by_time"].fillna(counts["time"].max()).to_numpy()[episode]
    counts = counts[inside]
    gaps = counts["on"].diff().where(counts["episode_row"] == counts["episode_row"].shift())
    return gaps.groupby(counts["episode_row"], sort=False).max()


def _find_treatments(found: pd.DataFrame, doses: pd.DataFrame, today: int) -> pd.DataFrame:
    """The treatments of each episode, by first dose, and the day of the first one."""
    concept = doses["concept"].astype("category").cat
    is_drug = (concept.codes == concept.categories.get_indexer([rules.DRUG])[0]).to_numpy()
    on = days_of(doses["time"])
    key = pd.factorize(doses["subject_id"])[0] << 24 | on
    steroid = doses["concept"].isin(rules.CORTICOSTEROIDS).to_numpy()
    premedication = steroid & np.isin(key, key[is_drug])
    given = doses.assign(on=on)[doses["concept"].isin(rules.TREATMENTS).to_numpy() & ~premedication]
    if given.empty:
        return pd.DataFrame({"treatments": pd.Series(dtype="str"), "treated_on": pd.Series(dtype="float64")})
    recovered_on = pd.Series(days_of(found["recovered_by_time"]), found.index).where(found["recovered_by_time"].notna())
    windows = pd.DataFrame(
        {
            "subject_id": found["subject_id"], "episode_row": found.index,
            "begin": days_of(found["onset_by_time"]),
            "until": recovered_on.fillna(found["next_on"]).fillna(today),
        }
    )  # fmt: skip
    given = given.merge(windows, on="subject_id")
    given = given[(given["on"] >= given["begin"]) & (given["on"] <= given["until"])]
    given = given.assign(name=given["concept"].astype("str").map(rules.TREATMENTS))
    given = given.sort_values(["episode_row", "time", "name"]).drop_duplicates(["episode_row", "name"])
    place = given.groupby("episode_row", sort=False).cumcount()
    wide = given.set_index(["episode_row", place])["name"].unstack()
    names = wide[0] if len(given) else pd.Series(dtype="str")
    for number in wide.columns[1:]:
        names = names + (";" + wide[number]).fillna("")
    return pd.DataFrame(
        {
            "treatments": names,
            "treated_on": given.drop_duplicates("episode_row").set_index("episode_row")["on"],
        }
    )


def _select_episodes(found: pd.DataFrame) -> pd.DataFrame:
    """The columns of the contract, in its order."""
    names = ("onset_after", "onset_by", "nadir", "recovered_after", "recovered_by")
    on = {name: pd.Series(days_of(found[f"{name}_time"])).where(found[f"{name}_time"].notna()) for name in names}
    start, treated_on, n = found["start_on"], found["treated_on"], len(found)
    v5, _, v6, _ = grades(found["nadir"].to_numpy())

    def whole(days: pd.Series) -> pd.arrays.IntegerArray:
        missing = days.isna().to_numpy()
        return integers(days.fillna(0).to_numpy("int32"), missing)

    return pd.DataFrame(
        {
            "subject_id": found["subject_id"],
            "episode": found.groupby("subject_id", sort=False).cumcount() + 1, "course": found["course"],
            "onset_after_time": found["onset_after_time"], "onset_by_time": found["onset_by_time"],
            "onset_after_day": whole(on["onset_after"] - start),
            "onset_by_day": whole(on["onset_by"] - start),
            "nadir": found["nadir"], "nadir_comparator": same_word(None, n),
            "nadir_time": found["nadir_time"],
            "nadir_day": whole(on["nadir"] - start), "worst_grade_v5": v5, "worst_grade_v6": v6,
            "results": found["results"], "derived_results": np.zeros(n, "int32"),
            "recovered_after_time": found["recovered_after_time"],
            "recovered_by_time": found["recovered_by_time"],
            "recovered_by_day": whole(on["recovered_by"] - start),
            "observed_days": whole(on["recovered_by"] - on["onset_by"]),
            "least_days": whole(on["recovered_after"] - on["onset_by"]),
            "most_days": whole(on["recovered_by"] - on["onset_after"]),
            "longest_gap_days": whole(found["longest_gap_days"]), "status": found["status"],
            "treatments": found["treatments"], "treatment_start_day": whole(treated_on - start),
            "days_to_recovery_after_treatment": whole(on["recovered_by"] - treated_on),
        },
        copy=False,
    )  # fmt: skip
