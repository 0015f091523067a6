import numpy as np

# 感情分析用のRNN。単語のone-hot列ベクトルを順に読んで、最後に1回だけ出力する


class RNN:
    def __init__(self, input_size, output_size, hidden_size=64):
        gauss = lambda rows, cols: np.random.normal(0, 1e-3, (rows, cols))
        self.Wxh, self.Whh, self.Why = gauss(hidden_size, input_size), gauss(hidden_size, hidden_size), gauss(output_size, hidden_size)
        self.bh, self.by = np.zeros((hidden_size, 1)), np.zeros((output_size, 1))

    def forward(self, inputs):
        """inputs : (input_size, 1) のリスト。 戻り値 : 出力と最後の隠れ状態"""
        self.xs = inputs
        self.states = [np.zeros(self.bh.shape)]
        for x in inputs:
            before = self.states[-1]
            self.states.append(np.tanh(self.Whh @ before + self.Wxh @ x + self.bh))
        last = self.states[-1]
        return self.Why @ last + self.by, last

    def backprop(self, d_y, learn_rate=2e-2):
        """d_y : (output_size, 1)。 重みもここで更新する"""
        d_Why = d_y @ self.states[-1].T
        d_by = d_y.copy()

        dh = self.Why.T @ d_y
        step = len(self.xs)
        while step > 0:
            da = dh * (1 - self.states[step] ** 2)
            d_bh = da
            d_Wxh = da @ self.xs[step - 1].T
            d_Whh = da @ self.states[step - 1].T
            dh = self.Whh @ da
            step -= 1

        for name, grad in (("Whh", d_Whh), ("Wxh", d_Wxh), ("Why", d_Why), ("bh", d_bh), ("by", d_by)):
            w = getattr(self, name)
            w -= learn_rate * grad.clip(-1, 1)


sentences = {"great movie": 1, "so bad": 0, "not great": 0, "not bad at all": 1}
vocab = sorted({w for s in sentences for w in s.split()})
rnn = RNN(len(vocab), 2)
for epoch in range(100):
    for s, label in sentences.items():
        columns = [np.eye(len(vocab))[:, [vocab.index(w)]] for w in s.split()]
        y, _ = rnn.forward(columns)
        p = np.exp(y) / np.exp(y).sum()
        p[label] -= 1
        rnn.backprop(p)
