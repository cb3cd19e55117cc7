"""Files and what can befall them: seeded, so that every case can be had again by its number."""

import json
import random


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Damage a file as disks, editors, transfers and attackers do."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        rng.choice(WAYS)(data, rng)
    return bytes(data)


def _flip_a_bit(data, rng):
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set_a_byte(data, rng):
    if data:
        data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _set_a_number(data, rng):
    at, size = rng.randrange(len(data) + 1), rng.choice((2, 4, 8))
    number = rng.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)) % 256**size
    data[at : at + size] = number.to_bytes(size, rng.choice(("little", "big")))


def _cut(data, rng):
    del data[rng.randrange(len(data) + 1) :]


def _cut_out(data, rng):
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.randrange(100)]


def _repeat(data, rng):
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.randrange(1000)]


def _append(data, rng):
    data += rng.randbytes(rng.randrange(1, 100))


def _begin(data, rng):
    data[0:0] = rng.randbytes(rng.randrange(1, 10))


def _zero(data, rng):
    at, n = rng.randrange(len(data) + 1), rng.randrange(1, 200)
    data[at : at + n] = bytes(len(data[at : at + n]))


WAYS = (_flip_a_bit, _flip_a_bit, _set_a_byte, _set_a_number, _cut, _cut_out, _repeat, _append, _begin, _zero)

VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**70, -(2**70), 1e308, 0.5, float("nan"), float("inf"), "", "a", "\x1b[2J",
    "\ud800", [], [[]], {}, [None], {"a": {}}, "9" * 5000, [0] * 11, ["Linear", 784, 10], ["Ensemble"], {"name": []},
)  # fmt: skip


def changed(metadata: dict, rng: random.Random) -> dict:
    """Put something odd in the place of a part of JSON, however deep."""
    copy = json.loads(json.dumps(metadata))
    where, name = copy, rng.choice(list(copy))
    while isinstance(where[name], dict | list) and where[name] and rng.random() < 0.7:
        where = where[name]
        name = rng.choice(list(where)) if isinstance(where, dict) else rng.randrange(len(where))
    where[name] = deep(rng) if rng.random() < 0.1 else rng.choice(VALUES)
    return copy


def deep(rng: random.Random) -> object:
    """Nest lists or dicts too deep."""
    value: object = 1
    for _ in range(rng.choice((11, 90, 400))):
        value = {"a": value} if rng.random() < 0.5 else [value]
    return value
