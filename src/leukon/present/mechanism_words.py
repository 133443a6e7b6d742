"""What must be said wherever the mechanism is shown."""

from leukon.simulate.mechanism_story import LIMIT, Story, VariantStory

ONE_PATIENT = (
    "This model was fitted to one patient. It shows what the proposed mechanism would imply, not that it is true."
)
NO_SCHEDULE = (
    "It is not used to choose a schedule: its episodes are far longer than those reported. For that use"
    " `leukon simulate schedules`, which knows nothing of this model."
)


def say_not_identifiable(story: Story) -> str:
    """Whether the corticosteroid helped her cannot be told, with the figures that say so."""
    return (
        "The benefit of the corticosteroid in this patient is not identifiable: without it the fits have her below"
        f" {LIMIT:g} for {story.shortest_untreated:.0f} to {story.longest_untreated:.0f} days, depending on how the"
        " model is built and on what her counts leave open. Every way to build it gives the corticosteroid an effect,"
        " so none of these figures shows that it had one."
    )


def say_days(variant: VariantStory, *, steroid: bool) -> str:
    """Days below the limit, median and 90 %."""
    low, median, high = variant.days_treated if steroid else variant.days_untreated
    return f"{median:.1f} [{low:.1f}, {high:.1f}]"
