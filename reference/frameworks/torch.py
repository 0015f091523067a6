"""PyTorch as a judge: build a twin, load weights, forward, vector-Jacobian product."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from reference.errors import RequestError
from reference.frameworks import Job, Ran, resolve
from reference.frameworks.imports import uncompiled
from reference.migration.glue.torch.optimizers import averages, clip_gradients
from reference.pair import Array, Twin

# one thread: sums run in one order, and small twins are not slowed down by threads that wait for each other
torch.set_num_threads(1)

# where twins compute; see `use_device`
_device = torch.device("cpu")


def use_device(name: str, tf32: bool = False) -> None:
    """Let the twins that are built from now on compute on this device: "cpu" or "cuda".

    `tf32` lets a GPU round the factors of float32 products to 10 bits; otherwise float32 means float32 there too.
    Raises RequestError where there is no such device.
    """
    global _device
    if name != "cpu" and not torch.cuda.is_available():
        raise RequestError(f"--device {name}: PyTorch {torch.__version__} finds no GPU here. Leave --device out")
    precision = "tf32" if tf32 else "ieee"
    for products in (torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn):
        products.fp32_precision = precision
    _device = torch.device(name)


def tensor(x: Array) -> Any:
    """A copy of an array, on the device."""
    return torch.from_numpy(np.array(x, order="C")).to(_device)


def array(x: Any) -> Array:
    """A copy of a tensor; NumPy has no bfloat16, whose numbers float32 has all."""
    whole = x.detach().cpu()
    copied: Array = (whole.float() if whole.dtype == torch.bfloat16 else whole).numpy().copy()
    return copied


@contextlib.contextmanager
def made_as(dtype: str) -> Iterator[None]:
    """Tensors made inside without dtype or device are of this dtype, and on the device."""
    previous = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with on_device():
            yield
    finally:
        torch.set_default_dtype(previous)


def on_device() -> contextlib.AbstractContextManager[Any]:
    """Tensors made inside without a device are on the device; the CPU needs nothing for that."""
    return contextlib.nullcontext() if _device.type == "cpu" else _device


class Torch:
    name = "torch"

    def version(self) -> str:
        return f"torch {torch.__version__.split('+')[0]}"

    def build(self, twin: Twin, options: Any, dtype: str) -> Any:
        assert twin.build is not None
        with made_as(dtype):
            module = twin.build(torch, options)
        if isinstance(module, torch.nn.Module):
            # absent where an option removes it; a misspelt one is found as a weight without a slot
            for name, weight in module.named_parameters():
                if name in twin.frozen:
                    weight.requires_grad_(False).zero_()
        return module

    def uncovered(self, module: Any, paths: Iterable[str]) -> list[str]:
        if not isinstance(module, torch.nn.Module):
            return []
        covered = {id(resolve(module, path)) for path in paths}
        return [n for n, weight in module.named_parameters() if weight.requires_grad and id(weight) not in covered]

    def set(self, module: Any, path: str, value: Array) -> None:
        weight = resolve(module, path)
        if tuple(weight.shape) != value.shape:
            raise ValueError(f"{path} has shape {tuple(weight.shape)}, got {value.shape}")
        with torch.no_grad():
            weight.copy_(tensor(value))

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array,
        weights: Mapping[str, Array],
        buffers: Mapping[str, Array],
        training: bool = True,
    ) -> Ran:
        tensors = list(map(tensor, inputs))
        leaves = [t.requires_grad_() for t, wanted in zip(tensors, differentiable, strict=True) if wanted]
        for path, value in {**weights, **buffers}.items():
            self.set(module, path, value)
        leaves += [resolve(module, path) for path in weights]
        if isinstance(module, torch.nn.Module):
            module.train(training)
        with on_device():
            y = module(*tensors)
        # the gradient of a number: to be given a cotangent, autograd would import SymPy first
        grads = torch.autograd.grad((y * tensor(dy)).sum(), leaves, allow_unused=True) if leaves else ()
        arrays = iter([np.zeros(tuple(x.shape)) if g is None else array(g) for g, x in zip(grads, leaves, strict=True)])
        return Ran(
            array(y),
            [next(arrays) if wanted else None for wanted in differentiable],
            dict(zip(weights, arrays, strict=True)),
            {path: array(resolve(module, path)) for path in buffers},
        )

    @uncompiled()
    def steps(
        self,
        twin: Twin,
        options: Any,
        dtype: str,
        names: list[str],
        weights: list[Array],
        grads: list[Array],
        rates: list[float],
        look_at: Collection[int],
    ) -> list[dict[str, list[Array]]]:
        assert twin.build is not None
        parameters = [torch.nn.Parameter(tensor(w)) for w in weights]
        optimizer = twin.build(torch, options)(list(zip(names, parameters, strict=True)))
        seen = []
        for t, (rate, *given) in enumerate(zip(rates, *(tensor(g).unbind() for g in grads), strict=True), start=1):
            for group in optimizer.param_groups:
                group["lr"] = rate
            for w, g in zip(parameters, given, strict=True):
                w.grad = g if w.grad is None else w.grad + g
            if t % options.accumulation_steps == 0:
                with made_as(dtype):
                    complete(optimizer, parameters, options)
            if t in look_at:
                kinds = {"": parameters, **averages(optimizer, parameters)}
                seen.append({kind: [array(w) for w in tensors] for kind, tensors in kinds.items()})
        return seen

    def draw(self, twin: Twin, options: Any, shape: tuple[int, ...], seed: int) -> Array:
        assert twin.build is not None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return array(twin.build(torch, options)(torch.empty(shape)))

    @uncompiled()
    def schedule(self, twin: Twin, options: Any, metrics: list[float]) -> list[float]:
        assert twin.build is not None
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=options.lr)
        scheduler = twin.build(torch, options)(optimizer)
        rates = []
        for metric in metrics:
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step(*([metric] if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau) else []))
        return rates

    def trainer(self, job: Job) -> "TorchTrainer":
        return TorchTrainer(job)


def complete(optimizer: Any, weights: list[Any], options: Any) -> None:
    """A step on the gradients gathered so far. Their mean and clipping are no optimizer's business in PyTorch."""
    if options.accumulation == "mean" and options.accumulation_steps > 1:
        for w in weights:
            w.grad /= options.accumulation_steps
    clip_gradients(weights, options)
    optimizer.step()
    optimizer.zero_grad()


