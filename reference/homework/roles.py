"""From the name of a parameter to what it is, and from that to the arguments of a call."""

import ast
import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.homework.usage import uses

# what a parameter can be, and the names that say so; names are compared in lower case, without underscores
Roles = Mapping[str, str]
# what a submission has a default of its own for is judged with that
KEPT = ("activation",)
# what holds all weights, and no cache
WEIGHTS_TOGETHER = r"params?|parameters?|weights?|p|theta"
# states that may come as one tuple
STATES = ("h_0", "c_0")
# A plan with more parameters than this many unclear ones has too many readings to try.
MOST_PLANS = 48


def plain(name: str) -> str:
    """A name in lower case, without underscores: "W_x" -> "wx"."""
    return name.replace("_", "").lower()


@functools.lru_cache(maxsize=65536)
def means(name: str, pattern: str) -> bool:
    """Whether a name is one of those a pattern lists."""
    return re.fullmatch(pattern, plain(name)) is not None


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function or method.

    `keys` are what the body reads from it: params["W1"] -> "W1"; `guessed` may be: params["W" + k]. `parts` are the
    names it is taken apart into: W, b = params. `role` is what an adapter says it is.
    """

    name: str
    required: bool
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    default: Any = None
    guessed: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    role: str = ""


def parameters(
    function: ast.FunctionDef, method: bool = False, functions: Mapping[str, ast.FunctionDef] | None = None
) -> tuple[Parameter, ...]:
    """The parameters of a function; those of a method without `self`. It may hand them on to `functions`."""
    others = functions or {}
    spec = function.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    defaults: list[ast.expr | None] = [None] * (len(names) - len(spec.defaults)) + list(spec.defaults)
    decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
    if names and (("classmethod" in decorators) or (method and "staticmethod" not in decorators)):
        names, defaults = names[1:], defaults[1:] if len(defaults) == len(names) else defaults
    found = [_parameter(function, name, default, others) for name, default in zip(names, defaults, strict=True)]
    found += [
        _parameter(function, a.arg, d, others)
        for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if d is not None
    ]
    return tuple(found)


def _parameter(
    function: ast.FunctionDef, name: str, default: ast.expr | None, functions: Mapping[str, ast.FunctionDef]
) -> Parameter:
    found = uses(function, name, functions)
    try:
        value = ast.literal_eval(default) if default is not None else None
    except ValueError:
        value = None
    keys, guessed, attributes = (tuple(dict.fromkeys(some)) for some in (found.keys, found.guessed, found.attributes))
    return Parameter(name, default is None, keys, attributes, value, guessed, found.parts)


def fields(node: ast.stmt) -> tuple[Parameter, ...]:
    """The fields of a dataclass that its constructor takes; none of another class."""
    if not isinstance(node, ast.ClassDef) or not any("dataclass" in ast.unparse(d) for d in node.decorator_list):
        return ()
    found: list[Parameter] = []
    for each in node.body:
        if not (isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)):
            continue
        if "ClassVar" in ast.unparse(each.annotation):
            continue
        said = {k.arg: k.value for k in each.value.keywords} if isinstance(each.value, ast.Call) else {}
        if "init" in said and ast.unparse(said["init"]) == "False":
            continue
        default = said.get("default", each.value)
        try:
            value = ast.literal_eval(default) if default is not None else None
        except ValueError:
            value = None
        required = each.value is None or (bool(said) and said.keys().isdisjoint({"default", "default_factory"}))
        found.append(Parameter(each.target.id, required, default=value))
    return tuple(found)


@dataclass(frozen=True)
class Plan:
    """The arguments of one call. `given` maps each role to where it was given, `w` or `params['W']`, and what.

    `named` where the name of every parameter that is given says its role.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    given: Mapping[str, tuple[str, Any]]
    named: bool = True


# (where, role, value) of what a parameter is given, and the value itself
Choice = tuple[tuple[tuple[str, str, Any], ...], Any]
LEFT_OUT: Choice = ((), None)


