"""`sidetone model run` and `sidetone model info`: any streaming .tflite, ours or somebody else's."""

from __future__ import annotations

import argparse
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from sidetone_host.errors import CannotDo
from sidetone_host.wording import HelpAsWritten

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EPILOG = """examples:
  sidetone model info model.tflite
  sidetone model run model.tflite steps.npy answers.npy
"""
MODEL_HELP = "a fully quantized .tflite network; its state in extra inputs and outputs, or in resource variables"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "model",
        help="run a streaming network over an array, or say what it costs",
        description="Run a streaming network step by step over an array, or say what it is made of and what it costs on the device.",
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    play = actions.add_parser(
        "run",
        help="steps in, raw integers out",
        description="Feed IN step by step, state carried from each to the next, and write the network's raw integers: those of TensorFlow "
        "Lite Micro. (One exception: on Python 3.12 and newer a model's FULLY_CONNECTED may differ by 1 in about one of 2000 outputs.)",
        epilog="example:\n  sidetone model run model.tflite steps.npy answers.npy\n",
        formatter_class=HelpAsWritten,
    )
    play.add_argument("model", metavar="M.tflite", help=MODEL_HELP)
    play.add_argument("steps", metavar="IN.npy", help="int8 [steps, ...shape of the model's first input without the batch]")
    play.add_argument("out", metavar="OUT.npy", help="where to write int8 or uint8 [steps, outputs]")
    play.add_argument("--runtime", choices=("cpython", "micropython"), default="cpython", help="which device runtime runs it")
    play.set_defaults(run=run)
    info = actions.add_parser(
        "info",
        help="operators, tensors, memory, cycles",
        description="List operators and tensors; count MACs a step, state and arena bytes; estimate ESP32-S3 cycles by a stated cost model.",
        epilog="example:\n  sidetone model info model.tflite --json | jq .macs_per_step\n",
        formatter_class=HelpAsWritten,
    )
    info.add_argument("model", metavar="M.tflite", help=MODEL_HELP)
    info.add_argument("--json", action="store_true", help="one JSON object on standard output")
    info.set_defaults(run=show)


def run(args: argparse.Namespace) -> int:
    from pathlib import Path

    import numpy as np

    from sidetone.on_cpython.inference import ModelError, StreamingModel

    try:
        network = StreamingModel(args.model)
        steps = _steps(args.steps, network.input_shape)
        if args.runtime == "micropython":
            from sidetone_host import micropython

            answers = micropython.answers(Path(args.model).read_bytes(), steps, network.outputs, network.output_type)
        else:
            answers = network.run(steps)
    except ModelError as fault:
        raise CannotDo(str(fault)) from None
    try:
        with open(args.out, "wb") as out:  # np.save would add .npy to a name without it
            np.save(out, answers)
    except OSError as fault:
        raise CannotDo(f"{args.out}: {fault.strerror or fault}") from None
    return 0


def _steps(path: str, input_shape: tuple[int, ...]) -> NDArray[np.int8]:
    """The array in `path`: int8 [steps, *input_shape]. CannotDo in one line for anything else."""
    import numpy as np

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's remarks on odd headers; what cannot be read raises
            steps: Any = np.load(path, allow_pickle=False)
    except OSError as fault:
        raise CannotDo(f"{path}: {fault.strerror or 'is not a whole .npy file'}") from None
    except (ValueError, EOFError, MemoryError, OverflowError, TypeError, KeyError, SyntaxError, zipfile.BadZipFile):
        raise CannotDo(f"{path}: is not a whole .npy file of numbers") from None
    wanted = f"int8 [steps, {', '.join(map(str, input_shape))}]"
    if not isinstance(steps, np.ndarray):
        raise CannotDo(f"{path}: is a .npz archive; the model needs one array, {wanted}")
    if steps.dtype != np.int8 or steps.ndim < 1 or steps.shape[1:] != input_shape:
        raise CannotDo(f"{path}: holds {steps.dtype} {list(steps.shape)}; the model needs {wanted}")
    return steps


def show(args: argparse.Namespace) -> int:
    from pathlib import Path

    from sidetone.core.network.flatbuffer import ModelError
    from sidetone.core.network.graph import read_model
    from sidetone_host.model_info import describe, text

    try:
        facts = describe(read_model(Path(args.model).read_bytes()))
    except ModelError as fault:
        raise CannotDo(f"{args.model}: {fault}") from None
    except OSError as fault:
        raise CannotDo(f"{args.model}: {fault.strerror or fault}") from None
    print(json.dumps(facts, ensure_ascii=False) if args.json else text(args.model, facts))
    return 0
