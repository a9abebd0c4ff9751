# Independent values for training.test.ts: the same small trainings in numpy, f64. Usage: python3 src/nets/training.golden.py > src/nets/training.golden.json
# Made with numpy 2.4.6, Python 3.11.7. Nothing here is translated from the TypeScript: matrices, whole batches, numpy's exp.
import json
import numpy as np

SIZES, ROWS = [6, 5, 4, 3], 12
rng = np.random.default_rng(7)
layers = [(rng.uniform(-1, 1, (o, i)).astype(np.float32).astype(float), rng.uniform(-0.5, 0.5, o).astype(np.float32).astype(float))
          for i, o in zip(SIZES[:-1], SIZES[1:])]
x = (rng.normal(size=(ROWS, 6)) * (rng.random((ROWS, 6)) < 0.7)).astype(np.float32).astype(float)
t = rng.dirichlet(np.ones(3), ROWS).astype(np.float32).astype(float)
row_weights = rng.uniform(0.5, 2, ROWS).astype(np.float32).astype(float)
class_weights = np.array([1.0, 2.0, 0.5])


def loss_and_gradient(params):
    a, zs = [x], []
    for w, b in params:
        zs.append(a[-1] @ w.T + b)
        a.append(np.maximum(zs[-1], 0))
    e = np.exp(zs[-1] - zs[-1].max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    ct = t * class_weights
    share = (row_weights / row_weights.sum())[:, None]
    loss = -(share * ct * np.log(p)).sum()
    d = share * (p * ct.sum(axis=1, keepdims=True) - ct)
    grads = []
    for k in range(len(params) - 1, -1, -1):
        grads.insert(0, (d.T @ a[k], d.sum(axis=0)))
        if k:
            d = (d @ params[k][0]) * (zs[k - 1] > 0)
    return loss, grads


def train(step_of, steps):
    params = [(w.copy(), b.copy()) for w, b in layers]
    losses = []
    state = [[{}, {}] for _ in params]
    for n in range(1, steps + 1):
        loss, grads = loss_and_gradient(params)
        losses.append(loss)
        params = [tuple(step_of(v, g, s, n, k == 0) for k, (v, g, s) in enumerate(zip(pair, gpair, spair)))
                  for pair, gpair, spair in zip(params, grads, state)]
    return losses, params


def adamw(v, g, s, n, decays, lr=0.01, b1=0.9, b2=0.999, eps=1e-8, wd=0.1):
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
    decayed = v - lr * wd * v if decays else v
    return decayed - lr * (s["m"] / (1 - b1**n)) / (np.sqrt(s["v"] / (1 - b2**n)) + eps)


def sgdw(v, g, s, n, decays, lr=0.05, momentum=0.9, wd=0.01):
    s["m"] = momentum * s.get("m", 0) + g
    decayed = v - lr * wd * v if decays else v
    return decayed - lr * s["m"]


def plain(params):
    return [{"weights": w.flatten().tolist(), "bias": b.tolist()} for w, b in params]


first_loss, first_gradient = loss_and_gradient(layers)
out = {"sizes": SIZES, "layers": plain(layers), "inputs": x.flatten().tolist(), "targets": t.flatten().tolist(),
       "rowWeights": row_weights.tolist(), "classWeights": class_weights.tolist(),
       "loss": first_loss, "gradient": plain(first_gradient)}
for name, step_of in (("adam", adamw), ("sgd", sgdw)):
    losses, params = train(step_of, 20)
    out[name] = {"losses": losses, "layers": plain(params)}
print(json.dumps(out))
