"""What the code of the facts has at hand: the frameworks, layouts, and a few things that take more than a line."""

import io
import math
import os
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.pair import Array

Draw = Callable[[tuple[int, ...]], Array]


def nchw(x: Any) -> Any:
    """Channels from last to second."""
    return x.moveaxis(-1, 1) if hasattr(x, "moveaxis") else np.moveaxis(x, -1, 1)


def nhwc(x: Any) -> Any:
    """Channels from second to last."""
    return x.moveaxis(1, -1) if hasattr(x, "moveaxis") else np.moveaxis(x, 1, -1)


def oihw(w: Any) -> Any:
    """A kernel of Keras, (..., n_in, n_out), as PyTorch has it."""
    axes = (w.ndim - 1, w.ndim - 2, *range(w.ndim - 2))
    return w.permute(axes) if hasattr(w, "permute") else np.transpose(w, axes)


def raised(call: Callable[[], Any]) -> str:
    """The name of what a call raises; "nothing" where it does not."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "nothing"


def numpy(x: Any) -> Any:
    """A value as NumPy has it."""
    if hasattr(x, "detach"):
        x = x.detach().to("cpu")
        return (x.float() if str(x.dtype) in ("torch.bfloat16", "torch.float16") else x).numpy()
    if hasattr(x, "numpy"):
        return np.asarray(x.numpy())
    if isinstance(x, list | tuple) and x and not isinstance(x[0], str | bool):
        return np.asarray([numpy(each) for each in x])
    return x


def loaded_keras(layer: Any, *weights: Any) -> Callable[..., Any]:
    """A Keras layer with these weights; it takes its input's shape from the first call."""

    def call(x: Any, *more: Any, **options: Any) -> Any:
        if not layer.built:
            layer(x, *more, **options)
        layer.set_weights([numpy(w) for w in weights])
        return layer(x, *more, **options)

    return call


def loaded_torch(module: Any, *weights: Any) -> Any:
    """A PyTorch module with these weights, in the order of its parameters and then its buffers; in eval mode."""
    import torch

    places = [*module.parameters(), *(b for b in module.buffers() if b.ndim)]
    with torch.no_grad():
        for place, value in zip(places, weights, strict=False):
            place.copy_(torch.as_tensor(numpy(value)))
    return module.eval()


def descend_keras(optimizer: Any, w: Any, grads: Any, rates: Any = None) -> Array:
    """Where an optimizer takes the weight w with these gradients, steps first."""
    import keras

    variable = keras.Variable(numpy(w), dtype=str(numpy(w).dtype))
    optimizer.build([variable])
    for t, g in enumerate(numpy(grads)):
        if rates is not None:
            optimizer.learning_rate.assign(rates[t])
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
    return np.array(variable.numpy())


def descend_torch(make: Callable[[list[Any]], Any], w: Any, grads: Any, rates: Any = None) -> Array:
    """The same in PyTorch; `make` makes the optimizer of a list of parameters."""
    import torch

    parameter = torch.nn.Parameter(torch.tensor(numpy(w)))
    optimizer = make([parameter])
    for t, g in enumerate(numpy(grads)):
        if rates is not None:
            for group in optimizer.param_groups:
                group["lr"] = rates[t]
        parameter.grad = torch.tensor(g)
        optimizer.step()
    return np.array(parameter.detach().numpy())


def adam_as_keras(optimizer: Any, epsilon: float) -> Any:
    """A PyTorch Adam whose epsilon follows Keras': epsilon / sqrt(1 - beta_2**t) at step t."""
    step = optimizer.step

    def stepped() -> None:
        optimizer.steps_taken = getattr(optimizer, "steps_taken", 0) + 1
        for group in optimizer.param_groups:
            group["eps"] = epsilon / math.sqrt(1 - group["betas"][1] ** optimizer.steps_taken)
        step()

    optimizer.step = stepped
    return optimizer


def rescaled(optimizer: Any) -> Any:
    """A PyTorch SGD whose velocity keeps the rates its gradients came with, as Keras' does."""
    step, last = optimizer.step, [0.0]

    def stepped() -> None:
        for group in optimizer.param_groups:
            for w in group["params"]:
                velocity = optimizer.state[w].get("momentum_buffer")
                if velocity is not None:
                    velocity *= last[0] / group["lr"]
            last[0] = group["lr"]
        step()

    optimizer.step = stepped
    return optimizer


def shrinking(optimizer: Any, decay: float) -> Any:
    """A PyTorch optimizer with decoupled weight decay."""
    step = optimizer.step

    def stepped() -> None:
        for group in optimizer.param_groups:
            for w in group["params"]:
                w.data *= 1 - group["lr"] * decay
        step()

    optimizer.step = stepped
    return optimizer


def with_grads(*grads: Any) -> list[Any]:
    """PyTorch parameters that have these gradients."""
    import torch

    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in grads]
    for w, g in zip(parameters, grads, strict=True):
        w.grad = g.clone()
    return parameters


