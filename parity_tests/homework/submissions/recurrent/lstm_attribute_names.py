import numpy as np

def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))

class LSTM:
    def __init__(self, input_dim, hidden_dim, output_dim):
        self.hidden_dim = hidden_dim
        rows = input_dim + hidden_dim
        self.Wf = np.random.randn(rows, hidden_dim) * 0.1
        self.Wi = np.random.randn(rows, hidden_dim) * 0.1
        self.Wg = np.random.randn(rows, hidden_dim) * 0.1
        self.Wo = np.random.randn(rows, hidden_dim) * 0.1
        self.bf = np.ones(hidden_dim)
        self.bi = np.zeros(hidden_dim)
        self.bg = np.zeros(hidden_dim)
        self.bo = np.zeros(hidden_dim)
        self.V = np.random.randn(hidden_dim, output_dim) * 0.1
        self.c = np.zeros(output_dim)
        self.hidden_states = []
        self.cell_states = []

    def forward(self, inputs, hprev, cprev):
        outputs = []
        h, c = hprev, cprev
        for x in inputs:
            z = np.concatenate((x, h), axis=1)
            f = sigmoid(z @ self.Wf + self.bf)
            i = sigmoid(z @ self.Wi + self.bi)
            g = np.tanh(z @ self.Wg + self.bg)
            o = sigmoid(z @ self.Wo + self.bo)
            c = f * c + i * g
            h = o * np.tanh(c)
            self.hs.append(h)
            self.cs.append(c)
            outputs.append(h @ self.V + self.c)
        return outputs, h, c

    def backward(self, dout, inputs):
        dV = np.zeros_like(self.V)
        for t in reversed(range(len(inputs))):
            dV += self.hs[t].T @ dout[t]
            dh = dout[t] @ self.V.T
            z = np.concatenate((inputs[t], self.hs[t-1]), axis=1)
            o = sigmoid(z @ self.Wo + self.bo)
            do = dh * np.tanh(self.cs[t]) * o * (1 - o)
            self.dWo = z.T @ do
        self.dV = dV


lstm = LSTM(3, 8, 2)
