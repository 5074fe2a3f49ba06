"""Both compartments from piece to piece, in closed form.

Within a piece the parameters and the rate of infusion stand still, so that the amounts at its end
are a linear map of those at its beginning, plus what ran in. Weight, albumin and antibodies may
change between pieces: amounts are carried over, concentrations jump where a volume does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from lorpredict.pharmacokinetics._pieces import Pieces
from lorpredict.survival import Floats

Amounts = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Bodies:
    """Parameters of every group of pieces, arrays of shape (n_groups, n_bodies)."""

    clearance: Floats
    central_volume: Floats
    peripheral_volume: Floats
    intercompartmental_clearance: Floats


@dataclass(frozen=True, eq=False)
class Carried:
    """The linear map of every piece, arrays of shape (n_pieces, n_bodies).

    Parameters
    ----------
    stays, returns, leaves, remains
        Shares of an amount after the piece: central in central, peripheral in central, central in
        peripheral, peripheral in peripheral.
    central, peripheral
        mg that ran in during the piece and lie there at its end.
    """

    stays: Floats
    returns: Floats
    leaves: Floats
    remains: Floats
    central: Floats
    peripheral: Floats

    @classmethod
    def of(cls, bodies: Bodies, pieces: Pieces) -> Self:
        """Solve the two differential equations in each piece.

        Two exponentials, as in ``_infusions``; a difference of them over the difference of their
        rates is written with ``expm1``, so that rates may meet.
        """
        out = bodies.clearance / bodies.central_volume
        away = bodies.intercompartmental_clearance / bodies.central_volume
        back = bodies.intercompartmental_clearance / bodies.peripheral_volume
        half = (out + away - back) / 2
        root = np.sqrt(half * half + away * back)
        fast = (out + away + back) / 2 + root
        slow = out / fast * back
        each = pieces.groups
        apart, back, away = (2 * root)[each], back[each], away[each]
        upper = (half / (2 * root))[each] + 0.5  # share of the fast exponential, central in central
        rate = slow[each]
        time = pieces.lengths[:, np.newaxis]
        later = np.exp(-rate * time)
        between = -np.expm1(-apart * time)  # one minus fast over slow
        exchanged = later * between / apart
        running = pieces.rates[:, np.newaxis]
        slow_in = running * -np.expm1(-rate * time) / rate
        fast_in = running * -np.expm1(-fast[each] * time) / fast[each]
        return cls(
            stays=later * (1 - upper * between),
            returns=back * exchanged,
            leaves=away * exchanged,
            remains=later * (1 - (1 - upper) * between),
            central=upper * fast_in + (1 - upper) * slow_in,
            peripheral=away * (slow_in - fast_in) / apart,
        )

    def amounts(self, begin: Amounts | None = None) -> Amounts:
        """Carry amounts through all pieces.

        Parameters
        ----------
        begin
            Central and peripheral at the beginning; nothing by default.

        Returns
        -------
        central, peripheral : arrays of shape (n_pieces + 1, n_bodies)
            At the beginning and at the end of every piece.
        """
        pieces, bodies = self.stays.shape
        central, peripheral = np.zeros((2, pieces + 1, bodies))
        if begin is not None:
            central[0], peripheral[0] = begin
        for piece in range(pieces):
            here, there = central[piece], peripheral[piece]
            central[piece + 1] = (
                self.stays[piece] * here + self.returns[piece] * there + self.central[piece]
            )
            peripheral[piece + 1] = (
                self.leaves[piece] * here + self.remains[piece] * there + self.peripheral[piece]
            )
        return central, peripheral
