"""Convolutions of images."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import einops
import numpy as np

from reference.fills import normal
from reference.homework.family import Family
from reference.homework.problem import Entry, Layout, Problem, Scheme, of_submissions, problem, vector_forms
from reference.homework.roles import means
from reference.homework.subject import Subject
from reference.pair import Array
from scratch.convolution import Conv2D
from scratch.layer import Layer

STRIDE = r"stride\w*|st(r|ep)?|s|sh|sw|strides?h|strides?w|step|steps"
PADDING = r"pad\w*|p|pa|zeropad\w*"
WEIGHT = r"w(eights?)?[0-9]?|filters?|kernels?|k|f|convw\w*|convweights?|filter(bank|w)?|fil|wconv"
BIAS = r"b(ias(es)?)?[0-9]?|bs|convb\w*|convbias(es)?"
ROLES = {
    "n_in": (
        r"(n|num|dim)?(in|input|prev)(put)?(s|ch|channels?|c|depth|num|dim|size|features?|maps?)?|(ch|"
        r"channels?|c|n|depth)(in|input|prev)|nchannels?|channels?|ch|inch|c|depth|nc|nbchannels|"
        r"inputch\w*|incoming|ninput\w*|numchannels|channelnum|cin|d"
    ),
    "n_out": (
        r"(n|num|nb|dim)?(out|output)(put)?(s|ch|channels?|c|depth|num|dim|size|features?|maps?)?|(ch|"
        r"channels?|c|n)(out|output)|(n|num|nb)?(filters?|kernels?|fn|features?)(num|count|n)?|fn|outch|"
        r"noutput\w*|numfilters|cout|nout\w*|units|f|nf|k|m|depth"
    ),
    "kh": r"(f|filter|k|kernel|w)?_?(h|height|fh|kh)|fh|kh|filterheight|kernelheight|hh|filterh|kernelh|r|filtersizeh",
    "kw": r"(f|filter|k|kernel|w)?_?(w|width|fw|kw)|fw|kw|filterwidth|kernelwidth|ww|filterw|kernelw|filtersizew",
    "kernel": r"(filter|kernel|window|f|k|conv)(size|s|shape|len|length|dim|width|w)?|ksize|fsize|size|ks|fs|f|k",
    "sh": r"s(tride)?s?_?(h|height|y)|sh",
    "sw": r"s(tride)?s?_?(w|width|x)|sw",
    "stride": STRIDE,
    "padding": PADDING,
    "filter_shape": r"(filter|kernel|weight|w)shape|shape",
    "shape": r"(input|in|x|image|img|data)(put)?_?(shape|size|dim)|inputshape",
    "image": r"(image|img|in|input)(size|width|height|h|w)|width|n|nfeatures?|nin\w*|length|seqlen|size",
}


def accepts(subject: Subject, pattern: str) -> bool:
    """Whether some call of a submission takes a parameter, or a key, of such a name."""
    spots = [*subject.init]
    for method in (subject.forward, subject.backward):
        spots += method.parameters if method else ()
    return any(means(name, pattern) for p in spots for name in (p.name, *p.keys))


def has_channels(subject: Subject) -> bool:
    """Whether a constructor is told the number of input channels."""
    return any(means(parameter.name, ROLES["n_in"]) for parameter in subject.init)


def weight_forms(ids: Any, axes: str, forms: Sequence[str]) -> tuple[Any, ...]:
    return tuple(np.ascontiguousarray(einops.rearrange(ids, f"{axes} -> {form}")) for form in forms)


# batch, height, width, channels, filters, kernel
Form = tuple[int, int, int, int, int, tuple[int, int]]
SPATIAL = "n h w c"
LAYOUTS_2D = (
    Layout({"x": f"{SPATIAL} -> n c h w", "y": f"{SPATIAL} -> n c h w"}, said=("(batch, channels, height, width)",)),
    Layout(said=("(batch, height, width, channels)",)),
)
SINGLE_2D = (
    Layout(
        {"x": "1 h w c -> c h w", "y": "1 h w c -> c h w"}, said=("one sample at a time, (channels, height, width)",)
    ),
    Layout(
        {"x": "1 h w c -> h w c", "y": "1 h w c -> h w c"}, said=("one sample at a time, (height, width, channels)",)
    ),
    Layout({"x": "1 h w 1 -> h w", "y": "1 h w c -> c h w"}, said=("one image without channels",)),
    Layout({"x": "1 h w 1 -> h w", "y": "1 h w c -> h w c"}, said=("one image without channels",)),
    Layout({"x": "1 h w 1 -> h w", "y": "1 h w 1 -> h w"}, said=("one image without channels",)),
    Layout({"x": "1 h w c -> c h w", "y": "1 h w 1 -> h w"}, said=("one filter, (channels, height, width)",)),
    Layout({"x": "1 h w c -> h w c", "y": "1 h w 1 -> h w"}, said=("one filter, (height, width, channels)",)),
)
GREY_2D = (
    Layout({"x": "n h w 1 -> n h w", "y": "n h w c -> n c h w"}, said=("images without channels",)),
    Layout({"x": "n h w 1 -> n h w", "y": "n h w c -> n h w c"}, said=("images without channels",)),
)


def _layouts_2d(asked: Problem) -> Sequence[Layout]:
    channels, out = asked.options["n_in"], asked.options["n_out"]
    found = list(LAYOUTS_2D)
    if asked.batch == 1:
        single = [x for x in SINGLE_2D if " 1 -> h w" not in x.axes["x"] or channels == 1]
        found += [x for x in single if x.axes["y"] != "1 h w 1 -> h w" or out == 1]
    elif channels == 1:
        found += GREY_2D
    return found


def _schemes_2d(asked: Problem) -> Sequence[Scheme]:
    ids = asked.ids()
    forms = ["o i kh kw", "kh kw i o", "o kh kw i", "kh kw o i", "i o kh kw"]
    if asked.options["n_in"] == 1:
        forms += ["o (i kh) kw", "(i kh) kw o"]
    if asked.options["n_out"] == 1:
        forms += ["(i o kh) kw"] if asked.options["n_in"] == 1 else ["(o i) kh kw", "kh kw (o i)"]
    entries = {"w": Entry(WEIGHT, weight_forms(ids["w"], "kh kw i o", forms))}
    if "b" in ids and ids["b"].ndim > 1:
        entries["b"] = Entry(BIAS, (*weight_forms(ids["b"], "h w o", ("o h w", "h w o", "1 o h w", "1 h w o")),))
    elif "b" in ids:
        b = ids["b"]
        biases = (
            *vector_forms(b),
            b[:, None, None],
            b[None, :, None, None],
            b[None, None, None, :],
            b[:, None, None, None],
        )
        entries["b"] = Entry(BIAS, biases)
    return (Scheme(entries),)


def _values_2d(asked: Problem, layout: Layout) -> Mapping[str, Sequence[Any]]:
    o = asked.options
    kh, kw = o["kernel"]
    s, p = o.get("stride", 1), o.get("padding", 0)
    square = kh == kw
    first = "c" in layout.axes.get("x", "c h w").split("->")[-1].split()[:2]
    n, h, w, c = asked.arrays.inputs["x"].shape
    return {
        "n_in": [o["n_in"]],
        "n_out": [o["n_out"]],
        "kh": [kh],
        "kw": [kw],
        "kernel": [
            *([kh] if square else []),
            (kh, kw),
            (kh, kw, o["n_in"], o["n_out"]),
            (o["n_out"], o["n_in"], kh, kw),
        ],
        "stride": [s, (s, s)],
        "sh": [s],
        "sw": [s],
        "padding": [p, "valid", "VALID", (p, p)] if p == 0 else [p, "same", "SAME", (p, p)],
        "filter_shape": [(o["n_out"], o["n_in"], kh, kw), (kh, kw, o["n_in"], o["n_out"])],
        "shape": [(c, h, w) if first else (h, w, c), (n, c, h, w) if first else (n, h, w, c)],
        "activation": [None],
        "batch": [n],
    }


def conv2d(
    n: int, h: int, w: int, c: int, o: int, k: tuple[int, int], seed: int, label: str = "", **more: Any
) -> Problem:
    more = {"bias": True, **more}
    p = more.pop("padding", 0)
    return problem("conv2d", {"x": normal(n, h, w, c)}, seed, label=label, n_in=c, n_out=o, kernel=k, padding=p, **more)


class PositionBiased(Layer):
    """A convolution to which a bias is added for each position of the output, not for each filter."""

    def __init__(self, size: tuple[int, ...], n_in: int, n_out: int, kernel: tuple[int, ...], bias: bool) -> None:
        super().__init__()
        self.layer = Conv2D(n_in, n_out, kernel, bias=bias)
        self.params = {**self.layer.params, "b": np.zeros((*size, n_out))}

    def forward(self, x: Array) -> Array:
        self.layer.load({"w": self.params["w"]})
        return self.layer.forward(x) + self.params["b"]

    def backward(self, dy: Array) -> Array | None:
        dx = self.layer.backward(dy)
        self.grads = {**self.layer.grads, "b": dy.sum(axis=0)}
        return dx


POSITION_BIASED = of_submissions("conv2d", PositionBiased)


def _bias_of_positions(form: Form, seed: int, label: str = "one bias for each position") -> Problem:
    n, h, w, c, o, k = form
    size = (h - k[0] + 1, w - k[1] + 1)
    x = {"x": normal(n, h, w, c)}
    found = problem(POSITION_BIASED, x, seed, label=label, size=size, n_in=c, n_out=o, kernel=k, bias=False)
    return replace(found, fallback=1)


# an image larger than this is not made because its size stands in the code
LARGEST_WRITTEN = 64
# all sizes of a form distinct: a kernel with its axes mixed up must not fit
FORMS_2D = (
    (2, 6, 7, 4, 5, (3, 1)),
    (2, 6, 7, 4, 5, (3, 3)),
    (2, 7, 7, 4, 5, (3, 3)),
    (1, 6, 7, 4, 5, (3, 3)),
    (1, 6, 7, 4, 1, (3, 3)),
    (2, 7, 7, 1, 5, (3, 3)),
    (1, 7, 7, 1, 5, (3, 3)),
    (1, 7, 7, 1, 1, (3, 3)),
)


def _problems_2d(subject: Subject, seed: int) -> Iterator[Problem]:
    biased = has_bias(subject)
    for form in FORMS_2D[:3]:
        yield conv2d(*form, seed, bias=biased)
    if accepts(subject, PADDING):  # some slice by [pad:-pad]
        yield conv2d(*FORMS_2D[1], seed, "padding 1", bias=biased, padding=1)
    for form in FORMS_2D[3:]:
        if form[3] > 1 or not has_channels(subject):
            yield replace(conv2d(*form, seed, bias=biased), fallback=1 if form[3] > 1 else 2)
    if biased:
        for form in (FORMS_2D[1], FORMS_2D[3], FORMS_2D[6], *_written_sizes(subject)):
            yield _bias_of_positions(form, seed)


def _written_sizes(subject: Subject) -> Iterator[Form]:
    """Forms of one grey image whose output has a shape that is written into the code, such as (5, 26, 26)."""
    for node in ast.walk(subject.symbol.node):
        if isinstance(node, ast.Tuple) and len(node.elts) == 3:
            sizes = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, int)]
            if len(sizes) == 3 and min(sizes) > 1 and max(sizes) <= LARGEST_WRITTEN:
                for o, h, w in (sizes, (sizes[2], *sizes[:2])):
                    yield 1, h + 2, w + 2, 1, o, (3, 3)


def has_bias(subject: Subject) -> bool:
    """Whether a submission has anything by the name of a bias."""
    return accepts(subject, BIAS) or any(means(name, BIAS) for name in subject.attributes)


def _variants_2d(subject: Subject, seed: int, base: Problem) -> Iterator[Problem]:
    n, h, w, c = base.arrays.inputs["x"].shape
    o, k, bias = base.options["n_out"], base.options["kernel"], base.options["bias"]
    padding = base.options.get("padding", 0)
    if base.arrays.params.keys() >= {"b"} and not bias:
        yield _bias_of_positions((n, h + 2, w + 2, c, o, k), seed, "other sizes")
        return
    taps = (3, 3) if k == (3, 1) else k  # of (3, 1) and (1, 3) the places in an array are the same
    yield conv2d(n, h + 2, w + 2, c, o, taps, seed, "other sizes", bias=bias, padding=padding)
    if accepts(subject, STRIDE):
        yield conv2d(n, 9, 9, c, o, k, seed, "stride 2", stride=2, bias=bias, padding=padding)
    if accepts(subject, PADDING):
        other = 1 - padding
        yield conv2d(n, h, w, c, o, k, seed, f"padding {other}", padding=other, bias=bias)


CONV2D = Family(
    "conv2d",
    classes=r"(?!.*1d)(?!.*3d).*conv\w*",
    functions=r"(?!.*1d)(?!.*3d)(?!.*singlestep).*(conv|corr(elate)?_?2d|cross_?corr)\w*",
    problems=lambda subject, seed: list(_problems_2d(subject, seed)),
    variants=lambda subject, seed, base: list(_variants_2d(subject, seed, base)),
    layouts=_layouts_2d,
    schemes=_schemes_2d,
    values=_values_2d,
    roles=ROLES,
    wildcards=("n_in", "n_out", "kernel", "kh", "kw"),
    rank=6,
)
