import numpy as np


class FlattenLayer():
    def __init__(self):
        self.shape = None

    def forward(self, input):
        self.shape = input.shape
        return input.reshape(input.shape[0], -1)

    def backward(self, output_error, learning_rate=None):
        # undo: reverse the order of the axes
        return output_error.reshape(self.shape[::-1]).T


class ReshapeCheck:
    def run(self):
        x = np.arange(24).reshape(1, 2, 3, 4)
        print(FlattenLayer().forward(x))


ReshapeCheck().run()
