"""Steps of training the models of `Assay.Bench training` with PyTorch, written plainly:

training.py text[.gz] [models ..] [threads=2] [seconds=8]

nanogpt is karpathy's model for Shakespeare's characters on a CPU (learned positions, layer norm, GELU, no bias, no dropout), the others
are Llama-shaped (rotary positions, RMS norm, SwiGLU); all have tied embeddings and attention as nanoGPT writes it out where there
is no fused kernel. AdamW (beta2 0.99, decay 0.1), clipping at 1. Median over steps.
"""

import ctypes
import gzip
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn
from torch.nn import functional as F

MODELS = {  # layers, width, heads, inner, batch, time
    "nanogpt": (4, 128, 4, 512, 12, 64),
    "gpt-100k": (4, 48, 3, 112, 16, 128),
    "gpt-1m": (5, 128, 4, 336, 16, 128),
    "gpt-4m": (5, 256, 4, 688, 8, 256),
    "gpt-10m": (6, 384, 6, 928, 8, 256),
}


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.gain


class LayerNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.layer_norm(x, self.gain.shape, self.gain, None, 1e-5)


class Attention(nn.Module):
    def __init__(self, width, heads, length, rotary):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.register_buffer("mask", torch.tril(torch.ones(length, length)).view(1, 1, length, length) == 0)
        self.rotary = rotary
        size = width // heads
        angles = torch.outer(torch.arange(length), 10000 ** (-torch.arange(0, size, 2) / size))
        angles = torch.cat((angles, angles), -1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def turn(self, x):
        first, second = x.chunk(2, -1)
        return x * self.cos + torch.cat((-second, first), -1) * self.sin

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (part.view(b, t, self.heads, c // self.heads).transpose(1, 2) for part in self.qkv(x).split(c, 2))
        if self.rotary:
            q, k = self.turn(q), self.turn(k)
        weights = (q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5
        weights = F.softmax(weights.masked_fill(self.mask, float("-inf")), -1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, t, c))


class Layer(nn.Module):
    def __init__(self, width, heads, inner, length, llama):
        super().__init__()
        norm = RmsNorm if llama else LayerNorm
        self.norm1, self.norm2 = norm(width), norm(width)
        self.attention = Attention(width, heads, length, llama)
        self.llama = llama
        self.up = nn.Linear(width, 2 * inner if llama else inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        inner = self.up(self.norm2(x))
        if self.llama:
            gate, inner = inner.chunk(2, -1)
            inner = F.silu(gate) * inner
        else:
            inner = F.gelu(inner)
        return x + self.down(inner)


class Model(nn.Module):
    def __init__(self, vocabulary, layers, width, heads, inner, length, llama):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = None if llama else nn.Embedding(length, width)
        self.layers = nn.Sequential(*(Layer(width, heads, inner, length, llama) for _ in range(layers)))
        self.norm = (RmsNorm if llama else LayerNorm)(width)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):
        x = self.tokens(tokens)
        if self.positions is not None:
            x = x + self.positions.weight[: tokens.shape[1]]
        logits = F.linear(self.norm(self.layers(x)), self.tokens.weight)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


def blas():
    """Which library sgemm_ comes from, and which kernels it chose."""
    for line in open("/proc/self/maps"):
        if "blas" in line and "r-xp" in line:
            path = line.split()[-1]
            try:
                library = ctypes.CDLL(path)
                library.openblas_get_config.restype = ctypes.c_char_p
                library.openblas_get_corename.restype = ctypes.c_char_p
                return f"{path}: {library.openblas_get_config().decode()}, core {library.openblas_get_corename().decode()}"
            except AttributeError:
                return path
    return "none found"


def main():
    options = dict(a.split("=") for a in sys.argv[1:] if "=" in a)
    threads, seconds = int(options.get("threads", 2)), float(options.get("seconds", 8))
    names = [a for a in sys.argv[1:] if a in MODELS] or list(MODELS)
    path = next(a for a in sys.argv[1:] if "=" not in a and a not in MODELS)
    text = (gzip.open(path) if path.endswith(".gz") else open(path, "rb")).read().decode()
    index = {c: i for i, c in enumerate(sorted(set(text)))}
    data = torch.tensor([index[c] for c in text])
    data = data[: len(data) // 10 * 9]
    torch.set_num_threads(threads)
    a, b = torch.randn(960, 960), torch.randn(960, 960)
    times = []
    for _ in range(40):
        start = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - start)
    rate = 2 * 960**3 / statistics.median(times)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread(s); SGEMM 960: {rate / 1e9:.0f} GFLOP/s; BLAS {blas()}")
    for name in names:
        layers, width, heads, inner, batch, length = MODELS[name]
        torch.manual_seed(1)
        model = Model(len(index), layers, width, heads, inner, length, name != "nanogpt")
        decayed = [p for n, p in model.named_parameters() if p.dim() > 1 and not n.startswith(("tokens", "positions"))]
        others = [p for n, p in model.named_parameters() if p.dim() == 1 or n.startswith(("tokens", "positions"))]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
        times, warm, begin = [], True, time.perf_counter()
        while len(times) < 3 or time.perf_counter() - begin < seconds:
            start = time.perf_counter()
            at = torch.randint(len(data) - length - 1, (batch,))
            x = torch.stack([data[i : i + length] for i in at])
            y = torch.stack([data[i + 1 : i + 1 + length] for i in at])
            loss = model(x, y)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            times.append(time.perf_counter() - start)
            if warm and len(times) >= 3 and time.perf_counter() - begin > min(2, seconds):
                times, warm, begin = [], False, time.perf_counter()
        per_second = 1 / statistics.median(times)
        count = sum(p.numel() for p in model.parameters())
        operations = 6 * count + 6 * layers * width * length
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        tokens = batch * length
        print(
            f"{name:10} {count:11,} {tokens:7,} {per_second:8.2f} steps/s {per_second * tokens:9,.0f} tokens/s  used "
            f"{operations * per_second * tokens / rate:5.2f}  loss {loss.item():.3f}  peak {peak:.0f} MB (process)",
            flush=True,
        )


if __name__ == "__main__":
    main()
