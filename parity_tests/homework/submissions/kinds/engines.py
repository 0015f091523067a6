import numpy as np


class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, other):
        out = Value(self.data**other, (self,), f"**{other}")

        def _backward():
            self.grad += (other * self.data ** (other - 1)) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(np.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return Value(other) + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1


class Node:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, other):
        out = Node(self.data**other, (self,), f"**{other}")

        def _backward():
            self.grad += (other * self.data ** (other - 1)) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Node(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Node(np.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1
        for v in topo[::-1]:
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return Node(other) + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1


def _like(grad, tensor):
    """What was spread over axes is summed over them again."""
    return grad if grad.shape == tensor.data.shape else np.sum(grad).reshape(tensor.data.shape)


class Tensor:
    """Arrays; a backward pass that needs no order, since gradients are passed on as they come."""

    def __init__(self, data, requires_grad=False, parents=(), rule=None):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad, self.parents, self.rule = requires_grad, parents, rule
        self.grad = None

    def backward(self, grad=None):
        grad = np.ones_like(self.data) if grad is None else grad
        self.grad = grad if self.grad is None else self.grad + grad
        if self.rule is not None:
            for parent, each in zip(self.parents, self.rule(grad)):
                parent.backward(each)

    def __add__(self, other):
        return type(self)(self.data + other.data, parents=(self, other), rule=lambda g: (g, g))

    def __mul__(self, other):
        return type(self)(
            self.data * other.data, parents=(self, other), rule=lambda g: (_like(g * other.data, self), _like(g * self.data, other))
        )

    def __matmul__(self, other):
        return type(self)(
            self.data @ other.data, parents=(self, other), rule=lambda g: (g @ other.data.T, self.data.T @ g)
        )

    def relu(self):
        return type(self)(np.maximum(self.data, 0), parents=(self,), rule=lambda g: (g * (self.data > 0),))

    def sum(self):
        return type(self)(self.data.sum(), parents=(self,), rule=lambda g: (g * np.ones_like(self.data),))

    def mean(self):
        return type(self)(
            self.data.mean(), parents=(self,), rule=lambda g: (g * np.ones_like(self.data) / self.data.size,)
        )


class Broadcasting(Tensor):
    def __add__(self, other):
        return type(self)(
            self.data + other.data, parents=(self, other), rule=lambda g: (_spread_back(g, self), _spread_back(g, other))
        )

    def __mul__(self, other):
        return type(self)(
            self.data * other.data,
            parents=(self, other),
            rule=lambda g: (_spread_back(g * other.data, self), _spread_back(g * self.data, other)),
        )


def _spread_back(grad, tensor):
    grad = grad.sum(axis=tuple(range(grad.ndim - tensor.data.ndim)))
    return grad.sum(axis=tuple(i for i, n in enumerate(tensor.data.shape) if n == 1), keepdims=True)
