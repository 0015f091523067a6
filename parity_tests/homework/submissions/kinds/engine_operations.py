import numpy as np
class Variable:
    def __init__(self, data, name=None):
        if data is not None and not isinstance(data, np.ndarray):
            raise TypeError('{} is not supported'.format(type(data)))
        self.data = data
        self.name = name
        self.grad = None
        self.creator = None
        self.generation = 0
    def set_creator(self, func):
        self.creator = func
        self.generation = func.generation + 1
    def backward(self, retain_grad=False):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs = []
        seen = set()
        def add_func(f):
            if f not in seen:
                funcs.append(f); seen.add(f); funcs.sort(key=lambda x: x.generation)
        add_func(self.creator)
        while funcs:
            f = funcs.pop()
            gys = [output.grad for output in f.outputs]
            gxs = f.backward(*gys)
            if not isinstance(gxs, tuple): gxs = (gxs,)
            for x, gx in zip(f.inputs, gxs):
                if x.grad is None: x.grad = gx
                else: x.grad = x.grad + gx
                if x.creator is not None: add_func(x.creator)
def as_array(x):
    return np.array(x) if np.isscalar(x) else x
def as_variable(obj):
    return obj if isinstance(obj, Variable) else Variable(as_array(obj))
class Function:
    def __call__(self, *inputs):
        inputs = [as_variable(x) for x in inputs]
        ys = self.forward(*[x.data for x in inputs])
        if not isinstance(ys, tuple): ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        self.generation = max([x.generation for x in inputs])
        for o in outputs: o.set_creator(self)
        self.inputs = inputs; self.outputs = outputs
        return outputs if len(outputs) > 1 else outputs[0]
    def forward(self, xs): raise NotImplementedError()
    def backward(self, gys): raise NotImplementedError()
class Add(Function):
    def forward(self, x0, x1): return x0 + x1
    def backward(self, gy): return gy, gy
class Mul(Function):
    def forward(self, x0, x1): return x0 * x1
    def backward(self, gy):
        x0, x1 = self.inputs[0].data, self.inputs[1].data
        return gy * x1, gy * x0
class Neg(Function):
    def forward(self, x): return -x
    def backward(self, gy): return -gy
class MatMul(Function):
    def forward(self, x, W): return x.dot(W)
    def backward(self, gy):
        x, W = self.inputs
        return gy.dot(W.data.T), x.data.T.dot(gy)
class Tanh(Function):
    def forward(self, x):
        return np.tanh(x)
    def backward(self, gy):
        y = self.outputs[0].data
        return gy * (1 - y * y)
class Square(Function):
    def forward(self, x): return x ** 2
    def backward(self, gy): return 2 * self.inputs[0].data * gy
class Exp(Function):
    def forward(self, x): return np.exp(x)
    def backward(self, gy): return np.exp(self.inputs[0].data) * gy
def add(x0, x1): return Add()(x0, as_array(x1))
def mul(x0, x1): return Mul()(x0, as_array(x1))
def neg(x): return Neg()(x)
Variable.__add__ = add
Variable.__radd__ = add
Variable.__mul__ = mul
Variable.__rmul__ = mul
Variable.__neg__ = neg
