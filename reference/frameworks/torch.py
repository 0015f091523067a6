"""PyTorch as a judge: build a twin, load weights, forward, vector-Jacobian product."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from reference.frameworks import Job, resolve
from reference.pair import Array, Twin

# one thread: sums run in one order, and small twins are not slowed down by threads that wait for each other
torch.set_num_threads(1)


class Torch:
    name = "torch"

    def version(self) -> str:
        return f"torch {torch.__version__.split('+')[0]}"

    def build(self, twin: Twin, options: Any, dtype: str, inputs: list[Array]) -> Any:
        assert twin.build is not None
        previous = torch.get_default_dtype()
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            module = twin.build(torch, options)
        finally:
            torch.set_default_dtype(previous)
        if isinstance(module, torch.nn.Module):
            # absent where an option removes it; a misspelt one is found as a weight without a slot
            for name, weight in module.named_parameters():
                if name in twin.frozen:
                    weight.requires_grad_(False).zero_()
        return module

    def uncovered(self, module: Any, paths: list[str]) -> list[str]:
        if not isinstance(module, torch.nn.Module):
            return []
        covered = {id(resolve(module, path)) for path in paths}
        return [n for n, weight in module.named_parameters() if weight.requires_grad and id(weight) not in covered]

    def get(self, module: Any, path: str) -> Array:
        return np.array(resolve(module, path).detach().numpy())

    def set(self, module: Any, path: str, value: Array) -> None:
        weight = resolve(module, path)
        if tuple(weight.shape) != value.shape:
            raise ValueError(f"{path} has shape {tuple(weight.shape)}, got {value.shape}")
        with torch.no_grad():
            weight.copy_(torch.from_numpy(np.array(value, order="C")))

    def run(
        self,
        module: Any,
        inputs: list[Array],
        differentiable: list[bool],
        dy: Array | None,
        paths: list[str],
        training: bool = True,
    ) -> tuple[Array, list[Array | None], list[Array]]:
        tensors = [torch.from_numpy(np.array(x, order="C")) for x in inputs]
        leaves = [t.requires_grad_() for t, wanted in zip(tensors, differentiable, strict=True) if wanted]
        weights = [resolve(module, path) for path in paths]
        if isinstance(module, torch.nn.Module):
            module.train(training)
        y = module(*tensors)
        if dy is None:
            return y.detach().numpy().copy(), [], []
        cotangent = torch.from_numpy(np.array(dy, order="C"))
        grads = torch.autograd.grad(y, leaves + weights, cotangent, allow_unused=True)
        arrays = [
            np.zeros(tuple(leaf.shape)) if g is None else g.numpy().copy()
            for g, leaf in zip(grads, leaves + weights, strict=True)
        ]
        by_input = iter(arrays)
        input_grads = [next(by_input) if wanted else None for wanted in differentiable]
        return y.detach().numpy().copy(), input_grads, list(by_input)

    def stepper(self, twin: Twin, options: Any, dtype: str, weights: list[Array]) -> "TorchStepper":
        return TorchStepper(twin, options, weights)

    def draw(self, twin: Twin, options: Any, shape: tuple[int, ...], seed: int) -> Array:
        assert twin.build is not None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            array: Array = twin.build(torch, options)(torch.empty(shape)).numpy()
        return array

    def trainer(self, job: Job) -> "TorchTrainer":
        return TorchTrainer(job)


class TorchStepper:
    """A torch optimizer with its weights. Clipping is not an optimizer's business in PyTorch, so it is done here."""

    def __init__(self, twin: Twin, options: Any, weights: list[Array]) -> None:
        assert twin.build is not None
        self.weights = [torch.nn.Parameter(torch.from_numpy(w.copy())) for w in weights]
        self.optimizer = twin.build(torch, options)(self.weights)
        self.clip_value = options.clip_value

    def set_lr(self, lr: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = lr

    def step(self, grads: list[Array]) -> None:
        for weight, g in zip(self.weights, grads, strict=True):
            weight.grad = torch.from_numpy(g.copy())
        if self.clip_value is not None:
            torch.nn.utils.clip_grad_value_(self.weights, self.clip_value)
        self.optimizer.step()

    def values(self) -> list[Array]:
        return [w.detach().numpy().copy() for w in self.weights]


class TorchTrainer:
    """A module, a loss and an optimizer, stepped in eager mode."""

    def __init__(self, job: Job) -> None:
        twin, options = job.network
        self.module = ADAPTER.build(twin, options, job.dtype, [job.example])
        self.parameters = {path: resolve(self.module, path) for path in job.weights}
        for path, w in job.weights.items():
            ADAPTER.set(self.module, path, w)
        loss, options = job.loss
        self.loss = ADAPTER.build(loss, options, job.dtype, [])
        optimizer, options = job.optimizer
        assert optimizer.build is not None
        self.optimizer = optimizer.build(torch, options)(list(self.parameters.values()))
        self.clip_value = options.clip_value
        self.scale = job.gradient_scale

    def step(self, x: Array, t: Array) -> tuple[float, int]:
        target = torch.from_numpy(t)
        logits = self.module(torch.from_numpy(np.array(x, order="C")))
        cost = self.loss(logits, target) * self.scale
        self.optimizer.zero_grad()
        cost.backward()
        if self.clip_value is not None:
            torch.nn.utils.clip_grad_value_(self.parameters.values(), self.clip_value)
        self.optimizer.step()
        return cost.item(), int((logits.argmax(1) == target).sum())

    def logits(self, x: Array) -> Array:
        with torch.no_grad():
            logits: Array = self.module(torch.from_numpy(np.array(x, order="C"))).numpy()
        return logits

    def weights(self) -> dict[str, Array]:
        return {path: w.detach().numpy() for path, w in self.parameters.items()}

    def state(self) -> dict[str, Array]:
        kept = {f"weight/{path}": w.copy() for path, w in self.weights().items()}
        for i, slots in self.optimizer.state_dict()["state"].items():
            kept |= {f"optimizer/{i}/{name}": np.array(value) for name, value in slots.items() if value is not None}
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
