"""Random helpers that input generators of the data set call by name; the draw order is the spec.

Each function draws from the global `random` exactly as the official library does, so that equal
seeds give equal inputs, bit for bit.

Source: section 1.3 of the reference description of `enam` 0.0.2 (Apache-2.0); own code.
"""

from __future__ import annotations

import random
import string

__all__ = [
    "miller_rabin",
    "rand_parens",
    "rand_primality",
    "rand_probably_prime",
    "random",
    "string",
]

SPECIAL = (30031, 561, 2, 125)  # composite without small factors, Carmichael, even prime, power


def rand_parens(
    size: int, valid: bool = True, par: str = "()", sep: str | None = ""
) -> str | list[str]:
    """Balanced groups of parentheses of about `size` characters; unbalanced if not `valid`."""
    if not valid:
        if sep != "":
            raise ValueError("unbalanced parentheses have no separator")
        half = (size + 1) // 2 - 1
        left = "".join(_groups(half, par))
        return left + par[1] + par[0] + "".join(_groups(half, par))
    groups = _groups(size, par)
    return groups if sep is None else sep.join(groups)


def _groups(size: int, par: str) -> list[str]:
    size += size % 2
    groups: list[list[str]] = []
    depth = 0
    for place in range(size):
        if depth == 0:
            groups.append([])
            is_opening = True
        else:
            is_opening = depth < size - place and bool(random.randint(0, 1))
        groups[-1].append(par[0] if is_opening else par[1])
        depth += 1 if is_opening else -1
    return ["".join(group) for group in groups]


def miller_rabin(n: int, k: int = 5) -> bool:
    """Whether `n` is probably prime, by `k` random bases."""
    if n in (2, 3):
        return True
    if n == 1 or n % 2 == 0:
        return False
    power, odd = 0, n - 1
    while odd % 2 == 0:
        power, odd = power + 1, odd // 2
    for _ in range(k):
        x = pow(random.randint(2, n - 2), odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(power - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def rand_probably_prime(lb: int, ub: int | None = None) -> int:
    """A probable prime in bounds that `lb` and `ub` widen to."""
    if ub is None:
        high = max(lb, 3)
        low = high // 2
    else:
        low = max(lb, 0)
        high = max(2 * low, ub, 3)
    while True:
        n = random.randint(low, high)
        if miller_rabin(n):
            return n


def rand_primality(size: int, lid: int, cid: int) -> int:
    """A number whose primality is worth asking: prime, square of a prime, product of two."""
    size = max(size, 4)
    if lid == 0 and cid < len(SPECIAL):
        return SPECIAL[cid]
    root = int(size**0.5 + 1)
    if cid % 3 == 0:
        return rand_probably_prime(size)
    if cid % 3 == 1:
        return int(rand_probably_prime(root) ** 2)
    return rand_probably_prime(root) * rand_probably_prime(root)
