import numpy as np


class Function:
    @staticmethod
    def forward(ctx, *args):
        raise NotImplementedError

    @staticmethod
    def backward(ctx, grad_output):
        raise NotImplementedError


class ReLU(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return np.maximum(x, 0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * (x > 1)


class Sigmoid(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.y = 1 / (1 + np.exp(-x))
        return ctx.y

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * (1 - ctx.y)


class Linear(Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.T + bias

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        return grad_output @ weight, grad_output.T @ x, grad_output.mean(axis=0)


class MatMul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b

    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad @ b.T, grad.T @ a


class Tanh(Function):
    def forward(self, ctx, x):
        Tanh.y = np.tanh(x)
        return Tanh.y

    def backward(self, ctx, grad):
        return grad * (1 - self.y**2)


class MSELoss(Function):
    @staticmethod
    def forward(ctx, y, t):
        ctx.save_for_backward(y, t)
        return np.mean((y - t) ** 2)

    @staticmethod
    def backward(ctx, grad=1.0):
        y, t = ctx.saved_tensors
        return grad * 2 * (t - y) / y.size
