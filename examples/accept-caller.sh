#!/bin/sh
# A caller of cancelPayment that does what a correct one does, with curl and openssl:
#
#     mpp-sim accept --exec 'sh examples/accept-caller.sh {id} {url} {publicKey} {scale}'
set -u

id=$1 url=$2 key=$3 scale=${4:-1}
client=SANDBOX_5YC47N2ZQHJ004124
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

seconds() { # FACTOR: so many seconds, scaled
  awk "BEGIN { print $1 * $scale }"
}

header() { # NAME: its value in the reply
  sed -n "s/^$1: //p" "$dir/headers" | tr -d '\r' | tail -n 1
}

is_authentic() { # whether the signature fits the bytes of the body
  header signature | sed 's/.*signature=//; s/%2B/+/g; s/%2F/\//g; s/%3D/=/g' | openssl base64 -d -A >"$dir/signature"
  path=/${url#*://*/}
  { printf 'POST %s\n%s.%s.' "$path" "$(header client-id)" "$(header response-time)"; cat "$dir/body"; } >"$dir/content"
  openssl dgst -sha256 -verify "$key" -signature "$dir/signature" "$dir/content" >/dev/null 2>&1
}

ask() { # prints status and code of one call; nothing where no result came that can be trusted
  body='{"acquirerId":"1022188000000000001","pspId":"1022172000000000001","paymentRequestId":"'$id'"}'
  # Alipay+ waits for 8 s; the official SDKs, and this caller, for 15 s.
  http=$(curl -s --max-time "$(seconds 15)" -D "$dir/headers" -o "$dir/body" -w '%{http_code}' "$url" \
    -H 'Content-Type: application/json; charset=UTF-8' -H "Client-Id: $client" -d "$body") || return 0
  [ "$http" = 200 ] && is_authentic || return 0
  # The whole envelope, or nothing.
  sed -n 's/^{"result":{"resultCode":"\([A-Z_]*\)","resultStatus":"\([SFU]\)",.*}}$/\2 \1/p' "$dir/body"
}

# S and F are final. U, and no answer at all, mean that nobody knows: ask again, but not for ever. The pauses grow.
result=$(ask)
for pause in 1.5 3 6 6 6; do
  case $result in S* | F*) break ;; esac
  sleep "$(seconds $pause)"
  result=$(ask)
done
echo "${result:-U UNKNOWN_EXCEPTION}"
