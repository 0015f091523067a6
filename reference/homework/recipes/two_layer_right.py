"""Correct versions of what `TwoLayerNet` is made of, for answers that call them."""

SOFTMAX = """
def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)
"""

CROSS_ENTROPY_ERROR = """
def cross_entropy_error(y, t):
    if y.ndim == 1:
        y, t = y.reshape(1, -1), np.reshape(t, (1, -1))
    if t.size == y.size:
        t = t.reshape(y.shape).argmax(axis=1)
    return -np.sum(np.log(y[np.arange(len(y)), np.ravel(t)])) / len(y)
"""

AFFINE = """
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.original_x_shape = x.shape
        self.x = x.reshape(len(x), -1)
        return self.x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return (dout @ self.W.T).reshape(self.original_x_shape)
"""

RELU = """
class Relu:
    def forward(self, x):
        self.mask = x <= 0
        return np.where(self.mask, 0, x)

    def backward(self, dout):
        return np.where(self.mask, 0, dout)
"""

SOFTMAX_WITH_LOSS = """
class SoftmaxWithLoss:
    def forward(self, x, t):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        self.t = t if t.size == x.size else np.eye(x.shape[1])[t]
        self.loss = -np.sum(self.t * np.log(self.y)) / len(x)
        return self.loss

    def backward(self, dout=1):
        return dout * (self.y - self.t) / len(self.t)
"""

NUMERICAL_GRADIENT = """
def numerical_gradient(f, x):
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + 1e-4
        above = f(x)
        x[index] = kept - 1e-4
        grad[index] = (above - f(x)) / 2e-4
        x[index] = kept
    return grad
"""

LOSS_PARTS = {"softmax": SOFTMAX, "cross_entropy_error": CROSS_ENTROPY_ERROR}
PARTS = {
    **LOSS_PARTS,
    "Affine": AFFINE,
    "Relu": RELU,
    "SoftmaxWithLoss": SOFTMAX_WITH_LOSS,
    "numerical_gradient": NUMERICAL_GRADIENT,
}