def plans(
    wanted: Sequence[Parameter],
    roles: Roles,
    values: Mapping[str, Sequence[Any]],
    wildcards: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> Iterator[Plan]:
    """The ways to call something with these parameters, likeliest first.

    `values` gives for each role the values it may be given, such as 2 and (2, 2). A required parameter whose name says
    nothing becomes one of the `wildcards`; one with a default is left alone unless its name says a role. A role in
    `optional` may also be left at its default. A parameter that the body reads by keys is given a dict of what the
    keys say. No role is used twice in one plan.
    """
    choices = [_choices(parameter, roles, values, wildcards, optional) for parameter in wanted]
    if not all(choices):
        return
    for choice in itertools.islice(_combined(choices, frozenset()), MOST_PLANS):
        given = [(role, (where, value)) for parts, _ in choice for where, role, value in parts]
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        for parameter, (parts, value) in zip(wanted, choice, strict=True):
            if parts and parameter.required and not kwargs:
                args.append(value)
            elif parts:
                kwargs[parameter.name] = value
        named = all(means(where, roles[role]) for role, (where, _) in given if role in roles and "[" not in where)
        yield Plan(tuple(args), kwargs, dict(given), named)


def _combined(choices: Sequence[Sequence[Choice]], used: frozenset[str]) -> Iterator[tuple[Choice, ...]]:
    """One choice for each parameter, in every way that uses no role twice; the last parameter varies first."""
    if not choices:
        yield ()
        return
    for choice in choices[0]:
        own = {role for _, role, _ in choice[0]}
        if len(own) == len(choice[0]) and used.isdisjoint(own):
            for others in _combined(choices[1:], used | own):
                yield choice, *others


def _choices(
    parameter: Parameter,
    roles: Roles,
    values: Mapping[str, Sequence[Any]],
    wildcards: Sequence[str],
    optional: Sequence[str],
) -> list[Choice]:
    """What a parameter may be given; nothing where it is required and nothing fits."""
    if (together := _together(parameter, roles, values)) is not None:
        return together
    named = [parameter.role] if parameter.role in values else _named(parameter.name, roles, values)
    if not parameter.required and set(named) & set(KEPT):
        return [LEFT_OUT]
    if not named and parameter.required:
        named = [role for role in wildcards if role in values]
    found: list[Choice] = [
        (((parameter.name, role, value),), value)
        for role in named
        for value in values[role]
        if _alike(value, parameter.default)
    ]
    if parameter.required:
        return found
    return [*found, LEFT_OUT] if not found or named[0] in optional else found


def _together(parameter: Parameter, roles: Roles, values: Mapping[str, Sequence[Any]]) -> list[Choice] | None:
    """A dict or tuple of several roles, where a parameter is one; nothing where one of them cannot be filled."""
    by_key = {key: _keyed(parameter, key, roles, values) for key in (*parameter.keys, *parameter.guessed)}
    filled = {key: [role for role in named if values[role]] for key, named in by_key.items()}
    kept = "cache" in _named(parameter.name, {"cache": roles.get("cache", "")}, values)
    if any(filled.values()) and not (kept and not means(parameter.name, WEIGHTS_TOGETHER)):
        if any(by_key[key] and not filled[key] for key in parameter.keys):
            return []
        chosen: dict[str, str] = {}
        for key, named in filled.items():
            if named and (key in parameter.keys or named[0] not in chosen.values()):
                chosen[key] = named[0]
        return list(_forms(parameter, chosen, values))
    within = [
        [r for r in _named(part, roles, values) if r.startswith("weight ") or r in STATES] for part in parameter.parts
    ]
    if within and all(within):
        chosen = {part: named[0] for part, named in zip(parameter.parts, within, strict=True)}
        return [(parts, tuple(whole.values())) for parts, whole in _forms(parameter, chosen, values)]
    return None


def _keyed(parameter: Parameter, key: str, roles: Roles, values: Mapping[str, Sequence[Any]]) -> list[str]:
    """The roles that a key says, those first that it says as one of its parameter: the stride of pool_param."""
    dotted = {role: pattern for role, pattern in roles.items() if r"\." in pattern and role in values}
    whole = f"{plain(parameter.name)}.{plain(key)}"
    own = [role for role, pattern in dotted.items() if re.fullmatch(pattern, whole)]
    return own or _named(key, roles, values)


def _forms(parameter: Parameter, chosen: Mapping[str, str], values: Mapping[str, Sequence[Any]]) -> Iterator[Choice]:
    """A dict of what each key is; once for each form in which weights come. Settings have their plainest form."""
    weights = [role for role in chosen.values() if role.startswith("weight ")]
    for form in range(max((len(values[role]) for role in weights), default=1)):
        whole = {key: values[role][min(form, len(values[role]) - 1)] for key, role in chosen.items()}
        yield tuple((f"{parameter.name}[{key!r}]", role, whole[key]) for key, role in chosen.items()), whole


def _alike(value: Any, default: Any) -> bool:
    """Whether a value is of the kind of a parameter's default: words for words, numbers for numbers."""
    if isinstance(default, str):
        return (
            isinstance(value, str)
            and (not default.isupper() or value.isupper())
            and (not default.islower() or value.islower())
        )
    if isinstance(default, tuple):
        return isinstance(value, tuple)
    return not (isinstance(default, int | float) and not isinstance(default, bool) and isinstance(value, str))


def _named(name: str, roles: Roles, values: Mapping[str, Sequence[Any]]) -> list[str]:
    """The roles that a name says, those that can be filled."""
    return [role for role, pattern in roles.items() if role in values and means(name, pattern)]
