"""The standard parts give what their authors published, read from `cryptography_vectors`."""

import hashlib
import hmac
import json
from collections.abc import Iterator

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from kyber_py.ml_kem import ML_KEM_768

from crypto.aes import aes_open, aes_seal
from crypto.errors import Unauthentic
from crypto.hpke import KemSecretKey
from crypto.signing import SigningKey
from tests.vectors import derandomised_hpke

XWING = 0x647A
Record = dict[str, str]


def _records(name: str) -> Iterator[Record]:
    """Yield the records, `name = value` a line, of a file of vectors; each begins with a count."""
    record: Record = {}
    with cryptography_vectors.open_vector_file(name, "r") as file:
        for line in file:
            if not line.strip() or line.startswith(("#", "[")):
                continue
            key, _, value = line.partition("=")
            if key.strip().lower() == "count" and record:
                yield record
                record = {}
            record[key.strip().lower()] = value.strip()
    yield record


def _gcm_records() -> list[Record]:
    wanted = {"key": 64, "iv": 24, "tag": 32}
    folder = "ciphers/AES/GCM"
    records = [
        record
        for name in ("gcmEncryptExtIV256.rsp", "gcmDecrypt256.rsp")
        for record in _records(f"{folder}/{name}")
        if all(len(record.get(field, "")) == size for field, size in wanted.items())
    ]
    # Every fiftieth: the lengths repeat in long rows.
    return records[::50]


@pytest.mark.parametrize("record", _gcm_records(), ids=lambda record: record["key"][:8])
def test_aes_gives_the_published_ciphertext_or_refusal(record: Record) -> None:
    key, nonce, aad, sealed = (
        bytes.fromhex(text)
        for text in (record["key"], record["iv"], record["aad"], record["ct"] + record["tag"])
    )

    if "fail" in record:
        with pytest.raises(Unauthentic):
            aes_open(key, nonce=nonce, aad=aad, sealed=sealed)
        return
    plaintext = bytes.fromhex(record.get("pt", ""))
    assert aes_seal(key, nonce=nonce, aad=aad, plaintext=plaintext) == sealed
    assert aes_open(key, nonce=nonce, aad=aad, sealed=sealed) == plaintext


def test_there_are_published_ciphertexts_and_refusals() -> None:
    refused = ["fail" in record for record in _gcm_records()]

    assert any(refused)
    assert not all(refused)


def _xwing_vectors() -> list[dict[str, str]]:
    with cryptography_vectors.open_vector_file("HPKE/hpke-pq-test-vectors.json", "r") as file:
        return [vector for vector in json.load(file) if vector["kem_id"] == XWING]


def test_a_kem_seed_gives_the_published_public_key() -> None:
    vectors = _xwing_vectors()

    assert vectors
    for vector in vectors:
        key = KemSecretKey(bytes.fromhex(vector["skRm"]))
        assert key.public_key.hex() == vector["pkRm"]


def test_encapsulating_gives_the_published_secret() -> None:
    for vector in _xwing_vectors():
        public_key, chance = bytes.fromhex(vector["pkRm"]), bytes.fromhex(vector["ikmE"])

        secret, enc = derandomised_hpke.encapsulate(public_key, chance)

        assert (secret.hex(), enc.hex()) == (vector["shared_secret"], vector["enc"])
        assert derandomised_hpke.decapsulate(bytes.fromhex(vector["skRm"]), enc) == secret


def test_ml_kem_gives_the_published_secrets() -> None:
    records = list(_records("asymmetric/MLKEM/kat_MLKEM_768.rsp"))[:10]

    assert len(records) == 10
    for record in records:
        value = {name: bytes.fromhex(text) for name, text in record.items() if name != "count"}
        public, _ = ML_KEM_768._keygen_internal(value["d"], value["z"])
        secret, sealed = ML_KEM_768._encaps_internal(public, value["msg"])
        library = MLKEM768PrivateKey.from_seed_bytes(value["d"] + value["z"])
        assert (public, sealed, secret) == (value["pk"], value["ct"], value["ss"])
        assert library.public_key().public_bytes_raw() == value["pk"]
        assert library.decapsulate(value["ct"]) == value["ss"]
        assert library.decapsulate(value["ct_n"]) == value["ss_n"]


def test_x25519_gives_the_published_secrets() -> None:
    records = [
        record for record in _records("asymmetric/X25519/rfc7748.txt") if "input_scalar" in record
    ]

    assert records
    for record in records:
        secret = X25519PrivateKey.from_private_bytes(bytes.fromhex(record["input_scalar"]))
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(record["input_u"]))
        assert secret.exchange(public).hex() == record["output_u"]


def test_hkdf_gives_the_published_keys() -> None:
    records = list(_records("KDF/rfc-5869-HKDF-SHA256.txt"))

    assert records
    for record in records:
        size, info = int(record["l"]), bytes.fromhex(record["info"])
        prk = hmac.digest(bytes.fromhex(record["salt"]), bytes.fromhex(record["ikm"]), "sha256")
        assert prk.hex() == record["prk"]
        assert HKDFExpand(SHA256(), size, info).derive(prk).hex() == record["okm"]


def test_ed25519_gives_the_published_keys_and_signatures() -> None:
    with cryptography_vectors.open_vector_file("asymmetric/Ed25519/sign.input", "r") as file:
        lines = [line.split(":") for line in file][::16]

    assert len(lines) > 50
    for secret, public, message, signature, *_ in lines:
        key = SigningKey(bytes.fromhex(secret[:64]))
        assert key.public_key.hex() == public
        assert key._key.sign(bytes.fromhex(message)).signature.hex() == signature[:128]


def test_shake_and_sha3_are_the_standard_ones() -> None:
    assert hashlib.shake_256(b"").hexdigest(8) == "46b9dd2b0ba88d13"
    assert hashlib.sha3_256(b"").hexdigest()[:16] == "a7ffc6f8bf1ed766"
