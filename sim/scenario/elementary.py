"""Logarithm, exponential and normal quantile out of additions, products and quotients alone.

So they give the same last digit on every processor, whichever library it has, and in machine code
(``compiled.elementary``), which is made of the same formulas. Their errors are about one unit in the last place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Of numbers or of arrays of them.
Some = Any

#: ln 2 in two parts: the first has so few digits that whole multiples of it are exact.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
PER_LN2 = 1.44269504088896338700
#: Adding it to a number rounds that to a whole one.
ROUNDER = 6755399441055744.0
#: Digits after the first of a float, and the bits of 1 and of the root of a half.
DIGITS, ONE, HALF_ROOT = 52, 0x3FF0000000000000, 0x3FE6A09E667F3BCD
#: Between these, e**x is an ordinary number.
LEAST, MOST = -708.0, 709.0
#: Distance from 1/2 within which normal quantiles have a formula of their own, and where the outermost begins.
MIDDLE, FAR = 0.425, 5.0


def log_of(f: Some, k: Some) -> Some:
    """ln((1 + f) 2**k), 1 + f between the roots of 1/2 and 2: a series in f / (2 + f), as in FDLIBM's e_log.c."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    r = even + z * (6.666666666666735130e-01 + w * odd)
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)


def exp_of(x: Some, k: Some) -> Some:
    """exp(x - k ln 2) for x within half of ln 2 of k ln 2: the quotient in FDLIBM's e_exp.c."""
    high, low = x - k * LN2_HIGH, k * LN2_LOW
    r = high - low
    t = r * r
    inner = 6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08)
    c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03 + t * inner))
    return 1.0 - ((low - r * c / (2.0 - c)) - high)


def normal_middle(q: Some) -> Some:
    """Normal quantile of 1/2 + q, q up to MIDDLE (Wichura 1988, Applied Statistics 37, algorithm AS 241)."""
    r = 0.180625 - q * q
    over = 2509.0809287301227 * r + 33430.57558358813
    over = over * r + 67265.7709270087
    over = over * r + 45921.95393154987
    over = over * r + 13731.69376550946
    over = over * r + 1971.5909503065513
    over = over * r + 133.14166789178438
    over = over * r + 3.3871328727963665
    under = 5226.495278852854 * r + 28729.085735721943
    under = under * r + 39307.89580009271
    under = under * r + 21213.794301586597
    under = under * r + 5394.196021424751
    under = under * r + 687.1870074920579
    under = under * r + 42.31333070160091
    under = under * r + 1.0
    return q * over / under


def normal_tail(root: Some) -> Some:
    """The same of 1 - u, by the root of -ln u up to FAR."""
    r = root - 1.6
    over = 0.0007745450142783414 * r + 0.022723844989269184
    over = over * r + 0.2417807251774506
    over = over * r + 1.2704582524523684
    over = over * r + 3.6478483247632045
    over = over * r + 5.769497221460691
    over = over * r + 4.630337846156546
    over = over * r + 1.4234371107496835
    under = 1.0507500716444169e-09 * r + 0.0005475938084995345
    under = under * r + 0.015198666563616457
    under = under * r + 0.14810397642748008
    under = under * r + 0.6897673349851
    under = under * r + 1.6763848301838038
    under = under * r + 2.053191626637759
    under = under * r + 1.0
    return over / under


def normal_far(root: Some) -> Some:
    """The same beyond FAR."""
    r = root - FAR
    over = 2.0103343992922881e-07 * r + 2.7115555687434876e-05
    over = over * r + 0.0012426609473880784
    over = over * r + 0.026532189526576124
    over = over * r + 0.29656057182850487
    over = over * r + 1.7848265399172913
    over = over * r + 5.463784911164114
    over = over * r + 6.657904643501103
    under = 2.0442631033899397e-15 * r + 1.421511758316446e-07
    under = under * r + 1.8463183175100548e-05
    under = under * r + 0.0007868691311456133
    under = under * r + 0.014875361290850615
    under = under * r + 0.1369298809227358
    under = under * r + 0.599832206555888
    under = under * r + 1.0
    return over / under


def log(x: Floats) -> Floats:
    """Natural logarithm of ordinary positive numbers."""
    bits = np.asarray(x, dtype=np.float64).view(np.int64)
    k = (bits - HALF_ROOT) >> DIGITS
    found: Floats = log_of((bits - (k << DIGITS)).view(np.float64) - 1.0, k.astype(np.float64) + 0.0)
    return found


def exp(x: Floats) -> Floats:
    """The exponential of numbers; beyond what a float can hold, the least or the most it can."""
    x = np.minimum(np.maximum(np.asarray(x, dtype=np.float64), LEAST), MOST)
    k = (x * PER_LN2 + ROUNDER) - ROUNDER
    found: Floats = exp_of(x, k) * ((k.astype(np.int64) << DIGITS) + ONE).view(np.float64)
    return found


def normal_quantile(u: Floats) -> Floats:
    """Value below which a share ``u`` of a normal variable lies, mean 0 and standard deviation 1."""
    q = np.asarray(u, dtype=np.float64) - 0.5
    found: Floats = np.asarray(normal_middle(q))
    outside = np.abs(q) > MIDDLE
    if outside.any():
        side = q[outside]
        # The difference from 1 is exact, as everything drawn is a multiple of 2**-53.
        r = np.sqrt(-log(np.minimum(u[outside], 1.0 - u[outside])))
        found[outside] = np.where(side < 0, -1.0, 1.0) * np.where(r > FAR, normal_far(r), normal_tail(r))
    return found
