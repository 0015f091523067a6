import numpy as np


class Scalar:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else type(self)(other)
        out = type(self)(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, other):
        out = type(self)(self.data**other, (self,), f"**{other}")

        def _backward():
            self.grad += (other * self.data ** (other - 1)) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = type(self)(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = type(self)(np.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def order(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        return topo

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return type(self)(other) + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def backward(self):
        self.grad = 1
        for v in reversed(self.order()):
            v._backward()


class Overwritten(Scalar):
    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out


class LeftOverwritten(Scalar):
    def __add__(self, other):
        other = other if isinstance(other, Scalar) else type(self)(other)
        out = type(self)(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad = out.grad
            other.grad += out.grad

        out._backward = _backward
        return out


class NoUpstream(Scalar):
    def relu(self):
        out = type(self)(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward():
            self.grad += out.data > 0

        out._backward = _backward
        return out


class Swapped(Scalar):
    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else type(self)(other)
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += self.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out


class PowerKept(Scalar):
    def __pow__(self, other):
        out = type(self)(self.data**other, (self,), "**")

        def _backward():
            self.grad += other * self.data**other * out.grad

        out._backward = _backward
        return out


class Unordered(Scalar):
    def backward(self):
        self.grad = 1
        todo = [self]
        while todo:
            v = todo.pop()
            v._backward()
            todo += v._prev


class PreOrder(Scalar):
    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                topo.append(v)
                for child in v._prev:
                    build(child)

        build(self)
        self.grad = 1
        for v in topo:
            v._backward()


class BreadthFirst(Scalar):
    def backward(self):
        found = [self]
        for v in found:
            found += [child for child in v._prev if child not in found]
        self.grad = 1
        for v in found:
            v._backward()


class NotReversed(Scalar):
    def backward(self):
        self.grad = 1
        for v in self.order():
            v._backward()


class NoSeed(Scalar):
    def backward(self):
        for v in reversed(self.order()):
            v._backward()


class SubtractsWrongWay(Scalar):
    def __rsub__(self, other):
        return self + (-other)


class ExpOfInput(Scalar):
    def exp(self):
        out = type(self)(np.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += self.data * out.grad

        out._backward = _backward
        return out


def _like(grad, tensor):
    """What was spread over axes is summed over them again."""
    return grad if grad.shape == tensor.data.shape else np.sum(grad).reshape(tensor.data.shape)


class Array:
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


class TransposedTensor(Array):
    def __matmul__(self, other):
        return type(self)(
            self.data @ other.data, parents=(self, other), rule=lambda g: (g @ other.data.T, (g.T @ self.data).T * 2)
        )


class MeanTensor(Array):
    def mean(self):
        return type(self)(self.data.mean(), parents=(self,), rule=lambda g: (g * np.ones_like(self.data),))


class MeanOfColumns(Array):
    def mean(self):
        return type(self)(
            self.data.mean(axis=0), parents=(self,), rule=lambda g: (g * np.ones_like(self.data) / len(self.data),)
        )
