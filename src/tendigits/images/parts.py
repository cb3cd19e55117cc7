"""Connected parts."""
import numpy as np
from dataclasses import dataclass
from .._util.arrays import Array

MIN_STROKE = 0.04
SIZEABLE = 0.4
def connected(mask):
    from scipy import ndimage
    return ndimage.label(mask, np.ones((3, 3), bool))[0]

def boxes(labels):
    from scipy import ndimage
    return [(s[0].start, s[0].stop, s[1].start, s[1].stop) for s in ndimage.find_objects(labels)]

@dataclass
class Part:
    label: int
    weight: float
    box: tuple
    touches: bool
    @property
    def size(self): 
        t,b,l,r=self.box
        return max(b-t,r-l)

def digit_mask(levels, threshold):
    labels = connected(levels > threshold)
    parts = chosen(labels, levels)
    keep = np.zeros(labels.max()+1, bool)
    for p in parts: keep[p.label]=True
    return keep[labels]

def digit_box(ink):
    from .mnist_format import otsu
    levels=np.floor(ink+.5).astype(int)
    t,c=otsu(levels)
    if c<=0: return None
    m=digit_mask(levels,t)
    r=np.flatnonzero(m.any(1)); c=np.flatnonzero(m.any(0))
    return r[0],r[-1]+1,c[0],c[-1]+1

def chosen(labels, levels):
    h,w=labels.shape
    weights = np.bincount(labels.ravel(), weights=levels.ravel())
    parts=[Part(i, weights[i], b, b[0]==0 or b[2]==0 or b[1]==h or b[3]==w) for i,b in enumerate(boxes(labels),1)]
    parts=[p for p in parts if not any(rings(p,q,labels) for q in parts)] or parts
    parts=not_cut(parts,(h,w))
    most=max(p.weight for p in parts)
    return [p for p in parts if p.weight>=MIN_STROKE*most]

def rings(p,q,labels):
    (t,b,l,r),(t2,b2,l2,r2)=p.box,q.box
    if not (t<t2 and b2<b and l<l2 and r2<r): return False
    if q.size < p.size/4: return False
    return not (labels[t2:b2,l2:r2]==p.label).any()

def not_cut(parts,shape):
    inner=[p for p in parts if not p.touches]
    if not inner: return parts
    best=max(inner,key=lambda p:p.weight)
    return [p for p in parts if not p.touches or overlap(p.box,best.box)>APART or not (best.size>=SIZEABLE*min(shape) or best.weight>=0.5*p.weight)]

APART=0.25
def overlap(a,b):
    y=(min(a[1],b[1])-max(a[0],b[0]))/min(a[1]-a[0],b[1]-b[0])
    x=(min(a[3],b[3])-max(a[2],b[2]))/min(a[3]-a[2],b[3]-b[2])
    return min(x,y)
