from hypothesis import given
from hypothesis import strategies as st

from loopsy_deploy.verify import parse_modules

BOUNDARY = "boundary-1"


def form(files: dict[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode() + content
        for name, content in files.items()
    ]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


@given(st.dictionaries(st.sampled_from(["worker.mjs", "a.wasm", "b/c.txt"]), st.binary(max_size=64)))
def test_every_byte_of_every_file_comes_back(files: dict[str, bytes]) -> None:
    assert parse_modules(f"multipart/form-data; boundary={BOUNDARY}", form(files)) == files
    assert parse_modules(f'multipart/form-data; boundary="{BOUNDARY}"', form(files)) == files


def test_what_is_no_form_has_no_files() -> None:
    assert parse_modules("application/json", b"{}") == {}
    assert parse_modules(f"multipart/form-data; boundary={BOUNDARY}", b"nonsense") == {}
