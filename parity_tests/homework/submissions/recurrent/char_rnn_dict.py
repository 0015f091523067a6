# min-char-rnn with its weights in one dict of the file, and a text file that is not here
import numpy as np

hidden_size = 50
seq_length = 25
lr = 1e-1
with open('input.txt', 'r') as f:
    data = f.read()
chars = sorted(list(set(data)))
vocab_size = len(chars)
ch2ix = {c: i for i, c in enumerate(chars)}

params = {
    'Wxh': np.random.randn(hidden_size, vocab_size) * 0.01,
    'Whh': np.random.randn(hidden_size, hidden_size) * 0.01,
    'Why': np.random.randn(vocab_size, hidden_size) * 0.01,
    'bh': np.zeros((hidden_size, 1)),
    'by': np.zeros((vocab_size, 1)),
}


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum(axis=0)


def loss_fun(inputs, targets, hprev):
    xs, hs, ps, loss = {}, {-1: hprev}, {}, 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1)); xs[t][inputs[t]] = 1
        hs[t] = np.tanh(params['Wxh'] @ xs[t] + params['Whh'] @ hs[t-1] + params['bh'])
        ps[t] = softmax(params['Why'] @ hs[t] + params['by'])
        loss -= np.log(ps[t][targets[t], 0])
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    dhnext = np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t]); dy[targets[t]] -= 1
        grads['Why'] += dy @ hs[t].T; grads['by'] += dy
        dh = params['Why'].T @ dy + dhnext
        dhraw = (1 - hs[t]**2) * dh
        grads['bh'] += dhraw; grads['Wxh'] += dhraw @ xs[t].T; grads['Whh'] += dhraw @ hs[t-1].T
        dhnext = params['Whh'].T @ dhraw
    for k in grads: np.clip(grads[k], -5, 5, out=grads[k])
    return loss, grads, hs[len(inputs)-1]
