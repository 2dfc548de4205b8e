"""Steps of DPO as `Assay.Bench preferences` takes them, written plainly in PyTorch:

preferences.py [models ..] [threads=2] [seconds=8]

16 pairs of 64 + 64 tokens; both completions go through the model together; the reference's log-probabilities are computed before. The models
are those of training.py with 259 tokens. AdamW, clipping at 1. Median over steps.
"""

import statistics
import sys
import time

import torch
from torch.nn import functional as F

from training import Model, blas

MODELS = {  # layers, width, heads, inner
    "gpt-250k": (4, 64, 4, 224),
    "gpt-1m": (5, 128, 4, 336),
    "gpt-4m": (5, 256, 4, 688),
}
PAIRS, PROMPT, COMPLETION, VOCABULARY, BETA = 16, 64, 64, 259, 0.1


def log_probabilities(model, tokens):
    x = model.layers(model.tokens(tokens[:, :-1]))
    logits = F.linear(model.norm(x), model.tokens.weight)
    found = logits.log_softmax(-1).gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
    return found[:, PROMPT - 1 :].sum(-1)


def main():
    options = dict(a.split("=") for a in sys.argv[1:] if "=" in a)
    threads, seconds = int(options.get("threads", 2)), float(options.get("seconds", 8))
    torch.set_num_threads(threads)
    torch.randn(64, 64) @ torch.randn(64, 64)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread(s); BLAS {blas()}")
    for name in [a for a in sys.argv[1:] if a in MODELS] or list(MODELS):
        layers, width, heads, inner = MODELS[name]
        torch.manual_seed(1)
        model = Model(VOCABULARY, layers, width, heads, inner, PROMPT + COMPLETION - 1, True)
        prompts = torch.randint(256, (PAIRS, PROMPT))
        chosen, rejected = (torch.randint(256, (PAIRS, COMPLETION)) for _ in range(2))
        tokens = torch.cat((torch.cat((prompts, chosen), 1), torch.cat((prompts, rejected), 1)))
        with torch.no_grad():
            reference = log_probabilities(model, tokens)
        optimiser = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=0.0)
        times, begin = [], time.perf_counter()
        while len(times) < 6 or time.perf_counter() - begin < seconds:
            start = time.perf_counter()
            ratios = log_probabilities(model, tokens) - reference
            loss = -F.logsigmoid(BETA * (ratios[:PAIRS] - ratios[PAIRS:])).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            times.append(time.perf_counter() - start)
        per_second = 1 / statistics.median(times[3:])
        count = sum(p.numel() for p in model.parameters())
        print(f"{name:10} {count:11,} {per_second:8.2f} steps/s {per_second * PAIRS:8.1f} pairs/s  loss {loss.item():.4f}", flush=True)


main()
