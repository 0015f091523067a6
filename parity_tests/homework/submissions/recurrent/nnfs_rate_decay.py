# optimizers in the style of "Neural Networks from Scratch", whose rate decays with the steps made
import numpy as np


class Optimizer_SGD:
    def __init__(self, learning_rate=1., decay=0., momentum=0.):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0
        self.momentum = momentum
    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1. / (1. + self.decay * self.iterations))
    def update_params(self, layer):
        if self.momentum:
            if not hasattr(layer, 'weight_momentums'):
                layer.weight_momentums = np.zeros_like(layer.weights)
                layer.bias_momentums = np.zeros_like(layer.biases)
            weight_updates = self.momentum * layer.weight_momentums - self.current_learning_rate * layer.dweights
            layer.weight_momentums = weight_updates
            bias_updates = self.momentum * layer.bias_momentums - self.current_learning_rate * layer.dbiases
            layer.bias_momentums = bias_updates
        else:
            weight_updates = -self.current_learning_rate * layer.dweights
            bias_updates = -self.current_learning_rate * layer.dbiases
        layer.weights += weight_updates
        layer.biases += bias_updates
    def post_update_params(self):
        self.iterations += 1


class Optimizer_Adagrad:
    def __init__(self, learning_rate=1., decay=0., epsilon=1e-7):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0
        self.epsilon = epsilon
    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1. / (1. + self.decay * self.iterations))
    def update_params(self, layer):
        if not hasattr(layer, 'weight_cache'):
            layer.weight_cache = np.zeros_like(layer.weights)
            layer.bias_cache = np.zeros_like(layer.biases)
        layer.weight_cache += layer.dweights**2
        layer.bias_cache += layer.dbiases**2
        layer.weights += -self.current_learning_rate * layer.dweights / (np.sqrt(layer.weight_cache) + self.epsilon)
        layer.biases += -self.current_learning_rate * layer.dbiases / (np.sqrt(layer.bias_cache) + self.epsilon)
    def post_update_params(self):
        self.iterations += 1


class Optimizer_Adam:
    def __init__(self, learning_rate=0.001, decay=0., epsilon=1e-7, beta_1=0.9, beta_2=0.999):
        self.learning_rate = learning_rate
        self.current_learning_rate = learning_rate
        self.decay = decay
        self.iterations = 0
        self.epsilon = epsilon
        self.beta_1 = beta_1
        self.beta_2 = beta_2
    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1. / (1. + self.decay * self.iterations))
    def update_params(self, layer):
        if not hasattr(layer, 'weight_cache'):
            layer.weight_momentums = np.zeros_like(layer.weights)
            layer.weight_cache = np.zeros_like(layer.weights)
            layer.bias_momentums = np.zeros_like(layer.biases)
            layer.bias_cache = np.zeros_like(layer.biases)
        layer.weight_momentums = self.beta_1 * layer.weight_momentums + (1 - self.beta_1) * layer.dweights
        layer.bias_momentums = self.beta_1 * layer.bias_momentums + (1 - self.beta_1) * layer.dbiases
        weight_momentums_corrected = layer.weight_momentums / (1 - self.beta_1 ** (self.iterations + 1))
        bias_momentums_corrected = layer.bias_momentums / (1 - self.beta_1 ** (self.iterations + 1))
        layer.weight_cache = self.beta_2 * layer.weight_cache + (1 - self.beta_2) * layer.dweights**2
        layer.bias_cache = self.beta_2 * layer.bias_cache + (1 - self.beta_2) * layer.dbiases**2
        weight_cache_corrected = layer.weight_cache / (1 - self.beta_2 ** (self.iterations + 1))
        bias_cache_corrected = layer.bias_cache / (1 - self.beta_2 ** (self.iterations + 1))
        layer.weights += -self.current_learning_rate * weight_momentums_corrected / (np.sqrt(weight_cache_corrected) + self.epsilon)
        layer.biases += -self.current_learning_rate * bias_momentums_corrected / (np.sqrt(bias_cache_corrected) + self.epsilon)
    def post_update_params(self):
        self.iterations += 1


class Optimizer_SGD_Exponential(Optimizer_SGD):
    """Right too: an exponential decay."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * np.exp(-self.decay * self.iterations)


class Optimizer_SGD_Early(Optimizer_SGD):
    """Decays before the first step."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate / (1. + self.decay * (self.iterations + 1))


class Optimizer_SGD_Straight(Optimizer_SGD):
    """Falls along a line, below zero."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1. - self.decay * self.iterations)


class Optimizer_SGD_Compounded(Optimizer_SGD):
    """Decays what has decayed."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.current_learning_rate / (1. + self.decay * self.iterations)


class Optimizer_SGD_Never(Optimizer_SGD):
    """Counts no steps."""

    def post_update_params(self):
        self.iterations += 0


class Optimizer_SGD_Twice(Optimizer_SGD):
    """Counts each step twice."""

    def post_update_params(self):
        self.iterations += 2


class Optimizer_Adagrad_Grows(Optimizer_Adagrad):
    """Multiplies where it should divide."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate * (1. + self.decay * self.iterations)


class Optimizer_Adam_Early(Optimizer_Adam):
    """Decays before the first step."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate / (1. + self.decay * (self.iterations + 1))


class Optimizer_Adam_Root(Optimizer_Adam):
    """Decays by a root, which its parameter does not say."""

    def pre_update_params(self):
        if self.decay:
            self.current_learning_rate = self.learning_rate / (1. + self.decay * self.iterations)**0.5


class SGD_PerEpoch:
    """Right: its rate is decayed by a method that is called after each epoch."""

    def __init__(self, learning_rate=0.1, decay=0.):
        self.lr0 = self.lr = learning_rate
        self.decay = decay

    def update(self, params, grads):
        for key in params:
            params[key] -= self.lr * grads[key]

    def end_epoch(self, epoch):
        self.lr = self.lr0 / (1 + self.decay * epoch)


class SGD_CountsFirst:
    """Right: it counts the step it is making, so t is 1 at first."""

    def __init__(self, learning_rate=0.1, decay=0.):
        self.lr = learning_rate
        self.decay = decay
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        for key in params:
            params[key] -= self.lr / (1 + self.decay * self.t) * grads[key]


class SGD_CountsInLoop(SGD_CountsFirst):
    """Counts the weights as steps."""

    def update(self, params, grads):
        for key in params:
            self.t += 1
            params[key] -= self.lr / (1 + self.decay * self.t) * grads[key]
