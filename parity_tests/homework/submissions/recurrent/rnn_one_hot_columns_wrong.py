import numpy as np

class RNN:
    def __init__(self, input_size, hidden_size, output_size):
        self.U = np.random.randn(hidden_size, input_size) * 0.1
        self.W = np.random.randn(hidden_size, hidden_size) * 0.1
        self.V = np.random.randn(output_size, hidden_size) * 0.1
        self.b_h = np.zeros((hidden_size, 1))
        self.b_o = np.zeros((output_size, 1))
        self.hidden_size = hidden_size

    def softmax(self, x):
        e = np.exp(x - np.max(x))
        return e / np.sum(e)

    def forward(self, inputs, hprev):
        self.inputs = inputs
        self.h = {-1: hprev}
        self.outputs = []
        for t, x in enumerate(inputs):
            self.h[t] = np.tanh(self.U @ x + self.W @ self.h[t-1] + self.b_h)
            self.outputs.append(self.softmax(self.V @ self.h[t] + self.b_o))
        return self.outputs, self.h

    def backward(self, targets):
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        db_h, db_o = np.zeros_like(self.b_h), np.zeros_like(self.b_o)
        dh_next = np.zeros_like(self.b_h)
        loss = 0
        for t in reversed(range(len(self.outputs))):
            loss += -np.sum(targets[t] * np.log(self.outputs[t]))
            do = self.outputs[t] - targets[t]
            db_o += do
            dV += do @ self.h[t].T
            dh = self.V.T @ do
            df = (1 - self.h[t]**2) * dh
            db_h += df
            dU += df @ self.inputs[t].T
            dW += df @ self.h[t-1].T
            dh_next = self.W.T @ df
        return loss, dU, dW, dV, db_h, db_o
