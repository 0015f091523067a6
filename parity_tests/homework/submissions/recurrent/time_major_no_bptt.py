import numpy as np
from typing import List, Tuple


class RNN:
    """Elman network. Inputs are time-major: (seq_len, batch, input_size)."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int):
        self.hidden_size = hidden_size
        self.W_in = np.random.uniform(-0.5, 0.5, (hidden_size, input_size))
        self.W_rec = np.random.uniform(-0.5, 0.5, (hidden_size, hidden_size))
        self.W_out = np.random.uniform(-0.5, 0.5, (output_size, hidden_size))
        self.b_h = np.zeros(hidden_size)
        self.b_o = np.zeros(output_size)

    def forward(self, inputs: np.ndarray, h0: np.ndarray = None) -> Tuple[np.ndarray, List[np.ndarray]]:
        T, N, _ = inputs.shape
        h = np.zeros((N, self.hidden_size)) if h0 is None else h0
        hiddens, preds = [h], []
        for x in inputs:
            h = np.tanh(x @ self.W_in.T + h @ self.W_rec.T + self.b_h)
            hiddens.append(h)
            preds.append(h @ self.W_out.T + self.b_o)
        return np.array(preds), hiddens

    def backward(self, preds, hiddens, inputs, out_grads):
        """Returns (input grads, dW_in, dW_rec, dW_out, db_h, db_o)"""
        dW_in, dW_rec, dW_out = (np.zeros_like(w) for w in (self.W_in, self.W_rec, self.W_out))
        db_h, db_o = np.zeros_like(self.b_h), np.zeros_like(self.b_o)
        input_grad = np.zeros_like(inputs)
        for t in reversed(range(len(preds))):
            h, h_prev = hiddens[t + 1], hiddens[t]
            dW_out += out_grads[t].T @ h
            db_o += out_grads[t].sum(axis=0)
            dh = out_grads[t] @ self.W_out
            da = dh * (1 - h ** 2)
            dW_in += da.T @ inputs[t]
            dW_rec += da.T @ h_prev
            db_h += da.sum(axis=0)
            input_grad += da @ self.W_in
        for g in (dW_in, dW_rec, dW_out, db_h, db_o):
            np.clip(g, -1, 1, out=g)
        return input_grad, dW_in, dW_rec, dW_out, db_h, db_o

    def optimize(self, lr, grads):
        _, dW_in, dW_rec, dW_out, db_h, db_o = grads
        self.W_in -= lr * dW_in
        self.W_rec -= lr * dW_rec
        self.W_out -= lr * dW_out
        self.b_h -= lr * db_h
        self.b_o -= lr * db_o


if __name__ == "__main__":
    # learn to predict a sine wave
    t = np.linspace(0, 20 * np.pi, 501)
    wave = np.sin(t)[:, None, None]
    rnn = RNN(1, 16, 1)
    for epoch in range(100):
        preds, hiddens = rnn.forward(wave[:-1])
        err = preds - wave[1:]
        rnn.optimize(1e-3, rnn.backward(preds, hiddens, wave[:-1], err))
        if epoch % 10 == 0:
            print(epoch, float((err ** 2).mean()))
