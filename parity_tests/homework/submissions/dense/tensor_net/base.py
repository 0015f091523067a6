from abc import ABC, abstractmethod


class Layer(ABC):
    def __init__(self):
        self.params = {}
        self.cache = None

    def __call__(self, x):
        return self.forward(x)

    @abstractmethod
    def forward(self, x):
        ...

    @abstractmethod
    def backward(self, dout):
        ...
