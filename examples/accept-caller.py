"""A caller of cancelPayment that does what a correct one does, with Python's standard library alone:

    mpp-sim accept --exec 'python3 examples/accept-caller.py {id} {url} {publicKey} {scale}'
"""
import base64
import hashlib
import http.client
import json
import sys
import time
import urllib.parse

payment, url, key_file = sys.argv[1:4]
scale = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
address = urllib.parse.urlsplit(url)
CLIENT_ID = "SANDBOX_5YC47N2ZQHJ004124"

# Alipay+ waits for 8 s; the official SDKs, and this caller, for 15 s.
TIMEOUT = 15 * scale

# Before each further attempt, in seconds. They grow, for a server that has too much to do.
PAUSES = [pause * scale for pause in (1.5, 3, 6, 6, 6)]


def der(data):
    """The parts of a list in DER: each with its tag and its content."""
    while data:
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[2:start], "big")
        yield tag, data[start : start + length]
        data = data[start + length :]


def read_key(path):
    """Modulus and exponent of an RSA key in PEM. With the package `cryptography` this is one line."""
    with open(path) as file:
        lines = [line.strip() for line in file if "-----" not in line]
    (_, spki), = der(base64.b64decode("".join(lines)))
    (_, _algorithm), (_, bits) = der(spki)
    (_, numbers), = der(bits[1:])
    return [int.from_bytes(number, "big") for _, number in der(numbers)]


MODULUS, EXPONENT = read_key(key_file)
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


def is_authentic(headers, body):
    """Whether the signature fits the bytes of the body: RSASSA-PKCS1-v1_5 with SHA-256."""
    value = (headers.get("signature") or "").rpartition("signature=")[2]
    signature = base64.b64decode(urllib.parse.unquote(value))
    start = f"POST {address.path}\n{headers.get('client-id')}.{headers.get('response-time')}."
    digest = hashlib.sha256(start.encode() + body).digest()
    size = (MODULUS.bit_length() + 7) // 8
    padding = b"\xff" * (size - len(SHA256) - len(digest) - 3)
    expected = b"\x00\x01" + padding + b"\x00" + SHA256 + digest
    return pow(int.from_bytes(signature, "big"), EXPONENT, MODULUS).to_bytes(size, "big") == expected


def ask():
    """The result of one call; None where none came that can be trusted."""
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=TIMEOUT)
    try:
        # The same parameters each time.
        body = {"acquirerId": "1022188000000000001", "pspId": "1022172000000000001", "paymentRequestId": payment}
        headers = {"Content-Type": "application/json; charset=UTF-8", "Client-Id": CLIENT_ID}
        connection.request("POST", address.path, json.dumps(body), headers)
        reply = connection.getresponse()
        data = reply.read()
        if reply.status != 200 or not is_authentic(reply.headers, data):
            return None
        result = json.loads(data)["result"]
        return result if result.get("resultStatus") in ("S", "F", "U") else None
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()


def cancel():
    """S and F are final. U, and no answer at all, mean that nobody knows: ask again, but not for ever."""
    result = ask()
    for pause in PAUSES:
        if result and result["resultStatus"] != "U":
            break
        time.sleep(pause)
        result = ask()
    return result["resultCode"] if result else "UNKNOWN_EXCEPTION"


print(cancel())
