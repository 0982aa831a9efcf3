"""Updates on a real littlefs in memory: every refusal leaves the flash as it was, and a power cut at every block write boots one whole
version. test_updates.py makes the packages with the host's own code and runs this under both MicroPythons (SIDETONE_PACKAGES: where)."""

import io
import json
import os

import vfs
from storage_checks import Flash as StorageFlash

import main as launcher
from checks import raises
from sidetone.on_micropython import updates


class Flash(StorageFlash):
    """After its last write nothing arrives any more, and nobody is told: what happens then is lost, as in a power cut. (An exception
    from inside littlefs would leave open files behind, which the garbage collector closes on a file system that is gone.)"""

    torn = False  # whether half of the write that the power cut hits still arrives

    def writeblocks(self, block, buffer, offset=0):
        if self.writes_left == 0 and not self.buried:
            if self.torn:
                self.writes_left = 1
                super().writeblocks(block, bytes(memoryview(buffer)[: len(buffer) // 2]), offset)
            self.buried = True
        super().writeblocks(block, buffer, offset)

    def ioctl(self, operation, argument):
        if operation == 6 and self.writes_left == 0:
            self.buried = True
        return super().ioctl(operation, argument)


FOLDER = os.getenv("SIDETONE_PACKAGES")
ROOT = "/flash"


def package(name):
    with open(FOLDER + "/" + name, "rb") as file:
        return file.read()


PUBLIC = package("public.key")


class mounted:
    def __init__(self, flash):
        self.flash = flash

    def __enter__(self):
        vfs.mount(vfs.VfsLfs2(self.flash), ROOT)

    def __exit__(self, kind, error, trace):
        vfs.umount(ROOT)
        return False


def flashed():
    """A device as `sidetone flash` leaves it: version 1 in slot a, no state yet."""
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    with mounted(flash):
        content = io.BytesIO(package("v1.update"))
        manifest, _ = updates._head(content)
        updates._receive(content, ROOT + "/a", json.loads(manifest)["files"], updates._nothing)
        updates._keep(ROOT + "/a/files.json", manifest)
    return flash


def boot(watchdog=False):
    """What the launcher would start: (version, whether on trial)."""
    slot, trial = launcher.choose(ROOT, watchdog)
    assert slot is not None
    assert launcher.whole(ROOT, slot)
    with open(ROOT + "/" + slot + "/files.json") as file:
        return json.load(file)["version"], trial, slot


def confirm(slot):
    launcher.save(ROOT, slot, "", 0)


def everything(folder=ROOT):
    """Every file and its content."""
    found = {}
    for name in os.listdir(folder):
        path = folder + "/" + name
        if os.stat(path)[0] & 0x4000:
            found.update(everything(path))
        else:
            with open(path, "rb") as file:
                found[path] = file.read()
    return found


def test_an_update_is_tried_and_confirmed():
    flash = flashed()
    fed = []
    with mounted(flash):
        assert boot() == ("1.0.0", False, "a")
        version = updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC, lambda: fed.append(1))
        assert version == "2.0.0"
        assert len(fed) >= 2 * 3
        assert sorted(os.listdir(ROOT)) == ["a", "b", "state.json"]
        assert boot() == ("2.0.0", True, "b")
        with raises(updates.UpdateError, "on trial"):
            updates.install(ROOT + "/b", io.BytesIO(package("v2.update")), PUBLIC)
        confirm("b")
        assert boot() == ("2.0.0", False, "b")
        assert boot(watchdog=True) == ("2.0.0", False, "b")
        assert updates.install(ROOT + "/b", io.BytesIO(package("v2.update")), PUBLIC) == "2.0.0"  # again, to repair
        assert boot() == ("2.0.0", True, "a")


def test_an_update_from_a_folder():
    flash = flashed()
    with mounted(flash):
        boot()
        assert updates.install(ROOT + "/a", updates.Folder(FOLDER + "/v2_folder"), PUBLIC) == "2.0.0"
        assert boot() == ("2.0.0", True, "b")
        with open(ROOT + "/b/files.sig", "rb") as file:
            assert len(file.read()) == 384
        confirm("b")
        before = everything()
        with raises(updates.UpdateError, "cannot be read"):
            updates.install(ROOT + "/b", updates.Folder(FOLDER + "/v2_holey"), PUBLIC)
        with raises(updates.UpdateError, "holds no signed update"):
            updates.install(ROOT + "/b", updates.Folder(FOLDER + "/absent"), PUBLIC)
        assert everything() == before


def test_a_trial_that_is_not_confirmed_is_over_after_three_starts():
    flash = flashed()
    with mounted(flash):
        boot()
        updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC)
        for _ in range(launcher.TRIES):
            assert boot() == ("2.0.0", True, "b")
        assert boot() == ("1.0.0", False, "a")
        assert boot() == ("1.0.0", False, "a")


def test_a_trial_that_the_watchdog_ended_is_over_at_once():
    flash = flashed()
    with mounted(flash):
        boot()
        updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC)
        assert boot(watchdog=True) == ("2.0.0", True, "b")  # the watchdog's reset was the old version's
        assert boot(watchdog=True) == ("1.0.0", False, "a")