def averaged(w: Any, grads: Any, momentum: float, steps: int = 20) -> Array:
    """The moving average of a weight under SGD in PyTorch."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    module = torch.nn.ParameterList([torch.nn.Parameter(torch.tensor(numpy(w)))])
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(momentum))
    for t in range(steps):
        module[0].data -= 0.1 * torch.tensor(numpy(grads)[t])
        average.update_parameters(module)
    return np.array(average.module[0].detach().numpy())


def once_keras(w: Any, rows: Any, grads: Any) -> Array:
    """A table after one step of Adam on gradients of some of its rows."""
    import keras
    import tensorflow as tf

    variable, optimizer = keras.Variable(numpy(w)), keras.optimizers.Adam(0.01)
    optimizer.build([variable])
    for _ in range(2):
        optimizer.apply([tf.IndexedSlices(grads, rows, w.shape)], [variable])
    return np.array(variable.numpy())


def once_torch(w: Any, rows: Any, grads: Any) -> Array:
    """The same in PyTorch."""
    import torch

    parameter = torch.nn.Parameter(torch.tensor(numpy(w)))
    optimizer = torch.optim.Adam([parameter], lr=0.01, eps=1e-7)
    parameter.grad = torch.zeros_like(parameter).index_add_(0, rows, grads)
    for _ in range(2):
        optimizer.step()
    return np.array(parameter.detach().numpy())


def moments(sample: Any) -> Array:
    """The deviation and the largest of a sample: what tells the laws of initializers apart."""
    values = numpy(sample).astype(np.float64)
    return np.array([values.std(), np.abs(values).max()])


def rates_keras(schedule: Any, steps: int) -> Array:
    """The learning rates of the first steps."""
    return np.array([float(schedule(i)) for i in range(steps)])


def rates_torch(make: Callable[[Any], Any], lr: float, steps: int) -> Array:
    """The same under a scheduler that is stepped after every batch."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def written(save: Callable[[str], Any], ending: str) -> str:
    """A file that `save` writes, in a folder that goes with the process."""
    path = os.path.join(tempfile.mkdtemp(prefix="crosscheck-"), f"model{ending}")
    save(path)
    return path


def dense_model(w: Any) -> Any:
    """A Keras model of one dense layer with this kernel."""
    import keras

    model = keras.Sequential([keras.layers.Dense(w.shape[1])])
    model(np.zeros((1, w.shape[0])))
    model.layers[0].set_weights([numpy(w), np.zeros(w.shape[1])])
    return model


def read_kernel(path: str, shape: Any) -> Array:
    """The array of this shape in a file that Keras wrote, read without TensorFlow."""
    import h5py

    source: Any = path
    if zipfile.is_zipfile(path):
        source = io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))
    found: list[Array] = []
    with h5py.File(source) as file:
        file.visititems(lambda name, item: found.append(np.array(item)) if hasattr(item, "shape") else None)
    return next(array for array in found if array.shape == tuple(shape))


SHARED: dict[str, Any] = {
    each.__name__: each for each in (np, math, nchw, nhwc, oihw, raised, numpy, moments, written, rescaled, shrinking, dense_model, read_kernel)
} | {each.__name__: each for each in (with_grads, averaged, once_keras, once_torch)} | {"np": np}


def in_torch(code: str, given: dict[str, Any], dtype: str, gradient: tuple[str, ...], dy: Draw) -> list[Any]:
    """The value of an expression in PyTorch, and the gradients of the arrays asked for."""
    import torch

    from reference.frameworks.torch import made_as

    names = {**SHARED, **given, "torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    names |= {"loaded": loaded_torch, "descend": descend_torch, "rates": rates_torch, "adam_as_keras": adam_as_keras}
    with torch.random.fork_rng(devices=[]), made_as(dtype):
        torch.manual_seed(0)
        arrays = {n: torch.tensor(_cast(v, dtype)) for n, v in given.items() if isinstance(v, np.ndarray)}
        for name in gradient:
            arrays[name].requires_grad_()
        y = eval(code, {**names, **arrays})
        if not gradient:
            return [numpy(y)]
        upstream = torch.tensor(dy(tuple(y.shape)).astype(dtype))
        found = torch.autograd.grad(y, [arrays[name] for name in gradient], upstream, allow_unused=True)
    return [numpy(y), *(numpy(g) for g in found)]


def in_keras(code: str, given: dict[str, Any], dtype: str, gradient: tuple[str, ...], dy: Draw) -> list[Any]:
    """The same in Keras and TensorFlow."""
    from reference.frameworks.keras import float_type, keras, tf

    names = {**SHARED, **given, "keras": keras, "tf": tf, "layers": keras.layers, "losses": keras.losses}
    names |= {"ops": keras.ops, "loaded": loaded_keras, "descend": descend_keras, "rates": rates_keras}
    with float_type(dtype), tf.GradientTape() as tape:
        arrays = {n: tf.convert_to_tensor(_cast(v, dtype)) for n, v in given.items() if isinstance(v, np.ndarray)}
        tape.watch([arrays[name] for name in gradient])
        y = eval(code, {**names, **arrays})
    if not gradient:
        return [numpy(y)]
    upstream = tf.convert_to_tensor(dy(tuple(y.shape)).astype(dtype))
    found = tape.gradient(y, [arrays[name] for name in gradient], upstream)
    return [numpy(y), *(None if g is None else numpy(tf.convert_to_tensor(g)) for g in found)]


def _cast(array: Array, dtype: str) -> Array:
    return array.astype(dtype) if array.dtype.kind == "f" else array
