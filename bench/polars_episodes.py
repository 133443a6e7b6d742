"""Episodes as a Polars expert would write them: one group-by for the runs, one for episodes."""

from datetime import date

import polars as pl

from bench import rules
from bench.polars_grading import course, days, grades, subject


def find_episodes(results: pl.DataFrame, courses: pl.DataFrame, doses: pl.DataFrame, today: date) -> pl.DataFrame:
    """One row an episode: neighbouring runs of low and high counts, put together until one high run holds."""
    low_subjects = results.filter(pl.col("value") < rules.EPISODE_BELOW)["subject_id"].unique()
    runs = _find_runs(results.filter(subject.is_in(low_subjects.implode())))
    episode, low, seg = pl.col("episode_row"), pl.col("low"), pl.col("seg")
    runs = runs.with_columns(
        # A low run goes on with the episode if only a high run too short to end it lies before it.
        opens=low
        & ~((seg.shift() == seg) & (seg.shift(2) == seg) & ~pl.col("holds").shift()).fill_null(False),
        high_time=pl.when(~low).then("last_time").forward_fill().shift(),
        high_subject=pl.when(~low).then(subject).forward_fill().shift(),
    ).with_columns(
        episode_row=pl.col("opens").cum_sum(), opened_in=pl.when("opens").then(seg).forward_fill(),
        gap=pl.when("opens").then("gap_inside").otherwise(pl.max_horizontal("gap_in", "gap_inside")),
    ).filter(seg == pl.col("opened_in"))  # fmt: skip
    ends = (episode != episode.shift(-1)).fill_null(True)
    runs = runs.with_columns(recovered_gap=pl.when(ends & ~low).then("gap_in").otherwise("gap"))
    found = runs.group_by("episode_row", maintain_order=True).agg(
        subject.first(), course.first(), pl.col("gap", "recovered_gap").max(), pl.col("low", "holds").last(),
        onset_after_time=pl.when(pl.col("high_subject") == subject).then("high_time").first(),
        onset_by_time=pl.col("first_time").first(), nadir=pl.col("nadir").min(),
        nadir_time=pl.col("nadir_time").get(pl.col("nadir").arg_min()), results=pl.col("n").filter(low).sum(),
        recovered_after_time=pl.col("last_time").filter(low).last(),
        last_run_time=pl.col("first_time").last(),
    )  # fmt: skip
    start = courses.select(subject, course, start=pl.col("start_time").dt.date())
    following = courses.select(subject, course - 1, next_start=pl.col("start_time").dt.date())
    found = found.join(start, on=["subject_id", "course"], how="left", maintain_order="left")
    found = found.join(following, on=["subject_id", "course"], how="left", maintain_order="left")
    status = pl.when("holds").then(pl.lit("recovered")).when(pl.col("next_start").is_not_null())
    status = status.then(pl.lit("carried_over")).when("low").then(pl.lit("ongoing")).otherwise(pl.lit("recovering"))
    found = found.with_columns(status=status).with_columns(
        recovered_by_time=pl.when(pl.col("status").is_in(["recovered", "recovering"])).then("last_run_time")
    )
    found = found.join(_find_treatments(found, doses, today), on="episode_row", how="left", maintain_order="left")
    return _select_episodes(found)


def _find_runs(counts: pl.DataFrame) -> pl.DataFrame:
    """One row a run of neighbouring counts of one subject and course that are all low or all high."""
    day, seg, value, time = pl.col("time").dt.date(), pl.col("seg"), pl.col("value"), pl.col("time")
    low = value < rules.EPISODE_BELOW
    same = ((subject == subject.shift()) & (course == course.shift())).fill_null(False)
    high_enough = ~pl.col("low") & (pl.col("n") >= rules.RECOVERY_RESULTS)
    spread = days(pl.col("last_time").dt.date(), pl.col("first_time").dt.date())
    changes = (seg != seg.shift()) | (pl.col("low") != pl.col("low").shift())
    return (
        counts.select(
            subject, course, time, value, low=low, seg=(~same).cum_sum(),
            gap=pl.when(same).then(days(day, day.shift())),
        )
        .with_columns(run=changes.fill_null(True).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("subject_id", "course", "seg", "low").first(), n=pl.len(), first_time=time.first(),
            last_time=time.last(), nadir=value.min(), nadir_time=time.get(value.arg_min()),
            gap_in=pl.col("gap").first(), gap_inside=pl.col("gap").slice(1).max(),
        )
        .with_columns(holds=high_enough & (spread >= rules.RECOVERY_DAYS))
    )  # fmt: skip


def _find_treatments(found: pl.DataFrame, doses: pl.DataFrame, today: date) -> pl.DataFrame:
    """The treatments of each episode, by first dose, and the date of the first one."""
    day = pl.col("time").dt.date()
    drug_days = doses.filter(pl.col("concept") == rules.DRUG).select(subject, date=day)
    given = doses.filter(pl.col("concept").is_in(list(rules.TREATMENTS))).with_columns(date=day)
    until = pl.coalesce(pl.col("recovered_by_time").dt.date(), "next_start", pl.lit(today))
    windows = found.select(subject, "episode_row", begin=pl.col("onset_by_time").dt.date(), until=until)
    given = given.join(windows, on="subject_id").filter(pl.col("date").is_between("begin", "until"))
    steroids = pl.col("concept").is_in(rules.CORTICOSTEROIDS)
    not_premedication = given.filter(steroids).join(drug_days, on=["subject_id", "date"], how="anti")
    name = pl.col("concept").cast(pl.String).replace_strict(rules.TREATMENTS, return_dtype=pl.String)
    return (
        pl.concat([not_premedication, given.filter(~steroids)])
        .group_by("episode_row", name=name).agg(pl.col("time").min())
        .sort("time", "name")
        .group_by("episode_row").agg(treatments=pl.col("name").str.join(";"), treated_on=day.min())
    )  # fmt: skip


def _select_episodes(found: pl.DataFrame) -> pl.DataFrame:
    """The columns of the contract, in its order."""

    def on(name: str) -> pl.Expr:
        return pl.col(f"{name}_time").dt.date()

    row, new = pl.int_range(pl.len()), (subject != subject.shift()).fill_null(True)
    number = (row - pl.when(new).then(row).forward_fill() + 1).cast(pl.Int32).alias("episode")
    nadir, start = pl.col("nadir"), pl.col("start")
    carried = pl.col("status") == "carried_over"
    v5, _, v6, _ = grades(lln=None)
    return found.with_columns(value=nadir).select(
        subject, number, course, "onset_after_time", "onset_by_time",
        onset_after_day=days(on("onset_after"), start), onset_by_day=days(on("onset_by"), start),
        nadir="nadir", nadir_comparator=pl.lit(None, pl.String), nadir_time="nadir_time",
        nadir_day=days(on("nadir"), start), worst_grade_v5=v5, worst_grade_v6=v6, results="results",
        derived_results=pl.lit(0, pl.Int32), recovered_after_time="recovered_after_time",
        recovered_by_time="recovered_by_time", recovered_by_day=days(on("recovered_by"), start),
        observed_days=days(on("recovered_by"), on("onset_by")),
        least_days=days(on("recovered_after"), on("onset_by")),
        most_days=days(on("recovered_by"), on("onset_after")),
        longest_gap_days=pl.when(carried).then("gap").otherwise("recovered_gap"), status="status",
        treatments="treatments", treatment_start_day=days(pl.col("treated_on"), start),
        days_to_recovery_after_treatment=days(on("recovered_by"), pl.col("treated_on")),
    )  # fmt: skip
