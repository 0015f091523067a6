"""Which statements are executed: imports, definitions, constants, and what may be computed quickly."""

import ast
from collections.abc import Iterator

from reference.homework.reading.submission import UnitKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# a call by one of these names reads, shows, trains or waits
HEAVY = _words(
    """
    open read read_csv read_table read_excel load loadtxt genfromtxt fromfile load_data load_mnist loadmat imread
    fetch_openml fetch_mldata fetch_20newsgroups read_data_sets urlopen urlretrieve download get_file fit
    fit_transform train predict score train_test_split compile gradient_check plot show figure subplots subplot
    imshow savefig scatter hist display system popen run sleep input raw_input get_ipython exit quit Popen mount
    upload
    """
)
SIMPLE_CALLS = _words(
    """
    array zeros ones eye arange linspace full asarray float32 float64 int range list tuple dict set len float abs
    min max OrderedDict defaultdict namedtuple reshape sqrt log exp prod shape size astype copy T RandomState
    default_rng
    """
)
TRAINING = _words(
    """
    forward backward update step gradient fit loss backward_propagation forward_propagation
    """
)


# of 29 letters, so that the weights of networks over letters can be made
TEXT = '"The quick brown fox jumps over the lazy dog. " * 8'


def name_of_text(node: ast.stmt, tree: ast.Module) -> str:
    """The name that a statement gives to the text of a file, where others ask for its letters; "" for any other.

    `data = open("input.txt").read()`, `with open("input.txt") as f: data = f.read()`, then `set(data)`.
    """
    body = node.body if isinstance(node, ast.With) else [node]
    if not ("open(" in ast.unparse(node) and len(body) == 1 and isinstance(body[0], ast.Assign)):
        return ""
    target, called = body[0].targets[0], set(_calls(body[0].value))
    if not isinstance(target, ast.Name) or not called <= {"open", "read", "lower", "strip"} or "read" not in called:
        return ""
    of_letters = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n) == f"set({target.id})")
    return target.id if next(of_letters, None) else ""


def kind_of(node: ast.stmt) -> UnitKind | None:
    """How a top-level statement is executed, None where it is not."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return "definition"
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return _assigned(node)
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"))):
            return "candidate"
        case ast.If() | ast.Try():
            return _block(node)
    return None


def _assigned(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> UnitKind | None:
    """An assignment: constant where it plainly is one, a candidate where it may be cheap."""
    if node.value is None:
        return None
    if any(isinstance(item, ast.Await | ast.Yield | ast.YieldFrom) for item in ast.walk(node)):
        return None
    called = set(_calls(node.value))
    if called & HEAVY:
        return None
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    named = all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
    loops = any(isinstance(item, ast.comprehension) for item in ast.walk(node.value))
    return "constant" if named and not loops and called <= SIMPLE_CALLS else "candidate"


def _calls(value: ast.AST) -> Iterator[str]:
    """The names called when the value is computed; what a lambda calls later does not count."""
    if isinstance(value, ast.Lambda):
        return
    if isinstance(value, ast.Call):
        yield value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "?")
    for child in ast.iter_child_nodes(value):
        yield from _calls(child)


def _block(node: ast.If | ast.Try) -> UnitKind | None:
    """An if or try made of nothing but imports, definitions and assignments: `try: import cupy as np`."""
    if isinstance(node, ast.If) and (
        any(isinstance(item, ast.Name) and item.id == "__name__" for item in ast.walk(node.test))
        or set(_calls(node.test)) & HEAVY
    ):
        return None
    parts = [*node.body, *node.orelse]
    if isinstance(node, ast.Try):
        parts += [*node.finalbody, *(item for handler in node.handlers for item in handler.body)]
    kinds = [kind_of(item) for item in parts if not isinstance(item, ast.Pass | ast.Raise | ast.Expr)]
    plain = all(not isinstance(item, ast.Expr) or _quiet(item.value) for item in parts)
    if not kinds or None in kinds or not plain:
        return None
    return next(kind for kind in ("definition", "import", "candidate", "constant") if kind in kinds)


def _quiet(value: ast.expr) -> bool:
    """A statement that only says something: a text, a print, a change of the import path."""
    return isinstance(value, ast.Constant) or set(_calls(value)) <= {
        "print",
        "append",
        "insert",
        "getcwd",
        "abspath",
        "join",
        "dirname",
    }


def words_of(node: ast.stmt) -> str:
    """What to say of a statement that is not executed; "" for prints, plots and the like."""
    if isinstance(node, ast.For | ast.While | ast.AsyncFor):
        training = TRAINING & set(_calls(node))
        return f"a {'training loop' if training else 'loop'} at top level is not executed"
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
        heavy = sorted(set(_calls(node.value)) & HEAVY)
        return f"not executed: it calls {heavy[0]}" if heavy else ""
    return ""