def test_a_damaged_trial_is_not_started():
    flash = flashed()
    with mounted(flash):
        boot()
        updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC)
        with open(ROOT + "/b/sidetone/app.py", "ab") as file:
            file.write(b"#")
        assert boot() == ("1.0.0", False, "a")


def test_the_other_slot_starts_where_the_confirmed_one_is_damaged():
    flash = flashed()
    with mounted(flash):
        boot()
        updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC)
        boot()
        confirm("b")
        os.remove(ROOT + "/b/sidetone/app.py")
        assert boot(watchdog=True) == ("1.0.0", False, "a")
        os.remove(ROOT + "/a/sidetone/app.py")
        assert launcher.choose(ROOT, True) == (None, False)


def test_garbage_in_the_state_is_no_state():
    flash = flashed()
    with mounted(flash):
        states = ('{"slot":"c","trial":"","tries":0}', '{"slot":"a","trial":"a","tries":0}', '{"slot":"a","trial":"b","tries":"x"}')
        for text in ("", "{", "[]", "null", '{"slot":"a"}') + states:
            with open(ROOT + "/state.json", "w") as file:
                file.write(text)
            assert launcher.load(ROOT) == (None, "", 0), text
            assert boot() == ("1.0.0", False, "a")


def test_every_refusal_leaves_the_flash_as_it_was():
    with open(FOLDER + "/refused.json") as file:
        cases = json.load(file)
    assert len(cases) > 15
    flash = flashed()
    with mounted(flash):
        boot()
        before = everything()
        for name, words in cases:
            with raises(updates.UpdateError, words):
                updates.install(ROOT + "/a", io.BytesIO(package(name)), PUBLIC)
            assert everything() == before, name
        with raises(updates.UpdateError, "no key for updates"):
            updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), None)
        with raises(updates.UpdateError, "not signed with this site's key"):
            updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC[1:])
        with raises(updates.UpdateError, "this device is rp2"):
            updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC, target="rp2")
        with raises(updates.UpdateError, "restart the device first"):
            updates.install(ROOT + "/b", io.BytesIO(package("v2.update")), PUBLIC)
        assert everything() == before


def test_a_package_cut_at_every_place_is_refused():
    whole = package("v2.update")
    flash = flashed()
    with mounted(flash):
        boot()
        before = everything()
        for cut in list(range(60)) + list(range(60, len(whole), 97)) + [len(whole) - 1]:
            with raises(updates.UpdateError, ""):
                updates.install(ROOT + "/a", io.BytesIO(whole[:cut]), PUBLIC)
            assert everything() == before, cut


def test_a_flash_without_room_is_one_line():
    flash = flashed()
    with mounted(flash):
        boot()
        facts = os.statvfs(ROOT)
        with open(ROOT + "/full", "wb") as file:
            file.write(bytes((facts[3] - 8) * facts[0]))
        with raises(updates.UpdateError, "KB free"):
            updates.install(ROOT + "/a", io.BytesIO(package("v2.update")), PUBLIC)
        assert boot() == ("1.0.0", False, "a")


def _life(flash):
    """From the first boot to the confirmed update; what happened before is not done again."""
    with mounted(flash):
        version, trial, slot = boot()
        if version == "1.0.0":
            updates.install(ROOT + "/" + slot, io.BytesIO(package("v2.update")), PUBLIC)
            version, trial, slot = boot()
        if trial:
            confirm(slot)
        return version


def test_a_power_cut_at_every_block_write_boots_one_whole_version():
    start = flashed().data
    flash = Flash(start)
    assert _life(flash) == "2.0.0"
    writes = flash.writes
    assert writes > 40
    old = new = 0
    for cut in range(2 * writes):
        flash = Flash(start)
        flash.writes_left, flash.torn = cut // 2, cut % 2 == 1
        try:
            _life(flash)
        except Exception:  # what a program sees of a flash that died under it is any error at all
            pass
        assert flash.buried
        flash = Flash(flash.data)  # the power comes back
        with mounted(flash):
            version, trial, slot = boot()  # asserts that it is whole
            old += version == "1.0.0"
            new += version == "2.0.0"
        with mounted(flash):
            state = launcher.load(ROOT)
            if not state[1]:  # unless the trial runs, the update can be done now
                version, _, slot = boot()
                if version == "1.0.0":
                    updates.install(ROOT + "/" + slot, io.BytesIO(package("v2.update")), PUBLIC)
                    assert boot()[0] == "2.0.0", cut
    assert old
    assert new
    print("power cut before and within each of %d block writes: %d booted the old version, %d the new one" % (writes, old, new))
