"""Runs unit tests under MicroPython: every `test_` function of the modules named on the command line.

    micropython tests/micropython/run_unit.py TREE MODULE...

TREE is the repository. Prints `ok MODULE.FUNCTION` or `FAIL MODULE.FUNCTION` with the traceback, a closing count, and exits 1 where
anything failed or a module holds no test.
"""

import gc
import sys


def run_module(name):
    """(passed, failed) of one module; a module that cannot be imported counts as one failure."""
    passed = failed = 0
    try:
        module = __import__(name)
    except Exception as error:
        print("FAIL " + name + " (import)")
        sys.print_exception(error)
        return 0, 1
    for function in sorted(dir(module)):
        if not function.startswith("test_"):
            continue
        gc.collect()
        try:
            getattr(module, function)()
        except Exception as error:
            print("FAIL " + name + "." + function)
            sys.print_exception(error)
            failed += 1
        else:
            print("ok " + name + "." + function)
            passed += 1
    if not passed + failed:
        print("FAIL " + name + " (no test in it)")
        failed = 1
    return passed, failed


def main(tree, names):
    sys.path.insert(0, tree + "/firmware")
    sys.path.insert(0, tree + "/tests/unit")
    passed = failed = 0
    for name in names:
        counts = run_module(name)
        passed += counts[0]
        failed += counts[1]
    print("{} passed, {} failed".format(passed, failed))
    sys.exit(1 if failed else 0)


main(sys.argv[1], sys.argv[2:])
