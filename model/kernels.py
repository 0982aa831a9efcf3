"""What torch computes slowly on a processor when networks are this small: depthwise convolution over time and the CTC loss, both with gradients.

`python -m model.kernels` checks them against torch's. A training step of 55 s of speech on one core: 51 ms with torch's, 30 with these.
Compiled by numba at the first use and kept.
"""

import numba
import numpy as np
import torch

_compiled = numba.njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, error_model="numpy", nogil=True)


@_compiled
def _along(x, weight, y):
    """y[b, t] = sum over k of weight[k] * x[b, t - (K - 1) + k]; x, y [B, T, C], weight [K, C]; before the start there is 0."""
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            for c in range(x.shape[2]):
                y[b, t, c] = 0.0
            for k in range(max(0, len(weight) - 1 - t), len(weight)):
                for c in range(x.shape[2]):
                    y[b, t, c] += weight[k, c] * x[b, t - len(weight) + 1 + k, c]


@_compiled
def _back(grad, x, weight, grad_x, grad_weight):
    """The gradients of `_along`."""
    grad_x[:] = 0.0
    grad_weight[:] = 0.0
    for b in range(grad.shape[0]):
        for t in range(grad.shape[1]):
            for k in range(max(0, len(weight) - 1 - t), len(weight)):
                at = t - len(weight) + 1 + k
                for c in range(grad.shape[2]):
                    grad_x[b, at, c] += weight[k, c] * grad[b, t, c]
                for c in range(grad.shape[2]):
                    grad_weight[k, c] += grad[b, t, c] * x[b, at, c]


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        x, by_time = x.detach(), weight.detach()[:, 0].t().contiguous()
        y = torch.empty_like(x)
        _along(x.numpy(), by_time.numpy(), y.numpy())
        ctx.save_for_backward(x, by_time)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, by_time = ctx.saved_tensors
        grad_x, grad_weight = torch.empty_like(x), torch.empty_like(by_time)
        _back(grad.contiguous().numpy(), x.numpy(), by_time.numpy(), grad_x.numpy(), grad_weight.numpy())
        return grad_x, grad_weight.t().unsqueeze(1)


def depthwise(x, weight):
    """Causal depthwise convolution: x float32 [B, T, C] contiguous, weight [C, 1, K] as a Conv1d has it -> [B, T, C]. The past of step 0 is 0."""
    return _Depthwise.apply(x, weight)


