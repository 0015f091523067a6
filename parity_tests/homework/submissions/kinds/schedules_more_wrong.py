import math
def noam(step, d_model=512, warmup_steps=4000):
    return d_model**-0.5*max(step**-0.5, step*warmup_steps**-1.5)
class NoamSchedule:
    def __init__(self, d_model, warmup=4000): self.d, self.w = d_model, warmup
    def __call__(self, step):
        step=max(step,1)
        return self.d**-0.5*min(step**-0.5, step*self.w**-0.5)
class CyclicLR:
    def __init__(self, base_lr, max_lr, step_size): self.b,self.m,self.s=base_lr,max_lr,step_size
    def get_lr(self, it):
        cycle=math.floor(1+it/(2*self.s)); x=abs(it/self.s-2*cycle)
        return self.b+(self.m-self.b)*max(0,1-x)
def piecewise_constant(step, boundaries, values):
    for b,v in zip(boundaries, values):
        if step>=b: return v
    return values[-1]
def cosine_annealing_warm_restarts(epoch, T_0, lr_max, lr_min=0.0):
    return lr_min+0.5*(lr_max-lr_min)*(1+math.cos(math.pi*epoch/T_0))
def cosine_restarts_growing(epoch, T_0, T_mult, lr_max, lr_min=0.0):
    T, t = T_0, epoch
    while t >= T:
        t -= T; T += T_mult
    return lr_min+0.5*(lr_max-lr_min)*(1+math.cos(math.pi*t/T))
