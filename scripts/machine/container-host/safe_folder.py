"""Works in folders that containers can write to, as root, without ever being led elsewhere by a link."""

import contextlib
import os
import secrets
import stat

# More than any of the files here needs.
SIZE_LIMIT = 4096


@contextlib.contextmanager
def opened(root, *names):
    """Opens the folder `names[-1]` below the others, none of which may be a link. Gives its descriptor."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in names:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def read_text(folder, name):
    """Returns the text of a file; None if there is none, or if it is no plain, small file of text."""
    try:
        # A pipe would block without O_NONBLOCK.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    try:
        content = os.read(descriptor, SIZE_LIMIT + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    finally:
        os.close(descriptor)
    if content is None or len(content) > SIZE_LIMIT:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def write_text(folder, name, text):
    """Replaces a file in one step. It is on the disk when this returns."""
    temporary = f".{name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o644, dir_fd=folder)
    try:
        with open(descriptor, "w") as file:
            os.fchmod(descriptor, 0o644)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        remove(folder, temporary)
        raise
    os.fsync(folder)


def take(folder, name):
    """Removes a file and returns its text, as read_text does. One that is written at the same moment stays."""
    taken = f".{name}.{secrets.token_hex(8)}"
    try:
        os.rename(name, taken, src_dir_fd=folder, dst_dir_fd=folder)
    except FileNotFoundError:
        return None
    text = read_text(folder, taken)
    remove(folder, taken)
    return text


def remove(folder, name):
    """Removes a file if it is there. A folder stays."""
    with contextlib.suppress(FileNotFoundError, IsADirectoryError):
        os.unlink(name, dir_fd=folder)
