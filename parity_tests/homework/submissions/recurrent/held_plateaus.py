"""Rates that fall on a plateau: they hold an optimizer, or return the rate."""



class ReduceLROnPlateau:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauAtOnce:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad >= self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class LROnPlateauReturned:
    def __init__(self, lr, factor=0.1, patience=10, min_lr=0):
        self.lr = lr
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.lr = max(self.lr * self.factor, self.min_lr)
            self.num_bad = 0
        return self.lr


class ReduceLROnPlateauUpward:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss > self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauCounting:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauAgain:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            pass
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            pass


class ReduceLROnPlateauLast:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        self.best = loss
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauRising:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            self.best = loss
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr / self.factor, self.min_lr)
            self.num_bad = 0


class ReduceLROnPlateauForgetful:
    def __init__(self, optimizer, factor=0.1, patience=10, min_lr=0):
        self.optimizer = optimizer
        self.factor = factor
        self.patience = patience
        self.min_lr = min_lr
        self.best = float('inf')
        self.num_bad = 0
    def step(self, loss):
        if loss < self.best:
            pass
            self.num_bad = 0
        else:
            self.num_bad += 1
        if self.num_bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.num_bad = 0
