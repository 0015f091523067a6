import numpy as np
class Dropout2d:
    def __init__(self,p=0.5): self.p=p; self.training=True
    def forward(self,x):
        if not self.training: return x
        self.m=(np.random.rand(x.shape[0],x.shape[1],1,1)>self.p)/(1-self.p)
        return x*self.m
    def backward(self,d): return d*self.m if self.training else d
class SpatialDropout2D:
    def __init__(self,rate): self.rate=rate
    def forward(self,x,training=True):
        self.on=training
        if not training: return x
        n,h,w,c=x.shape
        self.mask=(np.random.uniform(size=(n,1,1,c))>=self.rate)/(1-self.rate)
        return x*self.mask
    def backward(self,d): return d*self.mask if self.on else d
