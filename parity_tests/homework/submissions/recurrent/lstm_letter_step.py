# a step back that is handed the letter that comes next, an index; forward_backward takes all steps
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

class LSTM:
    def __init__(self, char_to_idx, idx_to_char, vocab_size, n_h=10):
        self.vocab_size, self.n_h = vocab_size, n_h
        std = 1.0 / np.sqrt(vocab_size + n_h)
        self.params = {}
        for g in ("f", "i", "c", "o"):
            self.params["W" + g] = np.random.randn(n_h, n_h + vocab_size) * std
            self.params["b" + g] = np.zeros((n_h, 1))
        self.params["Wv"] = np.random.randn(vocab_size, n_h) * std
        self.params["bv"] = np.zeros((vocab_size, 1))
        self.grads = {}

    def softmax(self, x):
        e = np.exp(x - np.max(x))
        return e / np.sum(e)

    def forward_step(self, x, h_prev, c_prev):
        z = np.row_stack((h_prev, x))
        f = sigmoid(np.dot(self.params["Wf"], z) + self.params["bf"])
        i = sigmoid(np.dot(self.params["Wi"], z) + self.params["bi"])
        c_bar = np.tanh(np.dot(self.params["Wc"], z) + self.params["bc"])
        c = f * c_prev + i * c_bar
        o = sigmoid(np.dot(self.params["Wo"], z) + self.params["bo"])
        h = o * np.tanh(c)
        v = np.dot(self.params["Wv"], h) + self.params["bv"]
        y_hat = self.softmax(v)
        return y_hat, v, h, o, c, c_bar, i, f, z

    def backward_step(self, y, y_hat, dh_next, dc_next, c_prev, z, f, i, c_bar, c, o, h):
        dv = np.copy(y_hat)
        dv[y] -= 1
        self.grads["dWv"] += np.dot(dv, h.T)
        self.grads["dbv"] += dv
        dh = np.dot(self.params["Wv"].T, dv) + dh_next
        do = dh * np.tanh(c) * o * (1 - o)
        self.grads["dWo"] += np.dot(do, z.T); self.grads["dbo"] += do
        dc = dh * o * (1 - np.tanh(c)**2) + dc_next
        dc_bar = dc * i * (1 - c_bar**2)
        self.grads["dWc"] += np.dot(dc_bar, z.T); self.grads["dbc"] += dc_bar
        di = dc * c_bar * i * (1 - i)
        self.grads["dWi"] += np.dot(di, z.T); self.grads["dbi"] += di
        df = dc * c_prev * f * (1 - f)
        self.grads["dWf"] += np.dot(df, z.T); self.grads["dbf"] += df
        dz = sum(np.dot(self.params["W" + g].T, d) for g, d in (("f", df), ("i", di), ("c", dc_bar), ("o", do)))
        return dz[:self.n_h], f * dc

    def forward_backward(self, x_batch, y_batch, h_prev, c_prev):
        x, z, f, i, c_bar, c, o, y_hat, v, h = {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
        h[-1], c[-1] = h_prev, c_prev
        loss = 0
        for t in range(len(x_batch)):
            x[t] = np.zeros((self.vocab_size, 1)); x[t][x_batch[t]] = 1
            y_hat[t], v[t], h[t], o[t], c[t], c_bar[t], i[t], f[t], z[t] = self.forward_step(x[t], h[t-1], c[t-1])
            loss += -np.log(y_hat[t][y_batch[t], 0])
        for key in self.params:
            self.grads["d" + key] = np.zeros_like(self.params[key])
        dh_next, dc_next = np.zeros_like(h[0]), np.zeros_like(c[0])
        for t in reversed(range(len(x_batch))):
            dh_next, dc_next = self.backward_step(y_batch[t], y_hat[t], dh_next, dc_next, c[t-1], z[t], f[t], i[t], c_bar[t], c[t], o[t], h[t])
        return loss, h[len(x_batch)-1], c[len(x_batch)-1]
