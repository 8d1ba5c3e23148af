"""A made-up file: the one whose way through all stages is kept in this folder."""

PASS = 50


def letter(points: int) -> str:
    """Return the letter for a number of points out of 100."""
    if points >= 90:
        return "A"
    if points >= PASS:
        return "B"
    return "F"


def best_run(points: list[int]) -> int:
    """Length of the longest run of passed exams in a row."""
    best = 0
    run = 0
    for value in points:
        if letter(value) == "F":
            run = 0
        else:
            run += 1
            best = max(best, run)
    return best