@_compiled
def _sequence(p, target, grad):
    """Probabilities [T, C] and a target without blanks -> CTC loss in nats, inf where the target does not fit; `grad` [T, C] is set to
    its gradient in the logits. Forward and backward sums are scaled at each step (Graves et al. 2006, section 4.1)."""
    steps, states = len(p), 2 * len(target) + 1
    likely = np.empty((steps, states))
    skip = np.zeros(states)  # 1 where the blank before a unit may be left out
    for s in range(len(target)):
        skip[2 * s + 1] = 1.0 if s and target[s] != target[s - 1] else 0.0
    for t in range(steps):
        for s in range(len(target)):
            likely[t, 2 * s] = max(p[t, 0], 1e-25)
            likely[t, 2 * s + 1] = max(p[t, target[s]], 1e-25)
        likely[t, states - 1] = max(p[t, 0], 1e-25)
    ahead = np.zeros((steps, states + 2))  # two zeros before the first state
    ahead[0, 2] = likely[0, 0]
    if states > 1:
        ahead[0, 3] = likely[0, 1]
    loss = 0.0
    for t in range(steps):
        total = 0.0
        for s in range(states):
            if t:
                ahead[t, s + 2] = (ahead[t - 1, s + 2] + ahead[t - 1, s + 1] + skip[s] * ahead[t - 1, s]) * likely[t, s]
            total += ahead[t, s + 2]
        if not total > 0.0:
            return np.inf
        loss -= np.log(total)
        scale = 1.0 / total
        for s in range(states):
            ahead[t, s + 2] *= scale
    end = ahead[steps - 1, states + 1] + (ahead[steps - 1, states] if states > 1 else 0.0)
    if not end > 0.0:
        return np.inf
    behind = np.zeros(states + 2)  # two zeros after the last state
    behind[max(0, states - 2) : states] = 1.0
    weighed = np.zeros(states + 2)
    for t in range(steps - 1, -1, -1):
        if t < steps - 1:
            for s in range(states):
                weighed[s] = behind[s] * likely[t + 1, s]
            total = 0.0
            for s in range(states):
                behind[s] = weighed[s] + weighed[s + 1] + (skip[s + 2] * weighed[s + 2] if s + 2 < states else 0.0)
                total += behind[s]
            scale = 1.0 / total
            for s in range(states):
                behind[s] *= scale
        total = 0.0
        for s in range(states):
            total += ahead[t, s + 2] * behind[s]
        scale = 1.0 / total
        for c in range(p.shape[1]):
            grad[t, c] = p[t, c]
        for s in range(states):
            grad[t, target[s // 2] if s % 2 else 0] -= ahead[t, s + 2] * behind[s] * scale
    return loss - np.log(end)


class _CTC(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets, steps, lengths):
        p = logits.detach().softmax(-1).numpy()
        grad, loss, at = np.zeros_like(p), 0.0, 0
        for k, (count, length) in enumerate(zip(steps.tolist(), lengths.tolist(), strict=True)):
            one = _sequence(p[k, :count], targets[at : at + length].numpy(), grad[k])
            at += length
            if one < np.inf:
                loss += one
            else:
                grad[k] = 0.0
        ctx.save_for_backward(torch.from_numpy(grad))
        return torch.tensor(loss, dtype=torch.float32)

    @staticmethod
    def backward(ctx, grad):
        return ctx.saved_tensors[0] * grad, None, None, None


def ctc(logits, targets, steps, lengths):
    """Sum of the CTC losses of a batch, in nats; token 0 is the blank, a target that does not fit its steps counts nothing.

    logits: float32 [B, T, C]. targets: int64 [sum of lengths], one behind the other. steps, lengths: int64 [B]."""
    return _CTC.apply(logits, targets, steps, lengths)


def main():
    """Prints how far these are from torch's, and how long each took of torch's time, side by side."""
    import time

    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(1)

    def beside(ours, theirs):
        results, spent = [], [0.0, 0.0]
        for turn in range(40):
            for k, f in enumerate((ours, theirs)):
                began = time.perf_counter()
                results.append(f())
                spent[k] += (time.perf_counter() - began) * (turn >= 10)
        apart = max(float((a - b).abs().max() / b.abs().max()) for a, b in zip(*results[-2:], strict=True))
        return f"at most {apart:.1e} of the largest value apart, {spent[0] / spent[1]:.2f} of torch's time"

    x = torch.randn(8, 230, 96, generator=rng)
    weight, grad = torch.randn(96, 1, 13, generator=rng), torch.randn(8, 230, 96, generator=rng)

    def convolved(f):
        a, b = x.clone().requires_grad_(), weight.clone().requires_grad_()
        y = f(a, b)
        y.backward(grad)
        return y.detach(), a.grad, b.grad

    def torchs_depthwise(a, b):
        return torch.nn.functional.conv1d(torch.nn.functional.pad(a.transpose(1, 2), (12, 0)), b, groups=96).transpose(1, 2)

    logits = torch.randn(8, 230, 80, generator=rng)
    lengths = torch.tensor([70, 60, 50, 1, 0, 90, 40, 80])
    steps = torch.tensor([230, 220, 200, 100, 90, 80, 230, 230])  # of the sixth, 90 units do not fit 80 steps
    targets = torch.randint(1, 80, (int(lengths.sum()),), generator=rng)

    def lost(f):
        a = logits.clone().requires_grad_()
        loss = f(a)
        loss.backward()
        return loss.detach(), a.grad

    def torchs_ctc(a, kind=torch.float32):
        logp = a.to(kind).log_softmax(-1).transpose(0, 1)
        return torch.nn.functional.ctc_loss(logp, targets, steps, lengths, reduction="sum", zero_infinity=True)

    print("depthwise convolution:", beside(lambda: convolved(depthwise), lambda: convolved(torchs_depthwise)))
    print("CTC loss:", beside(lambda: lost(lambda a: ctc(a, targets, steps, lengths)), lambda: lost(torchs_ctc)))
    exact = lost(lambda a: torchs_ctc(a, torch.float64))[1]
    for name, f in (("this", lambda a: ctc(a, targets, steps, lengths)), ("torch's in float32", torchs_ctc)):
        print(f"  gradient, {name} against torch's in float64: at most {float((lost(f)[1] - exact).abs().max()):.1e} apart")


if __name__ == "__main__":
    main()
