"""Ten steps of small echo state networks in numpy, f64, with dense matrices: python3 reservoir.golden.py > reservoir.golden.json

Nothing here is shared with the TypeScript but the definitions in docs/math/echo-state-network.md.
"""
import json
import numpy as np

MASK = 0xFFFFFFFF


class Mulberry32:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x6D2B79F5) & MASK
        t = ((self.state ^ (self.state >> 15)) * (self.state | 1)) & MASK
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & MASK)) & MASK
        return ((t ^ (t >> 14)) & MASK) / 4294967296


def stream(seed, number):
    return Mulberry32(seed ^ (((number + 1) * 0x9E3779B1) & MASK))


def signs(count, random):
    return np.array([-1.0 if random.next() < 0.5 else 1.0 for _ in range(count)])


def order(count, random):
    places = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(random.next() * (last + 1))
        places[last], places[other] = places[other], places[last]
    return places


def hadamard(size):
    matrix = np.array([[1.0]])
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def structured(units, inputs, radius, scaling, bias, seed):
    d = signs(3 * units, stream(seed, 0)).reshape(3, units)
    slots = order(units, stream(seed, 1))[: inputs + 1]
    h = hadamard(units) / np.sqrt(units)
    third = h @ np.diag(d[2])
    recurrent = radius * third @ h @ np.diag(d[1]) @ h @ np.diag(d[0])
    entrance = third[:, slots] * np.sqrt(units)
    return recurrent, scaling * entrance[:, :inputs], bias * entrance[:, inputs]


def entrance(units, inputs, scaling, bias, seed):
    size = 16
    while size < units or size <= inputs:
        size *= 4
    d = signs(2 * size, stream(seed, 2)).reshape(2, size)
    slots = order(size, stream(seed, 3))[: inputs + 1]
    columns = (np.diag(d[1]) @ hadamard(size) @ np.diag(d[0]))[:units, slots]
    return scaling * columns[:, :inputs], bias * columns[:, inputs]


def orthogonal(size, random):
    result = np.eye(size)
    for first in range(size - 1, -1, -1):
        v = np.zeros(size)
        for index in range(first, size):
            v[index] = random.next() + random.next() + random.next() + random.next() - 2
        positive = not v[first] < 0
        v[first] += (1 if positive else -1) * np.linalg.norm(v)
        result = result - 2 * np.outer(v, v @ result) / (v @ v)
        if positive:
            result[first, first:] *= -1
    return result


def block_orthogonal(units, block, radius, seed):
    random = stream(seed, 0)
    matrix = np.zeros((units, units))
    places = order(units, stream(seed, 1))
    for start in range(0, units, block):
        q = orthogonal(block, random)
        for i in range(block):
            for j in range(block):
                matrix[start + i, places[start + j]] = radius * q[i, j]
    return matrix


def states(recurrent, inward, bias, leak):
    x = np.zeros(len(recurrent))
    for step in range(10):
        u = np.array([np.cos(step + k) for k in range(inward.shape[1])])
        x = (1 - leak) * x + leak * np.tanh(recurrent @ x + inward @ u + bias)
    return [round(float(value), 7) for value in x]


golden = {
    "structured": states(*structured(64, 3, 0.9, 0.4, 0.1, 5), 0.3),
    "block-orthogonal": states(block_orthogonal(40, 8, 0.9, 5), *entrance(40, 3, 0.4, 0.1, 5), 0.3),
    "cycle": states(0.9 * np.roll(np.eye(40), 1, axis=0), *entrance(40, 3, 0.4, 0.1, 5), 0.3),
}
print(json.dumps(golden))
