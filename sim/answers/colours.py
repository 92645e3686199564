"""One colour for each thing that is shown: Okabe and Ito's palette, which the colour-blind tell apart as well.

M. Okabe and K. Ito 2008, Color Universal Design. Hatches and an order of falling darkness make them read in greyscale.
"""

from __future__ import annotations

#: Colour and hatch of each outcome, in the order in which they are stacked.
OUTCOMES = {
    "answered": ("#0072B2", ""),
    "abandoned": ("#D55E00", "///"),
    "blocked": ("#E69F00", "xx"),
    "balked": ("#CC79A7", ".."),
    "sent_away": ("#F0E442", "++"),
    "called_back": ("#56B4E9", "\\\\"),
    "closed": ("#DDDDDD", ""),
}
BETTER, WORSE, UNCLEAR = "#0072B2", "#D55E00", "#777777"
DUTY, WAITING, MUTED = "#F0F0F0", "#555555", "#444444"
