"""Connectionist temporal classification: sequences of labels, of which nobody says when each was seen."""

import numpy as np

from scratch.layer import Array, require_rank
from scratch.losses import Loss, Reduction, log_sum_exp


class CTC(Loss):
    """loss = -log sum_paths prod_time softmax(x)[time, path_time], over the paths that read as the labels t.

    A path has one class at each time. It reads as what is left when repeated classes are made one and `blank` is
    dropped (Graves et al., 2006). Scores x: (batch, time, classes); t: (batch, labels), indices of classes, padded with
    anything; x_lengths, t_lengths: (batch,), how many times and labels count. Both are summed over in logarithms,
    through the states blank, t_1, blank, ..., t_labels, blank:

    a_time(s) = log p_time(s) + log(e^a(s) + e^a(s - 1) + e^a(s - 2)), a of the time before: all ways to be there, the
    last only where a state is no blank and not the label before; b_time(s) likewise: all ways on from there.
    dx = softmax(x) - sum over the states of a class of exp(a + b + loss).

    Labels too many for the time have an infinite loss, with `zero_infinity` one of 0 with no gradient. With
    `over_labels` the mean is of losses divided by their number of labels, as in PyTorch; without, of losses.
    """

    def __init__(
        self,
        *,
        blank: int = 0,
        zero_infinity: bool = False,
        over_labels: bool = True,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity, self.over_labels = blank, zero_infinity, over_labels

    def forward(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> Array:
        require_rank(self, "x", x, "batch time classes")
        self._set_states(x, t, x_lengths, t_lengths)
        log_p = x - log_sum_exp(x)[..., None]
        self.p = np.exp(log_p)
        self.log_p = np.take_along_axis(log_p, self.states[:, None], -1)  # (batch, time, states)
        a = np.full(self.states.shape, -np.inf, x.dtype)
        a[:, 0] = 0
        self.a = np.empty_like(self.log_p)
        for time in range(x.shape[1]):
            a = np.where(self.counts[:, time, None], self.log_p[:, time] + self._reached(a), a)
            self.a[:, time] = a
        self.losses = -log_sum_exp(np.where(self.last, a, -np.inf))
        self.kept = np.isfinite(self.losses) | (not self.zero_infinity)
        over_labels = self.over_labels and self.reduction == "mean"
        self.divisor = np.where(over_labels, np.maximum(t_lengths, 1), 1).astype(x.real.dtype)
        return self.reduce(np.where(self.kept, self.losses, 0) / self.divisor)

    def _set_states(self, x: Array, t: Array, x_lengths: Array, t_lengths: Array) -> None:
        """What the states are: their classes, those that may be skipped to, the last ones, and which times count."""
        (batch, times, classes), places = x.shape, np.arange(2 * t.shape[1] + 1)
        if not 0 <= self.blank < classes:
            raise ValueError(f"CTC: blank is {self.blank}, none of the {classes} classes of x")
        given = np.arange(t.shape[1]) < t_lengths[:, None]
        labels = t[given]
        if max(x_lengths, default=0) > times or max(t_lengths, default=0) > t.shape[1]:
            raise ValueError(f"CTC: a length is more than the {times} times of x or the {t.shape[1]} labels of t")
        if np.any((labels < 0) | (labels >= classes) | (labels == self.blank)):
            raise ValueError(f"CTC: a label is blank ({self.blank}) or none of the {classes} classes")
        self.states = np.full((batch, len(places)), self.blank)
        self.states[:, 1::2][given] = labels
        self.skipped_to = np.pad(self.states[:, 2:] != self.states[:, :-2], ((0, 0), (2, 0)))
        self.last = (places == 2 * t_lengths[:, None]) | (places == 2 * t_lengths[:, None] - 1)
        self.counts = np.arange(times) < x_lengths[:, None]

    def _reached(self, a: Array) -> Array:
        """All ways into each state, from those that lead to it."""
        before = np.pad(a, ((0, 0), (2, 0)), constant_values=-np.inf)
        skipping = np.where(self.skipped_to, before[:, :-2], -np.inf)
        return log_sum_exp(np.stack([a, before[:, 1:-1], skipping]), axis=0)

    def _left(self, b: Array) -> Array:
        """All ways on from each state, from those that it leads to."""
        after, skipping = (
            np.pad(each, ((0, 0), (0, 2)), constant_values=-np.inf)
            for each in (b, np.where(self.skipped_to, b, -np.inf))
        )
        return log_sum_exp(np.stack([b, after[:, 1:-1], skipping[:, 2:]]), axis=0)

    def backward(self, dy: Array | float = 1.0) -> Array:
        share = np.empty_like(self.a)
        b = np.where(self.last, share.dtype.type(0), -np.inf)
        for time in reversed(range(self.a.shape[1])):
            share[:, time] = np.exp(self.a[:, time] + b + self.losses[:, None])
            b = np.where(self.counts[:, time, None], self._left(self.log_p[:, time] + b), b)
        of_class = self.states[..., None] == np.arange(self.p.shape[-1])
        counts = self.counts & self.kept[:, None]
        dx = np.where(counts[..., None], self.p - share @ of_class, 0)
        return dx * self.share(dy, dx) / self.divisor[:, None, None]
