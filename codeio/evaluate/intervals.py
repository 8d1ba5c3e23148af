"""Interval: how far a share may be from the truth.   right, n -> low, high"""

import math

Z95 = 1.959963984540054


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % Wilson interval of a share; (0, 1) where nothing was asked."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = right / n, Z95 * Z95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return 0.0 if right == 0 else middle - half, 1.0 if right == n else middle + half
