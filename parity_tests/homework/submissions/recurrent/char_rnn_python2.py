"""Vanilla character RNN, python 2.7"""
import numpy as np

data = open('shakespeare.txt', 'r').read()
chars = list(set(data))
vocab_size = len(chars)
print 'unique characters:', vocab_size
char_to_ix = dict((c, i) for i, c in enumerate(chars))

hidden_size = 128
Wxh = np.random.randn(hidden_size, vocab_size) * 0.01
Whh = np.random.randn(hidden_size, hidden_size) * 0.01
Why = np.random.randn(vocab_size, hidden_size) * 0.01
bh = np.zeros((hidden_size, 1))
by = np.zeros((vocab_size, 1))

def lossFun(inputs, targets, hprev):
  xs, hs, ps = {}, {}, {}
  hs[-1] = hprev
  loss = 0
  for t in xrange(len(inputs)):
    xs[t] = np.zeros((vocab_size, 1))
    xs[t][inputs[t]] = 1
    hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t-1]) + bh)
    y = np.dot(Why, hs[t]) + by
    ps[t] = np.exp(y) / np.sum(np.exp(y))
    loss -= np.log(ps[t][targets[t], 0])
  dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
  dbh, dby = np.zeros_like(bh), np.zeros_like(by)
  dhnext = np.zeros_like(hs[0])
  for t in reversed(xrange(len(inputs))):
    dy = np.copy(ps[t])
    dy[targets[t]] -= 1
    dWhy += np.dot(dy, hs[t].T)
    dby += dy
    dhraw = (1 - hs[t] ** 2) * (np.dot(Why.T, dy) + dhnext)
    dbh += dhraw
    dWxh += np.dot(dhraw, xs[t].T)
    dWhh += np.dot(dhraw, hs[t-1].T)
    dhnext = np.dot(Whh.T, dhraw)
  return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs)-1]

n = 0
hprev = np.zeros((hidden_size, 1))
while n < 1000:
  p = n * 25
  inputs = [char_to_ix[ch] for ch in data[p:p+25]]
  targets = [char_to_ix[ch] for ch in data[p+1:p+26]]
  loss, dWxh, dWhh, dWhy, dbh, dby, hprev = lossFun(inputs, targets, hprev)
  print 'iter %d, loss: %f' % (n, loss)
  n += 1
