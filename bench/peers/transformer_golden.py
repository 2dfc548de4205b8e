"""Logits of tiny Llama, GPT-NeoX and GPT-2 models, written plainly in PyTorch: the figures of TransformerGoldenTests.

Names, shapes and layouts of the tensors are those of Hugging Face checkpoints. Values come from a formula that the test
repeats, so no file is needed:  python3 transformer_golden.py
"""

import math

import torch
import torch.nn.functional as F

TOKENS = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])
VOCABULARY, HIDDEN, LAYERS, HEADS, INNER, CONTEXT = 11, 16, 2, 4, 20, 12


def tensor(index, *shape):
    """The index-th tensor: numbers within +-0.5; one axis: around 1 for gains (see norm)."""
    count = math.prod(shape)
    j = torch.arange(count, dtype=torch.int64)
    return (((j * 7919 + index * 104729) % 2003 - 1001).float() / 2002).reshape(shape)


class Weights:
    """Hands out tensors in the order in which they are asked for, as the test does."""

    def __init__(self):
        self.index = 0

    def __call__(self, *shape):
        self.index += 1
        return tensor(self.index, *shape)

    def norm(self, *shape):
        return 1 + self(*shape)


def rotate(x, theta, dims):
    """x: [heads, time, size]; the first dims of a head turn, i together with i + dims / 2."""
    time = x.shape[1]
    frequency = theta ** (-torch.arange(0, dims, 2).double() / dims)
    angle = torch.arange(time).double()[:, None] * frequency
    cos, sin = torch.cat([angle.cos()] * 2, -1).float(), torch.cat([angle.sin()] * 2, -1).float()
    turned, rest = x[..., :dims], x[..., dims:]
    a, b = turned.chunk(2, -1)
    return torch.cat([turned * cos + torch.cat([-b, a], -1) * sin, rest], -1)


def attend(q, k, v):
    """[heads, time, size] each; keys repeated where there are fewer heads of them."""
    groups = q.shape[0] // k.shape[0]
    k, v = k.repeat_interleave(groups, 0), v.repeat_interleave(groups, 0)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    future = torch.ones(scores.shape[-2:]).triu(1).bool()
    mixed = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
    return mixed.transpose(0, 1).flatten(1)


def heads(x, count):
    return x.view(x.shape[0], count, -1).transpose(0, 1)


def llama():
    w, size, kv = Weights(), 6, 2

    def rms(x, gain):
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * gain

    x = w(VOCABULARY, HIDDEN)[TOKENS]
    for _ in range(LAYERS):
        h = rms(x, w.norm(HIDDEN))
        q, k, v = (h @ w(n * size, HIDDEN).T for n in (HEADS, kv, kv))
        q, k, v = heads(q, HEADS), heads(k, kv), heads(v, kv)
        q, k = rotate(q, 500.0, size), rotate(k, 500.0, size)
        x = x + attend(q, k, v) @ w(HIDDEN, HEADS * size).T
        h = rms(x, w.norm(HIDDEN))
        gate, up = w(INNER, HIDDEN), w(INNER, HIDDEN)
        x = x + (F.silu(h @ gate.T) * (h @ up.T)) @ w(HIDDEN, INNER).T
    return rms(x, w.norm(HIDDEN)) @ w(VOCABULARY, HIDDEN).T


def neox(parallel):
    w, size = Weights(), HIDDEN // HEADS
    x = w(VOCABULARY, HIDDEN)[TOKENS]
    for _ in range(LAYERS):
        first = F.layer_norm(x, [HIDDEN], w.norm(HIDDEN), w(HIDDEN))
        second_gain, second_bias = w.norm(HIDDEN), w(HIDDEN)
        qkv = (first @ w(3 * HIDDEN, HIDDEN).T + w(3 * HIDDEN)).view(-1, HEADS, 3 * size).transpose(0, 1)
        q, k, v = qkv.split(size, -1)
        q, k = rotate(q, 10000.0, size // 2), rotate(k, 10000.0, size // 2)
        mixed = attend(q, k, v) @ w(HIDDEN, HIDDEN).T + w(HIDDEN)
        second = F.layer_norm(x if parallel else x + mixed, [HIDDEN], second_gain, second_bias)
        inner = F.gelu(second @ w(INNER, HIDDEN).T + w(INNER))
        x = x + mixed + inner @ w(HIDDEN, INNER).T + w(HIDDEN)
    return F.layer_norm(x, [HIDDEN], w.norm(HIDDEN), w(HIDDEN)) @ w(VOCABULARY, HIDDEN).T


def gpt2():
    w = Weights()
    embedding = w(VOCABULARY, HIDDEN)
    x = embedding[TOKENS] + w(CONTEXT, HIDDEN)[: len(TOKENS)]
    for _ in range(LAYERS):
        h = F.layer_norm(x, [HIDDEN], w.norm(HIDDEN), w(HIDDEN))
        q, k, v = (h @ w(HIDDEN, 3 * HIDDEN) + w(3 * HIDDEN)).split(HIDDEN, -1)
        x = x + attend(*(heads(part, HEADS) for part in (q, k, v))) @ w(HIDDEN, HIDDEN) + w(HIDDEN)
        h = F.layer_norm(x, [HIDDEN], w.norm(HIDDEN), w(HIDDEN))
        inner = h @ w(HIDDEN, INNER) + w(INNER)
        inner = 0.5 * inner * (1 + torch.tanh(math.sqrt(2 / math.pi) * (inner + 0.044715 * inner**3)))
        x = x + inner @ w(INNER, HIDDEN) + w(HIDDEN)
    return F.layer_norm(x, [HIDDEN], w.norm(HIDDEN), w(HIDDEN)) @ embedding.T


for name, logits in (
    ("llama", llama()),
    ("gpt_neox, parallel", neox(True)),
    ("gpt_neox, one after the other", neox(False)),
    ("gpt2", gpt2()),
):
    print(name)
    print("  last:", ", ".join(f"{value:.5f}f" for value in logits[-1].tolist()))
    print("  mean square:", f"{logits.double().pow(2).mean():.6f}")