class TorchTrainer:
    """A module, a loss and an optimizer, stepped in eager mode."""

    def __init__(self, job: Job) -> None:
        twin, options = job.network
        self.module = ADAPTER.build(twin, options, job.dtype)
        self.parameters = {path: resolve(self.module, path) for path in job.weights}
        for path, w in job.weights.items():
            ADAPTER.set(self.module, path, w)
        loss, options = job.loss
        self.loss = ADAPTER.build(loss, options, job.dtype)
        optimizer, options = job.optimizer
        assert optimizer.build is not None
        self.optimizer = optimizer.build(torch, options)(list(self.parameters.values()))
        self.options = options
        self.scale = job.gradient_scale

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        target = tensor(t)
        cost, logits = self.update(tensor(x), target)
        return cost.item(), int((logits.argmax(1) == target).sum())

    def update(self, x: Any, t: Any) -> tuple[Any, Any]:
        """One step on tensors; its cost, and the logits before it."""
        with on_device():
            logits = self.module(x)
            cost = self.loss(logits, t) * self.scale
        self.optimizer.zero_grad()
        cost.backward()
        clip_gradients(self.parameters.values(), self.options)
        self.optimizer.step()
        return cost, logits

    def logits(self, x: Array) -> Array:
        with torch.no_grad(), on_device():
            return array(self.module(tensor(x)))

    def weights(self) -> dict[str, Array]:
        return {path: w.detach().cpu().numpy() for path, w in self.parameters.items()}

    def state(self) -> dict[str, Array]:
        kept = {f"weight/{path}": w.copy() for path, w in self.weights().items()}
        for i, slots in self.optimizer.state_dict()["state"].items():
            kept |= {f"optimizer/{i}/{name}": array(value) for name, value in slots.items() if value is not None}
        return kept

    def restore(self, state: Mapping[str, Array]) -> None:
        slots: dict[int, dict[str, Any]] = {}
        for key, value in state.items():
            kind, rest = key.split("/", 1)
            if kind == "weight":
                ADAPTER.set(self.module, rest, value)
            else:
                i, name = rest.split("/")
                slots.setdefault(int(i), {})[name] = torch.from_numpy(np.array(value))
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": slots})


ADAPTER = Torch()
