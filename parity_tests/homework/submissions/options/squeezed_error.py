"""A mean squared error of one output."""


class Mse():
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = ((inp.squeeze() - targ) ** 2).mean()
        return self.out

    def backward(self):
        return 2. * (self.inp.squeeze() - self.targ)[..., None] / self.targ.shape[0]


class MseHalf():
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = ((inp.squeeze() - targ) ** 2).mean()
        return self.out

    def backward(self):
        return 1. * (self.inp.squeeze() - self.targ)[..., None] / self.targ.shape[0]


class MseSign():
    def __call__(self, inp, targ):
        self.inp, self.targ = inp, targ
        self.out = ((inp.squeeze() - targ) ** 2).mean()
        return self.out

    def backward(self):
        return 2. * (self.targ - self.inp.squeeze())[..., None] / self.targ.shape[0]
