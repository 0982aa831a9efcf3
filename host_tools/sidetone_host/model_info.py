"""What a .tflite costs on the device: operators, multiply-accumulates, memory, and cycles by a stated model (nothing here was timed).

Cycles are for our viper interpreter on an ESP32-S3, kernels compiled on the device; the figures stand beside their source.
"""

from __future__ import annotations

import struct
from typing import Any

from sidetone.core.network import operators as ops
from sidetone.core.network.graph import Model, Operator, Subgraph, Tensor

CYCLES_PER_MAC = {
    ops.CONV_2D: 16.0,  # FACTS: u8 x u8, corrections folded into the bias, 64 x 64 layer
    ops.FULLY_CONNECTED: 16.0,
    ops.DEPTHWISE_CONV_2D: 21.4,  # FACTS: 5 taps
}
CYCLES_PER_RESCALE = 211  # FACTS: requantization of one output
RESCALES_PER_VALUE = {ops.CONV_2D: 1, ops.FULLY_CONNECTED: 1, ops.DEPTHWISE_CONV_2D: 1, ops.ADD: 3}  # ADD: two inputs and the output
CYCLES_PER_BYTE_MOVED = 10  # ours, not measured: load, store, two increments, compare and branch of a viper loop
DEVICE_HZ = 240_000_000
HOP_MS = 10
ARENA_ALIGNMENT = 16


def _aligned(count: int) -> int:
    return (count + ARENA_ALIGNMENT - 1) // ARENA_ALIGNMENT * ARENA_ALIGNMENT


def operator_cycles(graph: Subgraph, op: Operator) -> int:
    """Estimated cycles of one operator in one step. RESHAPE, VAR_HANDLE and CALL_ONCE cost nothing after compilation."""
    if op.code in (ops.RESHAPE, ops.VAR_HANDLE, ops.CALL_ONCE):
        return 0
    outputs = sum(graph.tensors[place].elements for place in op.outputs)
    if op.code in RESCALES_PER_VALUE:
        return round(op.macs * CYCLES_PER_MAC.get(op.code, 0.0)) + outputs * RESCALES_PER_VALUE[op.code] * CYCLES_PER_RESCALE
    moved = outputs if op.outputs else graph.tensors[op.inputs[1]].elements
    return moved * CYCLES_PER_BYTE_MOVED


def arena_bytes(graph: Subgraph) -> int:
    """Largest sum of tensors that are alive at once: a tensor lives from the operator that writes it to the last that reads it."""
    first: dict[int, int] = dict.fromkeys(graph.inputs, 0)
    last: dict[int, int] = {}
    for op in graph.operators:
        for place in op.outputs:
            first[place] = op.index
        for place in op.inputs:
            last[place] = op.index
    last.update(dict.fromkeys(graph.outputs, len(graph.operators)))
    return max(
        sum(_aligned(graph.tensors[place].bytes) for place, begun in first.items() if begun <= moment <= last.get(place, begun))
        for moment in range(len(graph.operators) + 1)
    )


def weight_bytes(model: Model) -> int:
    return sum(len(buffer) for buffer in model.buffers if buffer is not None)


def _scale(tensor: Tensor) -> float | None:
    """The first scale as a number, for people."""
    return struct.unpack("<f", struct.pack("<I", tensor.scale_bits[0]))[0] if tensor.scale_bits else None


def _tensor(tensor: Tensor) -> dict[str, Any]:
    return {
        "index": tensor.index,
        "name": tensor.name,
        "type": tensor.type_name,
        "shape": list(tensor.shape),
        "bytes": tensor.bytes,
        "constant": tensor.data is not None,
        "scales": len(tensor.scale_bits),
        "scale": _scale(tensor),
        "zero_point": tensor.zero_points[0] if tensor.zero_points else None,
    }


def describe(model: Model) -> dict[str, Any]:
    """Everything `sidetone model info` says, ready for JSON."""
    graph = model.main
    explicit = sum(graph.tensors[place].bytes for place in graph.inputs[1:])
    cycles = [operator_cycles(graph, op) for op in graph.operators]
    shape = graph.tensors[graph.inputs[0]].shape
    step_ms = shape[1] * HOP_MS if len(shape) == 3 else None
    return {
        "file_bytes": model.file_bytes,
        "description": model.description,
        "subgraphs": len(model.subgraphs),
        "inputs": list(graph.inputs),
        "outputs": list(graph.outputs),
        "operators": [
            {
                "index": op.index,
                "name": op.name,
                "inputs": list(op.inputs),
                "outputs": list(op.outputs),
                "output_shape": list(graph.tensors[op.outputs[0]].shape) if op.outputs else None,
                "macs": op.macs,
                "esp32s3_cycles": spent,
            }
            for op, spent in zip(graph.operators, cycles, strict=True)
        ],
        "tensors": [_tensor(tensor) for tensor in graph.tensors],
        "macs_per_step": sum(op.macs for op in graph.operators),
        "weight_bytes": weight_bytes(model),
        "state": "variables" if model.variables else "explicit" if explicit else "none",
        "state_bytes": sum(size for _, size in model.variables) + explicit,
        "arena_bytes": arena_bytes(graph),
        "esp32s3_cycles_per_step": sum(cycles),
        "step_ms": step_ms,
        "esp32s3_share": round(sum(cycles) / (DEVICE_HZ * step_ms / 1000), 4) if step_ms else None,
    }


def text(name: str, facts: dict[str, Any]) -> str:
    """The same for people."""
    tensors = facts["tensors"]
    lines = [f"{name}: {facts['file_bytes']:,} bytes, {len(facts['operators'])} operators, {len(tensors)} tensors"]

    def line(role: str, place: int) -> None:
        tensor = tensors[place]
        scale = "" if tensor["scale"] is None else f"  scale {tensor['scale']:.6g}  zero point {tensor['zero_point']}"
        lines.append(f"  {role:<8} {tensor['type']} {tensor['shape']}{scale}  {tensor['name']}")

    line("input", facts["inputs"][0])
    line("output", facts["outputs"][0])
    for place in facts["inputs"][1:]:
        line("state", place)
    lines.append("   # operator                output                  MACs     cycles")
    for op in facts["operators"]:
        shape = "" if op["output_shape"] is None else str(op["output_shape"])
        lines.append(f"{op['index']:>4} {op['name']:<23} {shape:<18} {op['macs']:>9,} {op['esp32s3_cycles']:>10,}")
    lines.append(f"one step: {facts['macs_per_step']:,} MACs")
    lines.append(
        f"memory: weights {facts['weight_bytes']:,} bytes, state {facts['state_bytes']:,} ({facts['state']}), arena {facts['arena_bytes']:,}"
    )
    share = "" if facts["esp32s3_share"] is None else f", {facts['esp32s3_share']:.1%} of {facts['step_ms']} ms at 240 MHz"
    lines.append(f"ESP32-S3, estimated: {facts['esp32s3_cycles_per_step']:,} cycles a step{share} (by a cost model, not measured)")
    return "\n".join(lines)
